/** What becomes of a published result once other peers have judged it, or have not. */
import { Oid, type Verdict, verifyProtocol, type VerifyResponse } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createVisible } from '../../src/task/visible.ts';
import { verifyResult } from '../../src/task/verify.ts';
import { checkCertificate } from '../../src/verdict/certificate.ts';
import type { Gathered } from '../../src/verdict/gather.ts';
import { createVerdicts } from '../../src/verdict/verdicts.ts';
import { createMembership } from '../../src/membership/membership.ts';
import { createIdentity } from '../support/identity.ts';
import { errorOf } from '../support/memory-forge.ts';
import { createMemoryHub } from '../support/memory-mesh.ts';
import { resultOid } from '../support/memory-work.ts';
import { publicationOf, verdictOf } from '../support/publication.ts';
import { calm, createStand, heldDraft, number, type Stand } from '../support/stand.ts';
import { makeLockCommit } from '../../src/fence/commit.ts';

const pullRequest = 1_007;

async function resultOf(
  wanted: number,
  found: (...judges: number[]) => Promise<Gathered>,
  more: Parameters<typeof publicationOf>[2] = {},
) {
  const stand = createStand();
  const on = () => stand.forge.task(number);
  on().pullRequests.push({
    number: pullRequest,
    state: 'open',
    draft: true,
    head: resultOid,
    url: 'x',
  });
  const tip = await publicationOf(stand, wanted, more);
  const membership = createMembership(stand.peer);
  const hub = createMemoryHub();
  const mesh = hub.join(stand.peer);
  const real = createVerdicts({ ...stand, mesh, membership }, calm);
  const verdicts = { ...real, gather: () => found() };
  const steps: object[] = [];
  let recheck = () => {};
  const hooks = {
    onStep: (step: object) => steps.push(step),
    onRecheck: (given: () => void) => {
      recheck = given;
    },
  };
  const options = { peerName: 'ant', backoffMs: 1_000, hooks };
  const deps = { ...stand, visible: createVisible(stand, options), verdicts };
  const verify = () => stand.clock.drive(verifyResult(deps, options, { tip, pullRequest }, calm));
  return { stand, hub, tip, deps, options, on, steps, verify, recheck: () => recheck() };
}

async function withVerdicts(
  wanted: number,
  outcomes: readonly ('passed' | 'failed')[],
  more: Parameters<typeof publicationOf>[2] = {},
) {
  const verdicts: Verdict[] = [];
  const at = await resultOf(wanted, async () => ({ verdicts, declined: [] }), more);
  for (const [index, outcome] of outcomes.entries()) {
    verdicts.push(await verdictOf(at.tip, createIdentity(2 + index), { outcome, reason: '' }));
  }
  return at;
}

/** One has passed it, and another is still at it. */
async function withLate() {
  const judge = createIdentity(5);
  const verdicts: Verdict[] = [];
  const underWay = [judge.peer];
  const of = await resultOf(1, async () => ({ verdicts, declined: [], underWay }));
  const at = { ...of, underWay };
  verdicts.push(await verdictOf(at.tip, createIdentity(2)));
  let found: Verdict | undefined;
  at.hub.join(judge.peer).handle(verifyProtocol, async (): Promise<VerifyResponse> => {
    return found === undefined ? { kind: 'working' } : { kind: 'verdict', verdict: found };
  });
  at.hub.link(at.stand.peer, judge.peer);
  const answer = (verdict: Verdict) => {
    found = verdict;
  };
  return { at, judge, answer };
}

/** Another peer speaks for the result now. */
async function taken(stand: Stand): Promise<void> {
  const draft = { ...heldDraft(2), state: 'result' as const, result: resultOid, verdicts: 1 };
  stand.forge.overwrite(number, await makeLockCommit(createStand(2, stand), draft, null));
}

