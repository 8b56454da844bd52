import { BzzzError, parsePolicy } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { runAttempt } from '../../src/task/attempt.ts';
import type { AskForHelp, HelpReport } from '../../src/index.ts';
import { planOf } from '../../src/task/plan.ts';
import { attemptOf, job } from '../support/attempt-job.ts';
import { peerOf } from '../support/identity.ts';
import { baseOid, issueOf, repo } from '../support/memory-forge.ts';
import { alone, type MemoryWork } from '../support/memory-work.ts';
import { calm } from '../support/stand.ts';

describe('an attempt that needs what turns out to be missing here', () => {
  const asked: unknown[] = [];
  const asking = (helped: boolean) => ({
    requestsOf: () => ({
      ...alone.requestsOf(),
      ask: async (question: string, { lacks }: Parameters<AskForHelp>[1] = {}) => {
        asked.push({ question, lacks });
        return { helped, text: helped ? 'done' : 'nobody helps', changed: helped };
      },
      exhausted: () => !helped,
    }),
  });
  const outcomeOf = (helped: boolean, change: (work: MemoryWork) => void) => {
    asked.length = 0;
    const { stand, work } = attemptOf();
    change(work);
    return stand.clock.drive(runAttempt({ ...stand, ...work, asking: asking(helped) }, job, calm));
  };
  const helperOf =
    ({ proof, ...did }: { changed: boolean; proof: HelpReport['proof'] | undefined }): AskForHelp =>
    async (question, { lacks } = {}) => {
      asked.push({ question, lacks });
      const wants = lacks?.acceptanceOn !== undefined;
      const helped = !wants || proof !== undefined;
      const text = helped ? 'done' : 'nobody helps';
      return { ...did, helped, text, ...(wants && proof && { proof }) };
    };
  const missing = (work: MemoryWork) => void Object.assign(work.script, { missing: true });
  const vanished = (work: MemoryWork) => {
    const lacks = { kind: 'model', name: 'coder:1' };
    const report = { succeeded: false, reason: 'no model answers', commands: [], lacks };
    work.executors.recipe = { run: async () => report };
  };

  it.each([
    ['a command', missing, { kind: 'tool', name: 'fmt' }],
    ['a model', vanished, { kind: 'model', name: 'coder:1' }],
  ])('asks others for %s by itself, and goes on with what they did', async (_, change, lacks) => {
    expect(await outcomeOf(true, change)).toMatchObject({ kind: 'accepted' });
    expect(asked).toEqual([{ question: '', lacks }]);
  });

  it('has failed when nobody helps, and says what was missing', async () => {
    const reason = expect.stringMatching(
      /^the recipe failed: exit 127; `fmt`, or what it starts, is not installed here, and nobody helps\n\$ fmt/,
    );
    expect(await outcomeOf(false, missing)).toMatchObject({
      kind: 'failed',
      stuck: true,
      reason,
    });
  });

  it('has others do what needs a setup of which a program is missing, and prove it', async () => {
    const by = peerOf(4);
    const proof = { by, judgeFiles: ['package.json'] };
    const { stand, work } = attemptOf();
    const { create } = work.workspaces;
    const setups: unknown[] = [];
    work.workspaces.create = async (at, options) => {
      setups.push(at.setup);
      if (at.setup !== undefined) throw new BzzzError('tool_missing', 'no pnpm');
      return create(at, options);
    };
    work.workspaces.accept = () => Promise.reject(new BzzzError('tool_missing', 'no pnpm'));
    const requests = { ...asking(true).requestsOf(), ask: helperOf({ changed: true, proof }) };
    const setup = { run: [['pnpm', 'i']], inputs: [], provides: ['deps'], network: [] };
    const of = { ...job, policy: { ...job.policy, setup } };
    asked.length = 0;
    const deps = { ...stand, ...work, asking: { requestsOf: () => requests } };
    const outcome = await stand.clock.drive(runAttempt(deps, of, calm));
    expect(outcome).toMatchObject({
      kind: 'accepted',
      value: { provenBy: by, acceptance: { commands: [], judgeFilesChanged: ['package.json'] } },
    });
    expect(setups).toMatchObject([setup, undefined]);
    expect(work.events).not.toContain('run');
    const lacks = { kind: 'tool', name: 'pnpm' };
    expect(asked).toEqual([
      { question: '', lacks },
      { question: '', lacks: { ...lacks, acceptanceOn: baseOid } },
    ]);
  });

  it.each([
    ['is accepted where a helper ran it', { judgeFiles: [] }, /^$/],
    ['has failed where nobody could', undefined, /exit 127\)[^]*`check`, or what[^]*nobody helps$/],
  ])('whose acceptance is not installed here %s', async (_, proof, reason) => {
    const { stand, work } = attemptOf();
    Object.assign(work.script, { accepts: false, exitCode: 127 });
    const told = proof && { ...proof, by: peerOf(4) };
    const requests = {
      ...asking(true).requestsOf(),
      ask: helperOf({ changed: false, proof: told }),
    };
    const deps = { ...stand, ...work, asking: { requestsOf: () => requests } };
    const outcome = await stand.clock.drive(runAttempt(deps, job, calm));
    const said = outcome.kind === 'failed' ? outcome.reason : '';
    expect([outcome.kind === 'accepted', said]).toEqual([
      proof !== undefined,
      expect.stringMatching(reason),
    ]);
  });

  it('asks nobody where the change itself made it end so: on the base branch it passes', async () => {
    const reason = expect.stringMatching(/^the acceptance failed\n\$ check \(exit 127\)\n$/);
    const breaks = ({ script }: MemoryWork) => {
      script.exits = ({ only }) => [only === undefined ? 127 : 0];
    };
    const failed = { kind: 'failed', reason, stuck: false };
    const { stand, work, run } = attemptOf();
    breaks(work);
    expect(await run()).toMatchObject(failed);
    expect(stand.journal.of('help.asked')).toEqual([]);
    expect(work.accepted).toMatchObject([{}, { commands: [['check']], only: [] }]);
    // Where the base branch tells nothing, it is asked for.
    await outcomeOf(false, ({ script }) => {
      script.exits = ({ only }) => [only === undefined ? 127 : null];
    });
    expect(asked).toHaveLength(1);
  });

  it('asks nobody for what a command of a model ended with', async () => {
    const { stand, work } = attemptOf();
    const command = { argv: ['npm', 'test'], exitCode: 127, elapsedMs: 1, outputTail: '' };
    const reason = 'it was not done after 40 answers';
    const report = { succeeded: false, reason, commands: [command] };
    Object.assign(work.executors, { ollama: { run: async () => report } });
    asked.length = 0;
    const policy = parsePolicy('version: 1\nplain: {models: ["coder:1"], accept: [check]}');
    const of = { ...job, plan: planOf(issueOf({ body: 'make it round' }), policy, repo) };
    const deps = { ...stand, ...work, asking: asking(true) };
    const outcome = await stand.clock.drive(runAttempt(deps, of, calm));
    expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining(reason) });
    expect(asked).toEqual([]);
  });

  it('asks nobody for what went wrong otherwise', async () => {
    const fails = (work: MemoryWork) => void Object.assign(work.script, { fails: true });
    await outcomeOf(false, fails);
    expect(asked).toEqual([]);
  });
});
