/** The Workspaces and Executor ports without doing anything: time passes, and an outcome comes. */
import { BzzzError, Oid, type PeerId, type TaskId, taskParts } from '@bzzz/protocol';
import type { Acceptance, Executor, Workspace, Workspaces } from '@bzzz/coordination';
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

export interface VirtualWorkOptions {
  readonly peer: PeerId;
  /** How long a step may take. */
  readonly workMsMax: number;
  /** Whether the work on this task can succeed. */
  readonly succeeds: (task: TaskId) => boolean;
}

export function createVirtualWork(
  deps: VirtualWorkDeps,
  options: VirtualWorkOptions,
): { workspaces: Workspaces; executors: Executor[] } {
  const { timeline, random, history, process } = deps;
  const { peer } = options;

  function work<T>(value: () => T, signal: AbortSignal | undefined): Promise<T> {
    return process.leave((resolve, reject) => {
      const onAbort = () => {
        cancel();
        reject(new BzzzError('aborted', 'aborted'));
      };
      const cancel = timeline.after(random.between(10, options.workMsMax), () => {
        signal?.removeEventListener('abort', onAbort);
        resolve(value());
      });
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });
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
    accept: (_job, o) => work(() => accepted, o?.signal),
  };
  const executor: Executor = {
    kind: 'recipe',
    // The workspace's path is the task: what is to be done here depends on nothing else.
    run: ({ path }, o) =>
      work(() => {
        const succeeded = options.succeeds(path as TaskId);
        return { succeeded, reason: succeeded ? '' : 'exit 1', commands: [] };
      }, o?.signal),
  };
  return { workspaces, executors: [executor] };
}

const accepted: Acceptance = {
  passed: true,
  commands: [{ argv: ['true'], exitCode: 0, elapsedMs: 1, outputTail: '' }],
  judgeFilesChanged: [],
};
