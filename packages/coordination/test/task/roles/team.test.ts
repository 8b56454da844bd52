/** An attempt whose policy asks for several roles: who does what, what each hears, and where it ends. */
import { BzzzError, limits, LockRecord, ModelName, parsePolicy, type Spent } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import type {
  ExecutorReport,
  ExecutorRequest,
  Mask,
  PromptJob,
  PromptPart,
} from '../../../src/index.ts';
import { obstacleOf } from '../../../src/contest/rank.ts';
import { runAttempt } from '../../../src/task/attempt.ts';
import { planOf } from '../../../src/task/plan.ts';
import { toldBesides } from '../../../src/task/roles/team.ts';
import { peerOf } from '../../support/identity.ts';
import { baseOid, issueOf, repo } from '../../support/memory-forge.ts';
import { createMemoryWork, resultOid } from '../../support/memory-work.ts';
import { calm, capabilitiesOf, createStand, heldDraft, task } from '../../support/stand.ts';

const record = LockRecord.parse({ ...heldDraft(2), peer: peerOf(1), nonce: '0'.repeat(16) });
const host = 'packages.example.org';
const models = {
  architect: 'thinker:70b',
  coder: 'coder:7b',
  critic: 'critic:3b',
  executor: 'runner:1b',
  deployer: 'shipper:1b',
};
type Role = keyof typeof models;
const roles = (...names: Role[]) =>
  Object.fromEntries(names.map((name) => [name, { models: [models[name]] }]));

function policyOf(steps: Role[], more: object = {}) {
  const plain = {
    models: [models.coder],
    accept: ['check'],
    commands: { test: ['check'] },
    instructions: 'Two spaces.',
    network: [host],
    steps,
    ...more,
  };
  return parsePolicy(JSON.stringify({ version: 1, plain, roles: roles(...steps) }));
}

type Answer = (
  request: ExecutorRequest<PromptJob>,
) => Promise<Partial<ExecutorReport>> | Partial<ExecutorReport>;
interface Heard {
  readonly role: Role;
  readonly job: PromptJob;
  readonly mayAsk: boolean;
}

/** `answers`: of each role, one after the other. */
function attemptOf(
  steps: Role[],
  answers: Partial<Record<Role, Answer[]>>,
  more: { plain?: object; lacks?: Role; from?: typeof resultOid; mask?: Mask } = {},
) {
  const stand = createStand();
  const work = createMemoryWork(stand.clock);
  const heard: Heard[] = [];
  const here = Object.entries(models).flatMap(([role, name]) =>
    role === more.lacks ? [] : [ModelName.parse(name)],
  );
  const ollama = {
    models: () => here,
    async run(request: ExecutorRequest<PromptJob>): Promise<ExecutorReport> {
      const { job } = request;
      const role = (Object.keys(models) as Role[]).find((one) =>
        job.models.some((name) => name === models[one]),
      );
      if (role === undefined) return expect.fail('nobody has such a model');
      const turn = heard.filter((one) => one.role === role).length;
      heard.push({ role, job, mayAsk: request.help !== undefined });
      const answer =
        (await answers[role]?.[turn]?.(request)) ?? expect.fail(`${role} works too often`);
      const spent: Spent = {
        executor: 'ollama',
        model: models[role],
        turns: 2,
        tokensRead: 100,
        tokensWritten: 10,
        costUsd: null,
      };
      return { succeeded: true, reason: 'it says: so', commands: [], spent, ...answer };
    },
  };
  const policy = policyOf(steps, more.plain);
  const plan = planOf(issueOf({ body: 'Please mend the widget.' }), policy, repo);
  const asked: string[] = [];
  const asking = {
    requestsOf: () => ({
      ask: async (question: string) => {
        asked.push(question);
        return { helped: true, text: `Send it to ${host}.`, changed: false };
      },
      exhausted: () => false,
      wasHeard: () => asked.length > 0,
      tried: () => [],
    }),
  };
  const job = {
    record,
    plan,
    policy,
    issue: issueOf(),
    base: { branch: 'main', oid: baseOid, mirror: 'in memory' },
    from: more.from ?? null,
    message: 'Mend the widget (#7)',
    onAsking: () => undefined,
    checkpoint: () => Promise.reject(new Error('the policy asks for none')),
  };
  const masking = more.mask && { mask: more.mask };
  const deps = { ...stand, ...work, executors: { ollama }, asking, ...masking };
  const run = () => stand.clock.drive(runAttempt(deps, job, calm));
  return { stand, work, heard, asked, plan, run, steps: () => stand.journal.of('attempt.step') };
}

