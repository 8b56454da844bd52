/** A peer that judges another's result: what it looks at, what it runs, and when it declines. */
import {
  acceptanceHash,
  BzzzError,
  type Issue,
  issueHash,
  judgeGlobs,
  Oid,
  parsePolicy,
  Sha256Hex,
  type VerifyRequest,
  type VerifyResponse,
  verifyProtocol,
} from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createHolding } from '../../src/fence/holding.ts';
import { objectionTo, type Publication } from '../../src/verdict/certificate.ts';
import { type JudgeOptions, startJudge } from '../../src/verdict/judge.ts';
import type { Mask } from '../../src/output/mask.ts';
import { errorOf, issueOf } from '../support/memory-forge.ts';
import { createMemoryHub } from '../support/memory-mesh.ts';
import { createMemoryWork, resultOid } from '../support/memory-work.ts';
import { calm, createStand, lagMs, number, task } from '../support/stand.ts';
import { ofContributor } from '../support/remarks.ts';

async function courtOf(
  change: Partial<JudgeOptions> = {},
  { issue = issueOf(), ...more }: { mask?: Mask; issue?: Issue } = {},
) {
  const author = createStand(1);
  author.forge.file(issue);
  const claim = await author.win({ bodySha256: Sha256Hex.parse(issueHash(issue)) });
  const holding = createHolding(author, claim);
  await holding.publish({ over: null, oid: resultOid, verdicts: 1 }, calm);
  const hub = createMemoryHub();
  const asking = hub.join(author.peer);
  const judge = createStand(2, author);
  const work = createMemoryWork(judge.clock);
  const mesh = hub.join(judge.peer);
  hub.link(author.peer, judge.peer);
  const options: JudgeOptions = {
    environment: () => ({ version: '0.1.0', platform: 'test', sandbox: 'bubblewrap' }),
    unable: () => null,
    lagMs,
    backoffMs: 1_000,
    ...change,
  };
  const judging = startJudge({ ...judge, ...work, ...more, mesh }, options);
  const { oid, commit, record } = holding.tip();
  if (record.state !== 'result') throw new Error('not published');
  const publication: Publication = { oid, commit, record };
  const asked: VerifyRequest = { task, lock: oid, commit: record.result };
  const ask = (request = asked) => asking.request(verifyProtocol, judge.peer, request);
  /** Asks until there is an answer. */
  async function settled(request = asked): Promise<VerifyResponse> {
    for (;;) {
      const answer = await ask(request);
      if (answer.kind !== 'working') return answer;
      await judge.clock.advance(500);
    }
  }
  return { author, judge, work, publication, ask, settled, judging };
}

async function statementsOf({ settled }: Pick<Awaited<ReturnType<typeof courtOf>>, 'settled'>) {
  const answer = await settled();
  return answer.kind === 'verdict' ? [answer.verdict.statement] : [];
}

