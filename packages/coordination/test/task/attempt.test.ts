import { BzzzError, parsePolicy } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { runAttempt } from '../../src/task/attempt.ts';
import type { AskForHelp, HelpReport, PromptSource } from '../../src/index.ts';
import { planOf } from '../../src/task/plan.ts';
import { job, plan } from '../support/attempt-job.ts';
import { peerOf } from '../support/identity.ts';
import { baseOid, issueOf, repo } from '../support/memory-forge.ts';
import { alone, createMemoryWork, type MemoryWork, resultOid } from '../support/memory-work.ts';
import { calm, createStand, task } from '../support/stand.ts';

function attemptOf() {
  const stand = createStand();
  const work = createMemoryWork(stand.clock);
  const run = (signal = calm, of = job) =>
    stand.clock.drive(runAttempt({ ...stand, ...work, asking: alone }, of, signal));
  return { stand, work, run };
}

describe('an attempt', () => {
  it('ends with an accepted result, journalled at start and end', async () => {
    const { stand, work, run } = attemptOf();
    expect(await run()).toMatchObject({
      kind: 'accepted',
      value: { base: baseOid, result: resultOid, commits: 1, acceptance: { passed: true } },
    });
    const head = { task, epoch: 2, attempt: 1 };
    expect(stand.journal.bodies()).toMatchObject([
      { kind: 'attempt.started', ...head, executor: 'recipe', base: baseOid },
      { kind: 'attempt.ended', ...head, outcome: 'accepted', result: resultOid, commits: 1 },
    ]);
    expect(work.events).toEqual(['create', 'run', 'collect', 'accept', 'dispose']);
    expect(work.accepted).toMatchObject([{ result: resultOid, commands: [['check']] }]);
  });

  it('tells the workspace and the acceptance what the policy wants to be made beforehand', async () => {
    const { work, run } = attemptOf();
    const setup = { run: [['make']], inputs: ['Makefile'], provides: ['deps'], network: [] };
    const policy = { ...job.policy, setup };
    await run(calm, { ...job, policy });
    const told = { ...setup, limits: policy.limits };
    expect(work.created).toMatchObject([{ setup: told }]);
    expect(work.accepted).toMatchObject([{ setup: told }]);
  });

  it('has failed when that could not be made, so that another machine tries', async () => {
    const { stand, work, run } = attemptOf();
    work.script.unprepared = new BzzzError('setup_failed', 'no such package');
    expect(await run()).toMatchObject({ kind: 'failed', reason: 'no such package', stuck: false });
    expect(stand.journal.bodies().at(-1)).toMatchObject({
      kind: 'attempt.ended',
      outcome: 'failed',
      reason: 'no such package',
    });
    expect(work.events).toEqual(['create']);
  });

  it('reaches the hosts of its recipe, unless it goes on from what another left', async () => {
    const { work, run } = attemptOf();
    const reached: unknown[] = [];
    const recipe = work.executors.recipe ?? expect.fail('there is none');
    work.executors.recipe = {
      run: (request, options) => {
        reached.push(request.job.network);
        return recipe.run(request, options);
      },
    };
    const network = ['packages.example.org'];
    const bump = {
      kind: 'recipe',
      commands: [['bump']],
      sources: ['maintainer'],
      network,
    } as const;
    await run(calm, { ...job, plan: { ...plan, job: bump } });
    await run(calm, { ...job, plan: { ...plan, job: bump }, from: resultOid });
    expect(reached).toEqual([network, []]);
  });

  it('runs nothing before its start is in the journal', async () => {
    const { stand, work, run } = attemptOf();
    stand.journal.fill();
    await expect(run()).rejects.toMatchObject({ code: 'journal_write_failed' });
    expect(work.events).toEqual([]);
  });

  it.each([
    ['the recipe fails', { fails: true }, /the recipe failed: exit 1\n\$ fmt \. \(exit 1\)\nboom/],
    ['it changes nothing', { changes: null }, /changed nothing/],
    ['it touches a protected path', { changes: '.bzzz/policy.yml' }, /refused: it touches/],
    ['the acceptance fails', { accepts: false }, /the acceptance failed\n\$ check \(was ended\)/],
    ['there is no such executor', { kind: null }, /no executor "recipe"/],
  ] as const)('fails with a reason when %s', async (_, script, reason) => {
    const { stand, work, run } = attemptOf();
    Object.assign(work.script, script);
    if ('kind' in script) delete work.executors.recipe;
    expect(await run()).toMatchObject({ kind: 'failed', reason: expect.stringMatching(reason) });
    expect(stand.journal.of('attempt.ended')).toMatchObject([{ outcome: 'failed', commits: 0 }]);
    expect(work.events.at(-1)).toBe('dispose');
  });

  describe('that touches what makes others run something', () => {
    const words = (source: PromptSource) =>
      ({ kind: 'recipe', commands: [['bump']], sources: ['maintainer', source] }) as const;
    const refusal = /refused: it touches the protected path package\.json, and `untrusted`/;
    const outcomeOf = (source: PromptSource, asking = alone) => {
      const { stand, work } = attemptOf();
      work.script.changes = 'package.json';
      if (asking !== alone) delete work.executors.recipe;
      const of = { ...job, plan: { ...plan, job: words(source) } };
      return stand.clock.drive(runAttempt({ ...stand, ...work, asking }, of, calm));
    };

    it('is accepted from who may write, and refused where a stranger has a part in it', async () => {
      expect(await outcomeOf('author')).toMatchObject({ kind: 'accepted' });
      const reason = expect.stringMatching(refusal);
      expect(await outcomeOf('stranger')).toMatchObject({ kind: 'failed', reason });
    });

    it('is refused when another peer has helped', async () => {
      const helping = {
        requestsOf: () => ({
          ...alone.requestsOf(),
          ask: async () => ({ helped: true, text: 'done', changed: true }),
          wasHeard: () => true,
        }),
      };
      const reason = expect.stringMatching(refusal);
      expect(await outcomeOf('author', helping)).toMatchObject({ kind: 'failed', reason });
    });
  });

  describe('that needs what turns out to be missing here', () => {
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
      return stand.clock.drive(
        runAttempt({ ...stand, ...work, asking: asking(helped) }, job, calm),
      );
    };
    const helperOf =
      ({
        proof,
        ...did
      }: {
        changed: boolean;
        proof: HelpReport['proof'] | undefined;
      }): AskForHelp =>
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
      [
        'has failed where nobody could',
        undefined,
        /exit 127\)[^]*`check`, or what[^]*nobody helps$/,
      ],
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

    it('asks nobody where the change itself made it end so: on the base branch it does not', async () => {
      const reason = expect.stringMatching(/^the acceptance failed\n\$ check \(exit 127\)\n$/);
      const breaks = ({ script }: MemoryWork) => {
        script.exits = ({ only }) => [only === undefined ? 127 : 1];
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

  it('says of a failed acceptance which files of the base it ran with', async () => {
    const { work, run } = attemptOf();
    Object.assign(work.script, { accepts: false, judges: ['package.json', 'test/a.test.js'] });
    expect(await run()).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(
        /the acceptance failed[^]*those of the base branch[^]*\n- package\.json\n- test\/a\.test\.js$/,
      ),
    });
    // The tests of the usual tools judge, whatever the policy names besides.
    expect(work.accepted[0]?.judge).toContain('**/*_test.go');
  });

  it('has failed when its new tests prove nothing, and says which', async () => {
    const { stand, work, run } = attemptOf();
    work.script.adds = ['test/new.test.js'];
    const reason = expect.stringMatching(/^new tests prove nothing: [^]*- test\/new\.test\.js/);
    expect(await run()).toMatchObject({ kind: 'failed', reason, stuck: false });
    expect(stand.journal.of('attempt.ended')).toMatchObject([
      { outcome: 'failed', reason, commits: 0, newTests: { outcome: 'refused', files: 1 } },
    ]);
    expect(work.accepted).toMatchObject([{}, { only: ['test/new.test.js'] }]);
  });

  it('keeps in its result and in the journal what its new tests prove', async () => {
    const { stand, work, run } = attemptOf();
    work.script.adds = ['test/new.test.js'];
    work.script.exits = ({ only = [] }) => [only.length === 0 ? 0 : 1];
    expect(await run()).toMatchObject({
      kind: 'accepted',
      value: { newTests: { kind: 'proven', files: ['test/new.test.js'] } },
    });
    expect(stand.journal.of('attempt.ended')).toMatchObject([
      { outcome: 'accepted', newTests: { outcome: 'proven', files: 1 } },
    ]);
  });

  it('never runs the acceptance of a result that may not be published', async () => {
    const { work, run } = attemptOf();
    work.script.changes = '.github/workflows/ci.yml';
    await run();
    expect(work.accepted).toEqual([]);
  });

  it('ends with timeout beyond its limit, and leaves nothing behind', async () => {
    const { stand, work, run } = attemptOf();
    work.script.endless = true;
    await expect(run()).rejects.toMatchObject({ code: 'timeout' });
    expect(stand.clock.monotonicMs()).toBe(30_000);
    expect(stand.journal.of('attempt.ended')).toMatchObject([
      { outcome: 'cancelled', reason: expect.stringContaining('30000 ms'), elapsedMs: 30_000 },
    ]);
    expect(work.events.at(-1)).toBe('dispose');
    expect(stand.clock.waiting()).toBe(0);
  });

  it('ends when its executor gives no sign for long, and says so in the journal', async () => {
    const { stand, work, run } = attemptOf();
    work.script.endless = true;
    const { limits } = job.policy;
    const policy = { ...job.policy, limits: { ...limits, attemptMs: 600_000, stallMs: 20_000 } };
    await expect(run(calm, { ...job, policy })).rejects.toMatchObject({ code: 'attempt_stalled' });
    expect(stand.clock.monotonicMs()).toBe(20_000);
    expect(stand.journal.of('attempt.ended')).toMatchObject([
      {
        outcome: 'cancelled',
        code: 'attempt_stalled',
        reason: expect.stringContaining('the recipe gave no sign for 20000 ms'),
      },
    ]);
    expect(work.events.at(-1)).toBe('dispose');
    expect(stand.clock.waiting()).toBe(0);
  });

  it('says why it was cancelled, not only that it was', async () => {
    const { stand, work, run } = attemptOf();
    work.script.endless = true;
    const stop = new AbortController();
    stand.clock.after(5_000, () => stop.abort(new BzzzError('task_fenced', 'epoch 3 stands')));
    await expect(run(stop.signal)).rejects.toMatchObject({ code: 'task_fenced' });
    expect(stand.journal.of('attempt.ended')).toMatchObject([
      { outcome: 'cancelled', reason: 'epoch 3 stands', elapsedMs: 5_000 },
    ]);
    expect(work.events.at(-1)).toBe('dispose');
    expect(stand.clock.waiting()).toBe(0);
  });

  it('counts what it cost until then when it is cut short', async () => {
    const { stand, work, run } = attemptOf();
    work.script.endless = true;
    work.script.spent = {
      executor: 'ollama',
      model: 'coder:1',
      turns: 2,
      tokensRead: 900,
      tokensWritten: 80,
      costUsd: null,
    };
    await expect(run()).rejects.toMatchObject({ code: 'timeout' });
    expect(stand.journal.of('attempt.ended')).toMatchObject([
      { outcome: 'cancelled', code: 'timeout', spent: work.script.spent },
    ]);
  });

  it('tells what a port throws, and disposes of the workspace', async () => {
    const { stand, work, run } = attemptOf();
    work.script.error = new BzzzError('sandbox_missing', 'no bubblewrap');
    await expect(run()).rejects.toMatchObject({ code: 'sandbox_missing' });
    expect(stand.journal.of('attempt.ended')).toMatchObject([{ reason: 'no bubblewrap' }]);
    expect(work.events.at(-1)).toBe('dispose');
  });

  it('is measured on the clock that never runs backwards', async () => {
    const { stand, work, run } = attemptOf();
    work.script.takesMs = 4_000;
    stand.clock.after(1_000, () => stand.clock.turnWall(-3_600_000));
    expect(await run()).toMatchObject({ value: { elapsedMs: 4_000 } });
  });
});
