/** The Workspaces and Executor ports without doing anything: time passes, and an outcome comes. */
import { BzzzError, type Epoch, type PeerId, TaskId, taskParts } from '@bzzz/protocol';
import type {
  Acceptance,
  AcceptanceJob,
  Base,
  CommitFacts,
  Executor,
  ExecutorRequest,
  ExecutorReport,
  PromptJob,
  RecipeJob,
  SetupJob,
  WorkLimits,
  Workspace,
  Workspaces,
} from '@bzzz/coordination';
import type { History } from './history.ts';
import type { Process } from './process.ts';
import type { SeededRandom } from './random.ts';
import type { Sights } from './sights.ts';
import type { Timeline } from './timeline.ts';
import { virtualModel } from './tasks.ts';
import type { AddedTests, VirtualCommits } from './virtual-commits.ts';
import { type Fate, succeeded, toldOf } from './virtual-reports.ts';

export interface VirtualWorkDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly history: History;
  readonly process: Process;
  readonly sights: Sights;
  readonly commits: VirtualCommits;
}

export interface VirtualWorkOptions {
  readonly peer: PeerId;
  /** How long a step may take. */
  readonly workMsMax: number;
  /** What a command does that the policy names; `endless` and `silent` never end by themselves. */
  readonly fateOf: (argv: readonly string[], task: TaskId) => Fate;
  /** The tests that work on a task adds. Default: none. */
  readonly testsOf?: (task: TaskId) => AddedTests;
  /** Whether work on a task leaves a secret in one of its commits. Default: no. */
  readonly leaks?: (task: TaskId) => boolean;
}

interface Step {
  readonly commands: readonly (readonly string[])[];
  readonly task: TaskId;
  readonly limits: WorkLimits;
  readonly everyCommand?: boolean | undefined;
  readonly onSign?: (() => void) | undefined;
}

/** So often something that goes on says so. */
const signEveryMs = 10_000;