describe('a result that another peer published', () => {
  it('is judged by running its acceptance, and the verdict is in the journal first', async () => {
    const { author, judge, work, publication, ask, settled } = await courtOf();
    expect(await ask()).toEqual({ kind: 'working' });
    const answer = await settled();
    if (answer.kind !== 'verdict') throw new Error(`not a verdict: ${JSON.stringify(answer)}`);
    expect(answer.verdict.statement).toMatchObject({ outcome: 'passed', peer: judge.peer });
    expect(await objectionTo(author.signer, answer.verdict, publication)).toBeUndefined();
    expect(work.accepted).toMatchObject([{ result: resultOid, commands: [['check']] }]);
    expect(judge.journal.of('verdict.given')).toMatchObject([{ verdict: answer.verdict }]);
    // Asked again it says the same, and runs nothing again.
    expect(await ask()).toEqual(answer);
    expect(work.accepted).toHaveLength(1);
  });

  it('is judged with what the policy makes beforehand, and the verdict is about that too', async () => {
    const plain = await courtOf();
    const [without] = await statementsOf(plain);
    const { author, settled, work } = await courtOf();
    const setup = { run: [['make']], inputs: ['Makefile'], provides: ['deps'], network: [] };
    const recipes = { format: { run: ['fmt'], accept: ['check'] } };
    author.forge.policy = JSON.stringify({ version: 1, recipes, setup, judge: ['test/**'] });
    const [statement] = await statementsOf({ settled });
    expect(work.accepted).toMatchObject([{ setup }]);
    // With the tests that the policy counts, which judge in any case.
    const usual = parsePolicy('version: 1');
    const judged = judgeGlobs({ ...usual, judge: ['test/**'] });
    expect(judged.length).toBeGreaterThan(1);
    expect(work.accepted).toMatchObject([{ judge: judged }]);
    expect(statement?.acceptance).toBe(acceptanceHash([['check']], judged, setup));
    expect(statement?.acceptance).not.toBe(acceptanceHash([['check']], judged));
    const judge = judgeGlobs(usual);
    expect(without?.acceptance).toBe(acceptanceHash([['check']], judge));
  });

  it('fails where the acceptance fails on this machine, and not where this machine ended it', async () => {
    const { work, settled } = await courtOf();
    work.script.accepts = false;
    work.script.exitCode = 1;
    expect(await settled()).toMatchObject({
      verdict: { statement: { outcome: 'failed', reason: '`check` ended with exit code 1' } },
    });
    const busy = await courtOf();
    busy.work.script.accepts = false;
    expect(await busy.settled()).toMatchObject({
      kind: 'declined',
      reason: expect.stringContaining('was ended before it was done'),
    });
    const bare = await courtOf();
    Object.assign(bare.work.script, { accepts: false, exitCode: 127 });
    expect(await bare.settled()).toMatchObject({
      kind: 'declined',
      reason: '`check`, or what it starts, is not installed here',
    });
    // A base that is red need not come as far as what is missing.
    const red = await courtOf();
    red.work.script.exits = ({ only }) => [only === undefined ? 127 : 1];
    expect(await red.settled()).toMatchObject({ kind: 'declined' });
    // What the result itself made end so is no fault of this machine, and a disagreement is shown.
    const broken = await courtOf();
    broken.work.script.exits = ({ only }) => [only === undefined ? 127 : 0];
    expect(await broken.settled()).toMatchObject({
      verdict: { statement: { outcome: 'failed', reason: '`check` ended with exit code 127' } },
    });
  });

  it('is declined where the forge is away for long, so that others are judged when it is back', async () => {
    const { judge, settled } = await courtOf();
    const away = Array.from({ length: 500 }, () => errorOf('forge_unreachable'));
    judge.forge.fail('readBase', ...away);
    const sinceMs = judge.clock.monotonicMs();
    const reason = 'the forge did not answer in time';
    expect(await settled()).toEqual({ kind: 'declined', reason });
    expect(judge.clock.monotonicMs() - sinceMs).toBeLessThan(180_000);
  });

  it('fails where its new tests pass without it, and says what they prove where they do not', async () => {
    const { work, settled } = await courtOf();
    work.script.adds = ['test/new.test.js'];
    expect(await settled()).toMatchObject({
      verdict: {
        statement: {
          outcome: 'failed',
          reason: expect.stringMatching(
            /^its new test test\/new\.test\.js: without the change the acceptance passes/,
          ),
        },
      },
    });
    const good = await courtOf();
    good.work.script.adds = ['test/new.test.js'];
    good.work.script.exits = ({ only = [] }) => [only.length === 0 ? 0 : 1];
    const [statement] = await statementsOf(good);
    expect(statement).toMatchObject({
      outcome: 'passed',
      reason: expect.stringContaining('fails'),
    });
    // The verdict is about that rule, too.
    const policy = parsePolicy('version: 1');
    const { newTests } = policy;
    const judge = judgeGlobs(policy);
    expect(statement?.acceptance).toBe(acceptanceHash([['check']], judge, undefined, newTests));
    expect(statement?.acceptance).not.toBe(acceptanceHash([['check']], judge));
  });

  it('is declined when it changes what it may not, as its publisher should have said', async () => {
    const { work, settled } = await courtOf();
    work.script.changes = '.github/workflows/ci.yml';
    expect(await settled()).toMatchObject({
      kind: 'declined',
      reason: 'the result touches the protected path .github/workflows/ci.yml',
    });
    expect(work.accepted).toEqual([]);
  });

  it('is declined when it changes what a stranger in its review may not have changed', async () => {
    const { author, work, settled } = await courtOf({}, { issue: issueOf({ body: 'round it' }) });
    const plain = 'plain: {models: ["coder:1"], accept: [check]}';
    author.forge.policy = `version: 1\n${plain}\nauthors: [OWNER, CONTRIBUTOR]\n`;
    const shown = { state: 'open', draft: true, head: resultOid, url: 'the page' } as const;
    const at = author.forge.task(number);
    at.pullRequests = [{ number: 1, ...shown }];
    at.review = { remarks: [ofContributor] };
    work.script.changes = 'package.json';
    expect(await settled()).toMatchObject({
      kind: 'declined',
      reason: 'the result touches the protected path package.json',
    });
    expect(work.accepted).toEqual([]);
  });

  it('is declined when the policy asks for more verdicts than its publisher did', async () => {
    const { judge, settled } = await courtOf();
    judge.forge.policy = `${judge.forge.policy}verdicts: 2\n`;
    expect(await settled()).toMatchObject({ reason: expect.stringContaining('more verdicts') });
  });

  it('is looked for beyond the lag of reads, and declined when it is not there', async () => {
    const { judge, work, settled, publication } = await courtOf();
    const stale = { lock: null, result: null };
    judge.forge.reads = [stale, stale];
    expect(await settled()).toMatchObject({ kind: 'verdict' });
    const other = { task, lock: Oid.parse('9'.repeat(40)), commit: publication.record.result };
    expect(await settled(other)).toMatchObject({
      kind: 'declined',
      reason: expect.stringContaining('shows no such result'),
    });
    expect(work.accepted).toHaveLength(1);
  });

  it('is not judged for a stranger’s issue, nor in other words than were claimed', async () => {
    for (const change of [{ association: 'NONE' }, { body: 'recipe: format\n\nmore' }]) {
      const { judge, work, settled } = await courtOf();
      judge.forge.task(number).issue = issueOf(change);
      expect(await settled()).toMatchObject({ kind: 'declined' });
      expect(work.events).toEqual([]);
    }
  });

  it('is declined by a machine that cannot run it', async () => {
    const { work, ask, settled } = await courtOf({ unable: () => 'no bubblewrap' });
    expect(await ask()).toEqual({ kind: 'declined', reason: 'no bubblewrap' });
    expect(work.events).toEqual([]);
    const lacking = await courtOf({ unable: (_request, needs) => (needs ? 'has no cc' : null) });
    expect(await lacking.settled()).toEqual({ kind: 'declined', reason: 'has no cc' });
    expect(await settled()).toMatchObject({ kind: 'declined' });
  });

  it('is judged once the forge answers again', async () => {
    const { judge, settled } = await courtOf();
    judge.forge.fail('readFence', errorOf('forge_unreachable'), errorOf('forge_unreachable'));
    judge.forge.fail('readIssue', errorOf('forge_unreachable'));
    expect(await settled()).toMatchObject({ kind: 'verdict' });
  });

  it('is declined without the secrets that its setup printed', async () => {
    const mask: Mask = async (text) => text.replaceAll('hunter2', '*******');
    const { work, settled } = await courtOf({}, { mask });
    work.workspaces.accept = () =>
      Promise.reject(new BzzzError('setup_failed', 'it printed hunter2'));
    expect(await settled()).toEqual({ kind: 'declined', reason: 'it printed *******' });
  });

  it('is let go of when the peer stops', async () => {
    const { judge, judging, ask } = await courtOf();
    judge.forge.reads = Array.from({ length: 9 }, () => ({ lock: null, result: null }));
    await ask();
    await judge.clock.drive(judging.stop());
    expect(judge.clock.waiting()).toBe(0);
    await expect(ask()).rejects.toMatchObject({ code: 'mesh_refused' });
  });
});
