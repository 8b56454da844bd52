/**
 * When a claim of somebody else may be taken over: its holder is confirmed dead, or its tip stood
 * for its whole lease before our own eyes (DESIGN.md 4.3). An eager answer wastes work and cannot
 * break safety.
 */
import type { LockRecord, Oid, PeerId, TaskId } from '@bzzz/protocol';
import type { Membership } from '../membership/membership.ts';
import type { Clock } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';
import type { TaskEntry } from '../task/book.ts';
import { holdOf } from '../task/state.ts';
import type { Fence } from './fence.ts';
import { guardLease } from './guard.ts';
import { createLeaseClock } from './lease.ts';
import type { TipReading } from './tip.ts';

export interface ForfeitDeps {
  readonly clock: Clock;
  readonly fence: Pick<Fence, 'look'>;
  readonly membership: Pick<Membership, 'isDead'>;
  /** Whether it is dead, and we see a majority now. */
  readonly isConfirmedDead: (peer: PeerId) => Promise<boolean>;
  readonly trouble: Trouble;
}

export interface ForfeitOptions {
  /** How often a guarded lease is looked at goes by this. */
  readonly leaseMs: number;
  readonly signal: AbortSignal;
  /** Whether a task is somebody else's, as far as we have heard. */
  readonly isOthers: (task: TaskId) => boolean;
  /** Told what a guard read; returns whether the task is still somebody else's. */
  readonly onReading: (task: TaskId, reading: TipReading) => boolean;
}

export interface Forfeit {
  /** By what the book says; decides whether a bid makes sense. */
  forfeited(entry: TaskEntry): boolean;
  /** By what the fence says, and by who is seen at this moment; decides whether a bid may stand on this tip. */
  mayTakeOver(record: LockRecord, oid: Oid): Promise<boolean>;
  /**
   * Watches the lease of a task until it is no longer somebody else's; the later our place among those who would
   * take it over, the more seldom. Idempotent, but that a better place has it looked at sooner.
   */
  guard(task: TaskId, place: number): void;
}

interface Guard {
  readonly place: number;
  /** Somebody else watches instead: we, from a better place. */
  readonly relieved: AbortController;
}

export function createForfeit(deps: ForfeitDeps, options: ForfeitOptions): Forfeit {
  const { membership, trouble } = deps;
  const { leaseMs, signal } = options;
  const leases = createLeaseClock({ gapMsMax: leaseMs / 2 });
  const guards = new Map<TaskId, Guard>();

  async function watch(task: TaskId, { place, relieved }: Guard): Promise<void> {
    const until = AbortSignal.any([signal, relieved.signal]);
    const isOthers = () => options.isOthers(task);
    const onReading = (reading: TipReading) => options.onReading(task, reading);
    try {
      await guardLease({ ...deps, leases }, { leaseMs, place, isOthers, onReading }, task, until);
    } catch (error) {
      if (!until.aborted) trouble.tell(error, task);
    } finally {
      if (guards.get(task)?.relieved === relieved) guards.delete(task);
    }
  }

  return {
    forfeited({ task, state }) {
      const hold = holdOf(state);
      if (hold === undefined) return false;
      return membership.isDead(hold.peer) || leases.stoodMs(task, hold.lock) >= hold.leaseMs;
    },
    async mayTakeOver(record, oid) {
      if (leases.stoodMs(record.task, oid) >= record.leaseMs) return true;
      return deps.isConfirmedDead(record.peer);
    },
    guard(task, place) {
      const before = guards.get(task);
      if (before !== undefined && before.place <= place) return;
      before?.relieved.abort();
      const guard = { place, relieved: new AbortController() };
      guards.set(task, guard);
      void watch(task, guard);
    },
  };
}
