/**
 * Watches the lease of a task that somebody else holds, by reading its fence four times a lease.
 * Only the first few candidates for a takeover do this, so it costs by tasks and not by peers.
 */
import { isBzzzError, type TaskId } from '@bzzz/protocol';
import type { Clock } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';
import { sleep } from '../support/sleep.ts';
import type { Fence } from './fence.ts';
import type { LeaseClock } from './lease.ts';
import type { TipReading } from './tip.ts';

export interface GuardDeps {
  readonly clock: Clock;
  readonly fence: Pick<Fence, 'look'>;
  readonly leases: LeaseClock;
  readonly trouble: Trouble;
}

export interface GuardOptions {
  readonly leaseMs: number;
  /** Told every answered read; returns whether to go on watching. */
  readonly onReading: (reading: TipReading) => boolean;
}

/** Ends when `onReading` says so; throws only on abort. */
export async function guardLease(
  deps: GuardDeps,
  options: GuardOptions,
  task: TaskId,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      const reading = await deps.fence.look(task, signal);
      if (reading.tip.kind !== 'absent') {
        deps.leases.saw(task, reading.tip.oid, deps.clock.monotonicMs());
      }
      if (!options.onReading(reading)) return;
    } catch (error) {
      if (signal.aborted || !isBzzzError(error)) throw error;
      deps.leases.missed(task);
      deps.trouble.tell(error, task);
    }
    await sleep(deps.clock, options.leaseMs / 4, signal);
  }
}
