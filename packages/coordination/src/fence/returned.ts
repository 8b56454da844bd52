/**
 * A claim of ours that stands though we do not work on it: its push was given up as lost and arrived after
 * all, or arrived once more when the claim was over and a person had deleted its branch. Nobody else may let
 * go of it, so it is ours to take up or to give back. A read or a hint that shows it may only be old: the
 * fence is looked at once more, after any read that could show what stood before.
 */
import type { Oid, TaskId } from '@bzzz/protocol';
import type { Clock } from '../ports/index.ts';
import { sleep } from '../support/sleep.ts';
import type { Fence } from './fence.ts';

export interface ReturnedDeps {
  readonly clock: Clock;
  readonly fence: Pick<Fence, 'owns'>;
  readonly workforce: {
    active(): readonly TaskId[];
    /** Reads the fence, and takes up what of ours is held there. */
    takeUp(task: TaskId): void;
  };
}

export interface ReturnedOptions {
  /** How long reads of the forge may lag behind its writes. */
  readonly lagMs: number;
  readonly signal: AbortSignal;
}

/** Told which claim somebody saw held; whether it is such a one. */
export type Returned = (task: TaskId, lock: Oid) => boolean;

export function createReturned(
  { clock, fence, workforce }: ReturnedDeps,
  { lagMs, signal }: ReturnedOptions,
): Returned {
  const doubted = new Set<TaskId>();

  async function lookLater(task: TaskId): Promise<void> {
    await sleep(clock, lagMs, signal);
    doubted.delete(task);
    workforce.takeUp(task);
  }

  return (task, lock) => {
    if (!fence.owns(task, lock) || workforce.active().includes(task)) return false;
    if (doubted.has(task)) return true;
    doubted.add(task);
    lookLater(task).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    return true;
  };
}
