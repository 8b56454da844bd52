/** The Workspaces and Executor ports without doing anything: time passes, and an outcome comes. */
import { BzzzError, Oid, type PeerId, TaskId, taskParts } from '@bzzz/protocol';
import type {
  Acceptance,
  CommandReport,
  Executor,
  ExecutorReport,
  RecipeJob,
  WorkLimits,
  Workspace,
  Workspaces,
} from '@bzzz/coordination';
import type { History } from './history.ts';
import type { Process } from './process.ts';
import type { SeededRandom } from './random.ts';
import type { Timeline } from './timeline.ts';

export interface VirtualWorkDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly history: History;
  readonly process: Process;
}

/** What becomes of a command. `floods`: it is ended by the limit on its output. */
export type Fate = 'succeeds' | 'fails' | 'endless' | 'floods';

export interface VirtualWorkOptions {
  readonly peer: PeerId;
  /** How long a step may take. */
  readonly workMsMax: number;
  /** What a command does that the policy names; `endless` never ends by itself. */
  readonly fateOf: (argv: readonly string[], task: TaskId) => Fate;
}

interface Step {
  readonly commands: readonly (readonly string[])[];
  readonly task: TaskId;
  readonly limits: WorkLimits;
}

export function createVirtualWork(
  deps: VirtualWorkDeps,
  options: VirtualWorkOptions,
): { workspaces: Workspaces; executors: { recipe: Executor<RecipeJob> } } {
  const { timeline, random, history, process } = deps;
  const { peer } = options;
  /** Whose result this is. */
  const made = new Map<Oid, TaskId>();

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

  /** Does the commands in order until one fails or time is up. */
  function run({ commands, task, limits }: Step, signal: AbortSignal | undefined) {
    const fates = commands.map((argv) => options.fateOf(argv, task));
    const failing = fates.findIndex((fate) => fate !== 'succeeds');
    const done = commands.slice(0, failing < 0 ? commands.length : failing + 1);
    const reports = () => done.map((argv, index) => reportOf(argv, fates[index] ?? 'succeeds'));
    return fates[failing] === 'endless'
      ? work(reports, signal, limits.attemptMs)
      : work(reports, signal);
  }

  function workspaceOf(task: TaskId): Workspace {
    const { number } = taskParts(task);
    return {
      path: task,
      collect: (_message, o) =>
        work(() => {
          const result = Oid.parse(
            Array.from(random.bytes(20), (byte) => byte.toString(16).padStart(2, '0')).join(''),
          );
          made.set(result, task);
          const file = { path: 'a', status: 'modified' as const, mode: '100644', bytes: 1 };
          return { result, commits: [{ oid: result, files: [file], secrets: [] }] };
        }, o?.signal),
      dispose: () => {
        history.record({ kind: 'work', peer, number, step: 'ended' });
        return Promise.resolve();
      },
    };
  }

  const workspaces: Workspaces = {
    sweep: () => Promise.resolve(),
    create: ({ task }, o) =>
      work(() => {
        history.record({ kind: 'work', peer, number: taskParts(task).number, step: 'started' });
        return workspaceOf(task);
      }, o?.signal),
    async accept({ result, commands: wanted, limits }, o): Promise<Acceptance> {
      const task = made.get(result) ?? anyTask;
      const commands = await run({ commands: wanted, task, limits }, o?.signal);
      return { passed: commands.every(succeeded), commands, judgeFilesChanged: [] };
    },
  };
  const recipe: Executor<RecipeJob> = {
    kind: 'recipe',
    async run({ job, path, limits }, o): Promise<ExecutorReport> {
      // The workspace's path is the task: what is to be done here depends on nothing else.
      const commands = await run(
        { commands: job.commands, task: path as TaskId, limits },
        o?.signal,
      );
      const failed = commands.find((one) => !succeeded(one));
      const reason = failed === undefined ? '' : `exit ${failed.exitCode ?? 'by the limit'}`;
      return { succeeded: failed === undefined, reason, commands };
    },
  };
  return { workspaces, executors: { recipe } };
}

/** Of a result that was not made here. */
const anyTask = TaskId.parse('any/task#1');

function reportOf(argv: readonly string[], fate: Fate): CommandReport {
  const exitCode = { succeeds: 0, fails: 1, endless: null, floods: null }[fate];
  return { argv, exitCode, elapsedMs: 1, outputTail: fate === 'fails' ? 'flawed' : '' };
}

function succeeded({ exitCode }: CommandReport): boolean {
  return exitCode === 0;
}
