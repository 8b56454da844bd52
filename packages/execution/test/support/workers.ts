/** Workers as a peer has them, on the system's clock, with short times. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Clock, ExecutorRequest, Random } from '@bzzz/coordination';
import { createWorkers, type Runner, type WorkerOptions, type Workers } from '@bzzz/execution';

const clock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Pauses are as long as they may be. */
const random: Random = { bytes: (count) => new Uint8Array(count), unit: () => 1 };

export interface Watched {
  readonly workers: Workers;
  readonly deaths: string[];
  /** How the one before each died that lived again. */
  readonly restarts: string[];
}

export function makeWorkers(runner: Runner, options: WorkerOptions = {}): Watched {
  const deaths: string[] = [];
  const restarts: string[] = [];
  const onDeath = ({ reason }: { reason: string }) => void deaths.push(reason);
  const onRestart = ({ reason }: { reason: string }) => void restarts.push(reason);
  const deps = { clock, random, runner, onDeath, onRestart };
  return { workers: createWorkers(deps, options), deaths, restarts };
}

export interface RunOptions
  extends Pick<ExecutorRequest, 'help' | 'onSign' | 'onPrinted' | 'onSpent' | 'recall' | 'rest'> {
  readonly signal?: AbortSignal;
  readonly attemptMs?: number;
}

/** What an executor is made with. */
export type Deps = (runner: Runner) => {
  readonly runner: Runner;
  readonly workers?: Workers;
};

const inThisProcess: Deps = (runner) => ({ runner });

let usual: Deps = inThisProcess;

/** Where a world's executor works unless a test says otherwise. */
export const usualPlace: Deps = (runner) => usual(runner);

/** For a file that runs suites of others once more. */
export function workInWorkers(): void {
  usual = inWorkers();
}

export function inWorkers(options: WorkerOptions = {}): Deps {
  return (runner) => ({ runner, workers: makeWorkers(runner, options).workers });
}

/** A suite of an executor holds for both. */
export const places: readonly (readonly [name: string, where: Deps])[] = [
  ['in this process', inThisProcess],
  ['in a worker', inWorkers()],
];

/** Of workers that are children of `parent`. */
export function workerPids(parent = process.pid): number[] {
  const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
  return pids.map(Number).filter((pid) => {
    const stat = readProc(pid, 'stat');
    const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(ppid) === parent && readProc(pid, 'cmdline').includes('--disable-sigusr1');
  });
}

export function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    // It has ended since.
    return '';
  }
}
