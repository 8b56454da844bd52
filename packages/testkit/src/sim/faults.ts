/** How hostile a run is. Each feature has a weight of its own a run (swarm testing). */
import type { SeededRandom } from './random.ts';

export interface Faults {
  /** Mesh messages. */
  readonly drop: number;
  readonly duplicate: number;
  readonly delayMsMax: number;
  /** Requests to the forge that never arrive. */
  readonly requestLost: number;
  /** Replies lost after the request took effect. */
  readonly replyLost: number;
  /** Requests that take effect long after the caller gave up. */
  readonly lateEffect: number;
  /** Reads served from the past, per read. */
  readonly staleRead: number;
  /** Mean virtual time between two of these, over all peers; Infinity: never. */
  readonly crashEveryMs: number;
  readonly pauseEveryMs: number;
  readonly partitionEveryMs: number;
  readonly outageEveryMs: number;
  readonly peopleEveryMs: number;
}

export const noFaults: Faults = {
  drop: 0,
  duplicate: 0,
  delayMsMax: 5,
  requestLost: 0,
  replyLost: 0,
  lateEffect: 0,
  staleRead: 0,
  crashEveryMs: Number.POSITIVE_INFINITY,
  pauseEveryMs: Number.POSITIVE_INFINITY,
  partitionEveryMs: Number.POSITIVE_INFINITY,
  outageEveryMs: Number.POSITIVE_INFINITY,
  peopleEveryMs: Number.POSITIVE_INFINITY,
};

/** Draws which faults a run has, and how much of each. */
export function drawFaults(random: SeededRandom): Faults {
  const some = (max: number) => (random.chance(0.5) ? random.unit() * max : 0);
  const every = (minMs: number, maxMs: number) =>
    random.chance(0.6) ? random.between(minMs, maxMs) : Number.POSITIVE_INFINITY;
  return {
    drop: some(0.3),
    duplicate: some(0.2),
    delayMsMax: random.pick([5, 50, 500, 5_000]) ?? 5,
    requestLost: some(0.2),
    replyLost: some(0.3),
    lateEffect: some(0.05),
    staleRead: some(0.5),
    crashEveryMs: every(20_000, 120_000),
    pauseEveryMs: every(20_000, 200_000),
    partitionEveryMs: every(60_000, 300_000),
    outageEveryMs: every(60_000, 300_000),
    peopleEveryMs: every(20_000, 120_000),
  };
}
