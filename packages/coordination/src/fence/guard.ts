/**
 * Watches the lease of a task that somebody else holds, by reading its fence. The first candidates for a takeover
 * read it four times a lease. They may be dead or cut off from the forge themselves, so that all the others look
 * as well, the more seldom the later their place: it costs by tasks, and hardly by peers.
 */
import { isBzzzError, type Oid, type TaskId } from '@bzzz/protocol';
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
  /** Among the candidates for a takeover, counted from 0. */
  readonly place: number;
  /** Whether to go on watching, by what was heard. */
  readonly isOthers: () => boolean;
  /** Told every answered read; returns whether to go on watching. */
  readonly onReading: (reading: TipReading) => boolean;
}

/** Candidates that watch closely from the start. */
const guardsMax = 2;

/** Ends when `isOthers` or `onReading` says so; throws only on abort. */
export async function guardLease(
  deps: GuardDeps,
  options: GuardOptions,
  task: TaskId,
  signal: AbortSignal,
): Promise<void> {
  const { clock, leases } = deps;
  const { leaseMs, place } = options;
  const closeMs = leaseMs / 4;
  const restMs = place < guardsMax ? closeMs : (place - guardsMax + 1) * leaseMs;
  let before: Oid | null = null;
  if (restMs > closeMs) await sleep(clock, restMs, signal);
  while (options.isOthers()) {
    let stands = false;
    try {
      const reading = await deps.fence.look(task, signal);
      const oid = reading.tip.kind === 'absent' ? null : reading.tip.oid;
      if (oid !== null) leases.saw(task, oid, clock.monotonicMs());
      stands = oid !== null && oid === before;
      before = oid;
      if (!options.onReading(reading)) return;
    } catch (error) {
      if (signal.aborted || !isBzzzError(error)) throw error;
      leases.missed(task);
      deps.trouble.tell(error, task);
    }
    // Whoever is alive would have renewed it between two looks of a rest.
    await sleep(clock, stands ? closeMs : restMs, signal);
  }
}
