/**
 * Work that stands still for a while: what runs is stopped by SIGSTOP, which no process can refuse, and goes
 * on by SIGCONT. A process may be born while the others are being stopped, so they are looked at again and
 * again until the rest is over.
 */
import type { Rest } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';
import { listProcesses, type ProcessInfo, signalProcess } from './processes.ts';

/** Resolves when no rest is wanted. Throws `aborted`. */
export async function rested(rest: Rest | undefined, signal?: AbortSignal): Promise<void> {
  if (rest === undefined || !rest.wanted()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (signal?.aborted === true || !rest.wanted()) resolve();
  };
  const stopFollowing = rest.onChange(look);
  signal?.addEventListener('abort', look, { once: true });
  try {
    look();
    await promise;
  } finally {
    stopFollowing();
    signal?.removeEventListener('abort', look);
  }
  if (signal?.aborted === true) throw new BzzzError('aborted', 'the work was cancelled');
}

export interface StillOptions {
  readonly rest: Rest | undefined;
  /** Those that are to stand still, among all. */
  readonly members: (processes: readonly ProcessInfo[]) => ProcessInfo[];
  readonly onError: (error: unknown) => void;
}

/** Somebody may be forked between two signals; somebody whom nobody stopped is found so late. */
const lookAgainMs = 20;
/** When all stood still at the last look. */
const lookLaterMs = 500;

/**
 * Lets a run stand still whenever it is to rest. The returned function ends that and resolves when nobody is
 * stopped any more on our account; whoever still is stays so, for who ends it.
 */
export function keepStill({ rest, members, onError }: StillOptions): () => Promise<void> {
  if (rest === undefined) return async () => undefined;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let current: Promise<void> = Promise.resolve();

  const restWanted = rest.wanted;

  async function look(): Promise<void> {
    const wanted = !ended && restWanted();
    if (!wanted && !stopped) return;
    if (!wanted) {
      stopped = false;
      for (const { pid } of members(await listProcesses())) signalProcess(pid, 'SIGCONT');
      return;
    }
    stopped = true;
    const awake = members(await listProcesses()).filter((info) => !info.stopped);
    // Told meanwhile to go on: the look that follows sees to those that are stopped.
    if (ended || !restWanted()) return;
    for (const { pid } of awake) signalProcess(pid, 'SIGSTOP');
    timer = setTimeout(next, awake.length === 0 ? lookLaterMs : lookAgainMs);
  }

  function next(): void {
    clearTimeout(timer);
    // One after the other: a late SIGSTOP must not come after the SIGCONT.
    current = current.then(look).catch(onError);
  }

  const stopFollowing = rest.onChange(next);
  if (rest.wanted()) next();
  return async () => {
    ended = true;
    stopFollowing();
    clearTimeout(timer);
    next();
    await current;
  };
}