describe('a published result', () => {
  it('is ready for review when as many passed as its lock asks for, with a certificate', async () => {
    const { stand, on, steps, verify } = await withVerdicts(2, ['passed', 'passed']);
    expect(await verify()).toBe('verified: 2 of 2 other peers ran the acceptance themselves');
    expect(steps).toEqual([{ verifying: pullRequest }]);
    expect(on().pullRequests[0]).toMatchObject({ draft: false });
    const checked = await checkCertificate(stand.signer, on().verdicts ?? '');
    expect(checked).toMatchObject({ quorum: true, record: { result: resultOid } });
  });

  it('stays a draft without them, and shows who disagrees', async () => {
    const { on, verify } = await withVerdicts(1, ['failed']);
    expect(await verify()).toContain('0 of 1 verdicts (1 found that the acceptance fails)');
    expect(on().pullRequests[0]).toMatchObject({ draft: true });
    expect(on().verdicts).toContain('**failed**');
  });

  it('is no draft from the start where the policy says so, and still says that it is unverified', async () => {
    const { stand, on, verify } = await withVerdicts(1, ['failed']);
    stand.forge.policy = 'version: 1\ndraft: false\n';
    const how = await verify();
    expect(how).toContain('unverified: 0 of 1 verdicts');
    expect(how).not.toContain('stays a draft');
    expect(on().pullRequests[0]).toMatchObject({ draft: false });
    expect(stand.forge.count('markReady')).toBe(1);
  });

  it('is a draft whatever the policy says where its author could not run the acceptance', async () => {
    const prover = createIdentity(9).peer;
    const { stand, on, verify } = await withVerdicts(1, ['failed'], { prover });
    stand.forge.policy = 'version: 1\ndraft: false\n';
    expect(await verify()).toContain('stays a draft');
    expect(on().pullRequests[0]).toMatchObject({ draft: true });
  });

  it('is ready though some disagree, and says so', async () => {
    const { on, verify } = await withVerdicts(1, ['failed', 'passed']);
    expect(await verify()).toContain('; 1 disagreed');
    expect(on().pullRequests[0]).toMatchObject({ draft: false });
    expect(on().verdicts).toMatch(/\*\*failed\*\*[\s\S]*passed/);
  });

  it.each([
    ['shows who disagrees only once the others were enough', 'failed', true],
    ['is left as it is by who agrees then', 'passed', false],
  ] as const)('%s', async (_, outcome, isShown) => {
    const { at, judge, answer } = await withLate();
    expect(await at.verify()).toBe('verified: 1 of 1 other peers ran the acceptance themselves');
    const before = at.on().verdicts;
    expect(before).not.toContain('**failed**');
    answer(await verdictOf(at.tip, judge, { outcome, reason: 'it says so' }));
    await at.stand.clock.advance(10_000);
    expect(at.stand.journal.of('verdict.heard')).toMatchObject([{ peer: judge.peer, outcome }]);
    expect(at.on().pullRequests[0]).toMatchObject({ draft: false });
    if (!isShown) return expect(at.on().verdicts).toBe(before);
    expect(at.on().verdicts).toContain('**failed**: `it says so`');
    const checked = await checkCertificate(at.stand.signer, at.on().verdicts ?? '');
    expect(checked).toMatchObject({ quorum: true, passed: [{}], failed: [{}] });
  });

  it("asks nobody on once the task is somebody else's", async () => {
    const { at, judge, answer } = await withLate();
    let asked = 0;
    const slow = createIdentity(6).peer;
    at.underWay.push(slow);
    at.hub.join(slow).handle(verifyProtocol, async (): Promise<VerifyResponse> => {
      asked += 1;
      return { kind: 'working' };
    });
    at.hub.link(at.stand.peer, slow);
    await at.verify();
    await taken(at.stand);
    answer(await verdictOf(at.tip, judge, { outcome: 'failed' }));
    await at.stand.clock.advance(10_000);
    const askedThen = asked;
    await at.stand.clock.advance(60_000);
    expect(askedThen).toBeGreaterThan(0);
    expect(asked).toBe(askedThen);
  });

  it('says nothing late of what somebody else holds by then', async () => {
    const { at, judge, answer } = await withLate();
    await at.verify();
    await taken(at.stand);
    answer(await verdictOf(at.tip, judge, { outcome: 'failed' }));
    await at.stand.clock.advance(10_000);
    expect(at.on().verdicts).not.toContain('**failed**');
    expect(at.stand.trouble.recent()).toEqual([]);
  });

  it('asks nobody any more who takes longer than the policy waits', async () => {
    const { at, judge, answer } = await withLate();
    at.stand.forge.policy = 'version: 1\nlimits: {verdictMs: 60000}\n';
    await at.verify();
    await at.stand.clock.advance(70_000);
    answer(await verdictOf(at.tip, judge, { outcome: 'failed' }));
    await at.stand.clock.advance(70_000);
    expect(at.stand.journal.of('verdict.heard')).toEqual([]);
    expect(at.stand.clock.waiting()).toBe(0);
  });

  it('says that nobody was there to judge it', async () => {
    const { on, verify } = await withVerdicts(1, []);
    expect(await verify()).toContain('no other peer that could judge it');
    expect(on()).toMatchObject({ verdicts: null, pullRequests: [{ draft: true }] });
  });

  it('asks nobody where the policy wants no verdicts', async () => {
    const { on, steps, verify } = await resultOf(0, () => Promise.reject(errorOf('defect')));
    expect(await verify()).toContain('asks no other peer');
    expect(steps).toEqual([]);
    expect(on().pullRequests[0]).toMatchObject({ draft: false });
  });

  it('is left to people who closed its pull request meanwhile', async () => {
    const at = await withVerdicts(1, ['passed']);
    at.on().pullRequests = at.on().pullRequests.map((one) => ({ ...one, state: 'closed' }));
    expect(await at.verify()).toContain('pull request was closed first');
    expect(at.on().verdicts).toBeNull();
    expect(at.stand.forge.count('markReady')).toBe(0);
  });

  it('is not called ready when people pushed to its branch: a verdict is about one commit', async () => {
    const at = await withVerdicts(1, ['passed']);
    const head = Oid.parse('9'.repeat(40));
    at.on().pullRequests = at.on().pullRequests.map((one) => ({ ...one, head }));
    expect(await at.verify()).toBe('unverified: people pushed to its branch');
    expect(at.on().pullRequests[0]).toMatchObject({ draft: true });
  });

  it('is waited for no longer once people close its pull request', async () => {
    const at = await resultOf(1, async () => ({ verdicts: [], declined: [] }));
    const endless = {
      ...at.deps.verdicts,
      gather: (_publication: unknown, signal: AbortSignal) =>
        new Promise<Gathered>((resolve) => {
          const none = { verdicts: [], declined: [] };
          signal.addEventListener('abort', () => resolve(none), { once: true });
        }),
    };
    const deps = { ...at.deps, verdicts: endless };
    const over = verifyResult(deps, at.options, { tip: at.tip, pullRequest }, calm);
    await at.stand.clock.advance(1_000);
    at.on().pullRequests = at.on().pullRequests.map((one) => ({ ...one, state: 'merged' }));
    at.recheck();
    expect(await at.stand.clock.drive(over)).toContain('was merged first');
    expect(at.stand.clock.monotonicMs()).toBeLessThan(10_000);
  });

  it('is somebody else’s when he took it over meanwhile: nothing more is said', async () => {
    const at = await withVerdicts(1, ['passed']);
    const other = createStand(2, at.stand);
    const draft = { ...heldDraft(2), state: 'result' as const, result: resultOid, verdicts: 1 };
    at.stand.forge.overwrite(number, await makeLockCommit(other, draft, null));
    await expect(at.verify()).rejects.toMatchObject({ code: 'task_fenced' });
    expect(at.on().verdicts).toBeNull();
    expect(at.stand.forge.count('markReady')).toBe(0);
  });

  it('waits as long as the policy says, and while the forge is away', async () => {
    const at = await withVerdicts(1, ['passed']);
    at.stand.forge.fail('readBase', errorOf('forge_unreachable'));
    at.stand.forge.fail('putVerdicts', errorOf('forge_unreachable'));
    expect(await at.verify()).toContain('verified');
    expect(at.stand.trouble.recent().map(({ code }) => code)).toContain('forge_unreachable');
  });
});
