/**
 * How a run is ended. In a sandbox the command lives in a pid namespace: when the namespace's first
 * process is killed, the kernel kills every other one before bubblewrap sees it end. Without one
 * there is the process group, and the mark in the environment for whoever left the group.
 */
import { descendantsOf, listProcesses, signalProcess } from './processes.ts';
import { killMarked } from './run-record.ts';

export interface LiveRun {
  readonly run: string;
  /** The process that was spawned, leader of its own group. */
  readonly pid: number;
  /** First process of the pid namespace as the host sees it; null: no sandbox, or not yet up. */
  firstInside(): number | null;
  /** Whether the spawned process has been reaped; from then on its pid may be somebody else's. */
  hasExited(): boolean;
  /** Resolves when the spawned process has been reaped and its output read. */
  readonly closed: Promise<unknown>;
}

/** Asks, waits at most `graceMs`, kills. Resolves when nothing of the run exists any more. */
export async function endRun(live: LiveRun, graceMs: number): Promise<void> {
  await ask(live);
  await settledOr(live.closed, graceMs);
  await killRun(live);
}

/** Kills at once. Resolves when nothing of the run exists any more. */
export async function killRun(live: LiveRun): Promise<void> {
  if (!live.hasExited()) {
    const inside = live.firstInside();
    signalProcess(inside ?? -live.pid, 'SIGKILL');
  }
  await killMarked(live.run);
  await live.closed;
}

async function ask(live: LiveRun): Promise<void> {
  const inside = live.firstInside();
  // bubblewrap passes no signal on, and its first process inside ignores most.
  const members = inside === null ? [] : descendantsOf(inside, await listProcesses());
  if (live.hasExited()) return;
  // Whoever stands still hears it only when he goes on.
  for (const signal of ['SIGTERM', 'SIGCONT'] as const) {
    if (inside === null) signalProcess(-live.pid, signal);
    for (const { pid } of members) signalProcess(pid, signal);
  }
}

async function settledOr(settled: Promise<unknown>, timeMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeMs);
  try {
    await Promise.race([settled, promise]);
  } finally {
    clearTimeout(timer);
  }
}