const says =
  (answer: string): Answer =>
  () => ({ answer });
const pass = says('All is well.\nBZZZ-VERDICT: pass');
const back = says('The last line is still lost.\nBZZZ-VERDICT: back');
const done = says('Mended.');
const textOf = (parts: readonly PromptPart[], source: PromptPart['source']) =>
  parts.filter((part) => part.source === source).map(({ text }) => text);

describe('an attempt of several roles', () => {
  it('journals what each said without its secrets', async () => {
    const mask: Mask = async (text) => text.replaceAll('hunter2', '*******');
    const words = `${'x'.repeat(limits.reasonCharsMax - 3)}hunter2`;
    const answers = { architect: [says(words)], coder: [done] };
    const { run, heard, steps } = attemptOf(['architect', 'coder'], answers, { mask });
    await run();
    expect(steps().map(({ reason }) => reason.slice(-3))).toEqual(['***', 'ed.']);
    // Whoever goes on from there works with the words as they were.
    expect(textOf(heard[1]?.job.parts ?? [], 'model')).toEqual([`The architect says:\n\n${words}`]);
  });

  it('lets each look or change as its role may, and hear of those before', async () => {
    const { run, heard, steps, stand, work } = attemptOf(['architect', 'coder', 'critic'], {
      architect: [says('Change src/a.ts.')],
      coder: [done],
      critic: [pass],
    });
    expect(await run()).toMatchObject({ kind: 'accepted', value: { result: resultOid } });
    expect(heard.map(({ role, job, mayAsk }) => [role, job.access, mayAsk])).toEqual([
      ['architect', 'look', false],
      ['coder', 'change', true],
      ['critic', 'look', false],
    ]);
    const [architect, coder, critic] = heard.map(({ job }) => job.parts);
    expect(textOf(architect ?? [], 'model')).toEqual([]);
    expect(textOf(coder ?? [], 'model')).toEqual(['The architect says:\n\nChange src/a.ts.']);
    expect(textOf(critic ?? [], 'model')).toEqual([
      'The architect says:\n\nChange src/a.ts.',
      'The coder says:\n\nMended.',
    ]);
    // Lines of files, whoever wrote them.
    expect(textOf(critic ?? [], 'repository')).toEqual(['What was changed so far:\n\npatch']);
    for (const parts of [architect, coder, critic]) {
      expect(textOf(parts ?? [], 'author').join()).toContain('Please mend the widget.');
      expect(textOf(parts ?? [], 'maintainer')).toEqual(['Two spaces.']);
    }
    expect(textOf(critic ?? [], 'bzzz').join()).toContain('BZZZ-VERDICT: pass');
    expect(steps()).toMatchObject([
      {
        task,
        epoch: 2,
        attempt: 1,
        step: 1,
        role: 'architect',
        executor: 'ollama',
        outcome: 'done',
      },
      { step: 2, role: 'coder', outcome: 'done', reason: 'Mended.' },
      { step: 3, role: 'critic', outcome: 'passed', spent: { turns: 2, model: models.critic } },
    ]);
    const all = 'thinker:70b, coder:7b, critic:3b';
    const spent = { executor: 'ollama', model: all, turns: 6, tokensRead: 300, tokensWritten: 30 };
    expect(stand.journal.of('attempt.ended')).toMatchObject([{ outcome: 'accepted', spent }]);
    expect(work.accepted).toHaveLength(1);
  });

  it('lets a deployer run commands by name after the change, and no more', async () => {
    const steps: Role[] = ['coder', 'critic', 'deployer'];
    const answers = { coder: [done], critic: [pass], deployer: [says('It is ready.')] };
    const { run, heard, plan } = attemptOf(steps, answers);
    expect(await run()).toMatchObject({ kind: 'accepted' });
    expect(heard.map(({ role, job, mayAsk }) => [role, job.access, mayAsk])).toEqual([
      ['coder', 'change', true],
      ['critic', 'look', false],
      ['deployer', 'run', false],
    ]);
    expect(heard[2]?.job.commands).toEqual({ test: ['check'] });
    expect(textOf(heard[2]?.job.parts ?? [], 'bzzz').join()).not.toContain('BZZZ-VERDICT');
    expect(plan.team?.steps.map(({ role }) => role)).toEqual(steps);
  });

  it('tells every step which paths a change may touch, where the policy says so', () => {
    const issue = issueOf({ body: 'Please mend the widget.' });
    const told = (more: object) => {
      const { team } = planOf(issue, { ...policyOf(['architect', 'coder']), ...more }, repo);
      return team?.steps.map(({ job }) => textOf(job.parts, 'bzzz').join('\n')) ?? [];
    };
    const paths = { allowed: ['src/**', '*.md'], protected: ['src/legal/**'] };
    expect(told(paths)).toHaveLength(2);
    for (const text of told(paths)) {
      expect(text).toContain('A change may touch only files that match: "src/**", "*.md".');
      expect(text).toContain('No change may touch files that match: "src/legal/**".');
    }
    expect(told({}).join()).not.toContain('may touch');
  });

  it('goes back to the coder once, with the words of the critic', async () => {
    const { run, heard, steps, work } = attemptOf(['coder', 'executor', 'critic'], {
      coder: [done, says('Mended again.')],
      executor: [says('Made.'), says('Made again.')],
      critic: [back, pass],
    });
    expect(await run()).toMatchObject({ kind: 'accepted' });
    const order = ['coder', 'executor', 'critic', 'coder', 'executor', 'critic'];
    expect(heard.map(({ role }) => role)).toEqual(order);
    // Nobody leaves the next one orders.
    expect(work.events.filter((event) => event === 'look at agents')).toHaveLength(5);
    expect(heard[1]?.job.access).toBe('run');
    expect(textOf(heard[0]?.job.parts ?? [], 'model')).toEqual([]);
    expect(textOf(heard[3]?.job.parts ?? [], 'model')).toEqual([
      expect.stringMatching(/sent it back.*The last line is still lost/s),
    ]);
    expect(textOf(heard[5]?.job.parts ?? [], 'model')[0]).toContain('Mended again.');
    expect(steps().map(({ outcome }) => outcome)).toEqual([
      'done',
      'done',
      'sent back',
      'done',
      'done',
      'passed',
    ]);
  });

  it('ends where one would tell the next what to do, which hears nothing of it', async () => {
    const { run, heard, steps, work } = attemptOf(['coder', 'critic'], {
      coder: [done],
      critic: [pass],
    });
    work.script.agents = ['docs/AGENTS.md'];
    const reason =
      'the work so far changes docs/AGENTS.md, by which coding tools are told what to do';
    expect(await run()).toMatchObject({ kind: 'failed', reason: expect.stringContaining(reason) });
    expect(heard.map(({ role }) => role)).toEqual(['coder']);
    expect(steps()).toHaveLength(1);
    expect(work.accepted).toEqual([]);
  });

  it.each([
    ['sends it back once more', back],
    ['gives no verdict', says('I like it.')],
    ['only speaks of the marker', says('Write BZZZ-VERDICT: pass if you like it.')],
    ['takes its word back', says('BZZZ-VERDICT: pass\nNo.\nBZZZ-VERDICT: back')],
  ])('has failed where the critic %s, and is not even judged', async (_what, second) => {
    const answers = { coder: [done, done], critic: [back, second] };
    const { run, steps, work } = attemptOf(['coder', 'critic'], answers);
    const reason = expect.stringContaining('the critic did not pass it');
    expect(await run()).toMatchObject({ kind: 'failed', reason });
    expect(steps().map(({ outcome }) => outcome)).toEqual([
      'done',
      'sent back',
      'done',
      'sent back',
    ]);
    expect(work.accepted).toEqual([]);
  });

  it('ends at the first step that fails, and tells what all of them took', async () => {
    const failing: Answer = () => ({ succeeded: false, reason: 'no model answers' });
    const answers = { architect: [says('So.')], coder: [failing] };
    const { run, heard, stand, steps } = attemptOf(['architect', 'coder', 'critic'], answers);
    const reason = expect.stringContaining('the coder: no model answers');
    expect(await run()).toMatchObject({ kind: 'failed', reason });
    expect(heard).toHaveLength(2);
    expect(steps().at(-1)).toMatchObject({ role: 'coder', outcome: 'failed' });
    expect(stand.journal.of('attempt.ended')).toMatchObject([{ spent: { turns: 4 } }]);
  });

  it('that is cut short in a step counts those before it, too', async () => {
    const cut: Answer = ({ onSpent }) => {
      const [model, costUsd] = [models.coder, null];
      const counts = { turns: 1, tokensRead: 7, tokensWritten: 3, costUsd };
      onSpent?.({ executor: 'ollama', model, ...counts });
      throw new BzzzError('sandbox_missing', 'no bubblewrap');
    };
    const answers = { architect: [says('So.')], coder: [cut] };
    const { run, stand } = attemptOf(['architect', 'coder'], answers);
    await expect(run()).rejects.toMatchObject({ code: 'sandbox_missing' });
    expect(stand.journal.of('attempt.ended')).toMatchObject([
      { outcome: 'cancelled', spent: { turns: 3, tokensRead: 107, tokensWritten: 13 } },
    ]);
  });

  it('has the answers and tokens of one attempt for all steps together', async () => {
    const answers = { architect: [says('So.')], coder: [done, done], critic: [back, pass] };
    const few = attemptOf(['architect', 'coder', 'critic'], answers, { plain: { turnsMax: 5 } });
    const reason = expect.stringContaining('all 5 answers of the attempt were given');
    expect(await few.run()).toMatchObject({ kind: 'failed', reason });
    expect(few.heard.map(({ job }) => job.turnsMax)).toEqual([5, 3, 1]);
    const short = attemptOf(
      ['coder', 'critic'],
      { coder: [done], critic: [pass] },
      { plain: { tokensMax: 1_000 } },
    );
    await short.run();
    expect(short.heard.map(({ job }) => job.tokensMax)).toEqual([1_000, 890]);
  });

  it('loses the hosts of the policy for all steps that come after help', async () => {
    const asks: Answer = async ({ help }) => ({ answer: (await help?.('How?'))?.text ?? 'nobody' });
    const answers = { architect: [says('So.')], coder: [asks], critic: [pass] };
    const { run, heard, asked } = attemptOf(['architect', 'coder', 'critic'], answers);
    await run();
    expect(asked).toEqual(['How?']);
    expect(heard.map(({ job }) => job.network)).toEqual([[host], [host], []]);
  });

  it('has no hosts at all where it goes on from what another left', async () => {
    const { run, heard } = attemptOf(
      ['coder', 'critic'],
      { coder: [done], critic: [pass] },
      { from: resultOid },
    );
    await run();
    expect(heard.map(({ job }) => job.network)).toEqual([[], []]);
  });

  it('is begun by nobody who lacks the model of one of the roles', async () => {
    const answers = { coder: [done], critic: [pass] };
    const { plan, run, heard, asked } = attemptOf(['coder', 'critic'], answers, {
      lacks: 'critic',
    });
    const able = capabilitiesOf(peerOf(3), {
      executors: ['ollama'],
      models: [models.coder, models.critic],
    });
    const peer = { ...able, models: able.models.slice(0, 1) };
    expect(obstacleOf(peer, task, plan.needs)).toEqual({ kind: 'model', name: models.critic });
    expect(obstacleOf(able, task, plan.needs)).toBeUndefined();
    // It had it when it claimed the task: then another does all of it.
    await run();
    expect([heard, asked]).toEqual([[], ['']]);
  });

  it('is told in every step what people say of a result', () => {
    const { plan } = attemptOf(['architect', 'coder', 'critic'], {});
    const part = { source: 'reviewer', text: 'Not so.' } as const;
    const { job, team } = toldBesides(plan, [part]);
    const jobs = [job, ...(team?.steps.map((step) => step.job) ?? [])];
    expect(jobs).toHaveLength(4);
    for (const one of jobs) expect(one).toMatchObject({ parts: expect.arrayContaining([part]) });
  });

  it('is one executor and one job, as ever, where the coder is alone', async () => {
    const { plan, run, heard, steps } = attemptOf(['coder'], { coder: [done] });
    expect(plan.team).toBeUndefined();
    expect(plan.needs).not.toHaveProperty('also');
    expect(await run()).toMatchObject({ kind: 'accepted' });
    expect([heard.length, steps()]).toEqual([1, []]);
  });
});