export function createVirtualWork(
  deps: VirtualWorkDeps,
  options: VirtualWorkOptions,
): {
  workspaces: Workspaces;
  executors: { recipe: Executor<RecipeJob>; ollama: Executor<PromptJob> };
} {
  const { timeline, random, history, process, sights, commits } = deps;
  const { peer } = options;
  /** Tasks whose work has touched what the policy protects. */
  const trespassed = new Set<TaskId>();

  function work<T>(
    value: () => T,
    signal: AbortSignal | undefined,
    takesMs = random.between(10, options.workMsMax),
  ): Promise<T> {
    return process.leave((resolve, reject) => {
      const onAbort = () => {
        cancel();
        reject(new BzzzError('aborted', 'aborted'));
      };
      const cancel = timeline.after(takesMs, () => {
        signal?.removeEventListener('abort', onAbort);
        // What a process was about to begin when it died does not begin.
        if (process.alive()) resolve(value());
      });
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Gives signs as long as the work is under way. */
  async function audibly<T>(onSign: (() => void) | undefined, under: Promise<T>): Promise<T> {
    let cancel = () => {};
    const next = () => {
      cancel = timeline.after(signEveryMs, () => {
        if (!process.alive()) return;
        process.enter(() => onSign?.());
        next();
      });
    };
    next();
    try {
      return await under;
    } finally {
      cancel();
    }
  }

  /** Does the commands in order until one fails or time is up. */
  function run(step: Step, signal: AbortSignal | undefined) {
    const { commands, task, limits, onSign, everyCommand = false } = step;
    const fates = commands.map((argv) => options.fateOf(argv, task));
    const failing = fates.findIndex((fate) => fate !== 'succeeds' && fate !== 'trespasses');
    const done = commands.slice(0, failing < 0 || everyCommand ? commands.length : failing + 1);
    const told = () => done.map((argv, index) => toldOf(argv, fates[index] ?? 'succeeds', limits));
    if (fates.includes('trespasses')) trespassed.add(task);
    if (fates[failing] === 'floods') sights.count('flood');
    const fate = fates[failing];
    if (fate === 'silent') sights.count('silence');
    if (fate === 'silent') return work(told, signal, limits.attemptMs);
    return fate === 'endless'
      ? audibly(onSign, work(told, signal, limits.attemptMs))
      : work(told, signal);
  }

  async function prepare(
    setup: SetupJob | undefined,
    task: TaskId,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (setup === undefined) return;
    const told = await run({ commands: setup.run, task, limits: setup.limits }, signal);
    const failed = told.find(({ report }) => !succeeded(report));
    if (failed !== undefined) throw new BzzzError('setup_failed', failed.reason);
  }

  function workspaceOf(task: TaskId, epoch: Epoch, { oid: base }: Base): Workspace {
    const { number } = taskParts(task);
    trespassed.delete(task);
    return {
      path: task,
      collect: (_message, o) =>
        work(() => {
          const trespasses = trespassed.has(task);
          if (trespasses) sights.count('trespass');
          const tests = options.testsOf?.(task) ?? 'none';
          if (tests !== 'none') sights.count(tests === 'idle' ? 'idle test' : 'new test');
          const secret = options.leaks?.(task) ?? false;
          if (secret) sights.count('secret');
          const made = { base, trespasses, tests, secret };
          const result = commits.make(random, { task, ...made });
          history.record({ kind: 'made', peer, number, result, ...made });
          const beneath = [
            ...(trespasses ? [factsOf(base, '.github/workflows/ci.yml')] : []),
            ...(secret ? [{ ...factsOf(base, 'a'), secrets: [{ path: 'a', rule: 'a key' }] }] : []),
          ];
          return { result, commits: [...beneath, factsOf(result, 'a', tests)] };
        }, o?.signal),
      apply: (_patch, o) => work(() => undefined, o?.signal, 10),
      // Nothing is hidden in files that are not there.
      agentsChanged: async () => null,
      dispose: () => {
        history.record({ kind: 'work', peer, number, epoch, step: 'ended' });
        return Promise.resolve();
      },
    };
  }

  const workspaces: Workspaces = {
    sweep: () => Promise.resolve(),
    inspect: ({ result }, o) =>
      work(
        () => ({ result, commits: [factsOf(result, 'a', commits.get(result)?.tests)] }),
        o?.signal,
        10,
      ),
    diff: ({ from, to }, o) => work(() => `${from}..${to}`, o?.signal, 10),
    create: async ({ task, epoch, base, from, setup }, o) => {
      await prepare(setup, task, o?.signal);
      return work(() => {
        const { number } = taskParts(task);
        const on = { base: base.oid, from: from ?? null };
        history.record({ kind: 'work', peer, number, epoch, step: 'started', ...on });
        return workspaceOf(task, epoch, base);
      }, o?.signal);
    },
    async accept(job, o): Promise<Acceptance> {
      const { base, result, commands: wanted, limits, setup, everyCommand } = job;
      const task = commits.get(result)?.task ?? anyTask;
      const about = { peer, number: taskParts(task).number, result };
      await prepare(setup, task, o?.signal);
      history.record({ kind: 'judged', ...about, base: base.oid });
      const told = isFailedByTest(job)
        ? await work(
            () => wanted.slice(0, 1).map((argv) => toldOf(argv, 'fails', limits)),
            o?.signal,
            10,
          )
        : await run({ commands: wanted, task, limits, everyCommand }, o?.signal);
      const commands = told.map(({ report }) => report);
      const passed = commands.every(succeeded);
      // That a test passes without the change speaks against the result.
      if (job.only === undefined) history.record({ kind: 'found', ...about, passed });
      else if (job.only.includes(testPath))
        history.record({ kind: 'found', ...about, passed: !passed });
      return { passed, commands, judgeFilesChanged: [] };
    },
  };
  /** On the base, by the test that the result adds. */
  function isFailedByTest({ result, only = [] }: AcceptanceJob): boolean {
    return only.includes(testPath) && commits.get(result)?.tests === 'prove';
  }
  /** Undefined: it is not stuck, or nobody is there to be asked. */
  async function helpWith(
    { job, help }: ExecutorRequest<RecipeJob>,
    task: TaskId,
    signal: AbortSignal | undefined,
  ): Promise<ExecutorReport | undefined> {
    const isStuck = job.commands.some((argv) => options.fateOf(argv, task) === 'stuck');
    if (!isStuck || help === undefined) return undefined;
    const asked = signal === undefined ? {} : { signal };
    // The first answer may not get it further.
    for (let asks = 1; ; asks += 1) {
      await work(() => undefined, signal);
      const { helped, text } = await help('how is this done?', asked);
      if (!helped) return { succeeded: false, reason: text, commands: [] };
      if (random.chance(0.7) || asks === 4) return { succeeded: true, reason: text, commands: [] };
    }
  }
  const recipe: Executor<RecipeJob> = {
    async run(request, o): Promise<ExecutorReport> {
      const { job, path, limits, onSign } = request;
      // The workspace's path is the task: what is to be done here depends on nothing else.
      const task = path as TaskId;
      const helped = await helpWith(request, task, o?.signal);
      if (helped !== undefined) return helped;
      const told = await run({ commands: job.commands, task, limits, onSign }, o?.signal);
      const commands = told.map(({ report }) => report);
      const failed = told.find(({ report }) => !succeeded(report));
      const reason =
        failed === undefined
          ? `${commands.length} commands ended with 0`
          : `\`${failed.report.argv.join(' ')}\`: ${failed.reason}`;
      return { succeeded: failed === undefined, reason, commands };
    },
  };
  /** An architect, or a critic that passes most of what it sees. */
  async function looking(
    parts: PromptJob['parts'],
    signal: AbortSignal | undefined,
  ): Promise<ExecutorReport> {
    const isCritic = parts.some(
      ({ source, text }) => source === 'bzzz' && text.includes(verdictLine),
    );
    const verdict = random.chance(0.7) ? 'pass' : 'back';
    const answer = isCritic ? `${verdictLine} ${verdict}` : 'so it is done';
    return work(() => ({ succeeded: true, reason: '', commands: [], answer }), signal);
  }
  /** What is missing for a model is the model. */
  async function chore(
    request: ExecutorRequest<PromptJob>,
    o: { signal?: AbortSignal } | undefined,
  ): Promise<ExecutorReport> {
    const job = { kind: 'recipe' as const, commands: [['chore']] };
    const report = await recipe.run({ ...request, job }, o);
    const isMissing = report.commands.at(-1)?.exitCode === 127;
    return isMissing ? { ...report, lacks: { kind: 'model', name: virtualModel } } : report;
  }
  const ollama: Executor<PromptJob> = {
    models: () => [virtualModel],
    run: (request, o) =>
      request.job.access === 'look' ? looking(request.job.parts, o?.signal) : chore(request, o),
  };
  return { workspaces, executors: { recipe, ollama } };
}

const verdictLine = 'BZZZ-VERDICT:';

/** Of a result that was not made here. */
const anyTask = TaskId.parse('any/task#1');

/** What a result that adds a test adds. */
const testPath = 'a.test.ts';

function factsOf(oid: CommitFacts['oid'], path: string, tests: AddedTests = 'none'): CommitFacts {
  const file = { mode: '100644', bytes: 1, lines: 1 };
  const added = { path: testPath, status: 'added' as const, ...file };
  return {
    oid,
    files: [{ path, status: 'modified', ...file }, ...(tests === 'none' ? [] : [added])],
    secrets: [],
  };
}
