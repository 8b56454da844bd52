/** What the world was like and since when, for the checks: outages, splits, who lives. */
import type { PeerId } from '@bzzz/protocol';

export interface Surroundings {
  outage(away: boolean): void;
  /** Undefined: the network is whole. */
  split(groups: ReadonlyMap<PeerId, number> | undefined): void;
  /** How long the forge was away in the time since, at least so long at a time. */
  outageMsSince(sinceMs: number, atLeastMs: number): number;
  /** The smaller side that a peer is on, of those that lived at the split and now; null: it is on none. */
  smallSideOf(peer: PeerId): SmallSide | null;
}

interface SmallSide {
  readonly sinceMs: number;
  /** Those of it that live. */
  readonly peers: readonly PeerId[];
}

/** A split that came sooner after another one may divide what was divided. */
const wholeMsMin = 30_000;

export function createSurroundings(deps: {
  readonly nowMs: () => number;
  /** Those that stand still among them. */
  readonly living: () => readonly PeerId[];
  readonly isPaused: (peer: PeerId) => boolean;
}): Surroundings {
  const { nowMs, living, isPaused } = deps;
  const outages: { fromMs: number; toMs: number }[] = [];
  let awaySinceMs: number | null = null;
  let groups: ReadonlyMap<PeerId, number> | undefined;
  let smallSides = new Set<number | undefined>();
  let splitAtMs = 0;
  let wholeAtMs = 0;
  let wasWhole = true;

  return {
    outage(away) {
      if (away) awaySinceMs ??= nowMs();
      else if (awaySinceMs !== null) {
        outages.push({ fromMs: awaySinceMs, toMs: nowMs() });
        awaySinceMs = null;
      }
    },
    split(next) {
      if (next === undefined) wholeAtMs = nowMs();
      else {
        wasWhole = groups === undefined && nowMs() - wholeAtMs > wholeMsMin;
        splitAtMs = nowMs();
        const alive = living();
        // Who stands still elsewhere may have been declared dead before, and counts for nobody.
        const isSmall = (side: number | undefined) => {
          const mine = alive.filter((peer) => next.get(peer) === side).length;
          const others = alive.filter((peer) => next.get(peer) !== side && !isPaused(peer)).length;
          return mine <= others;
        };
        smallSides = new Set(alive.map((peer) => next.get(peer)).filter(isSmall));
      }
      groups = next;
    },
    outageMsSince(sinceMs, atLeastMs) {
      const ongoing = awaySinceMs === null ? [] : [{ fromMs: awaySinceMs, toMs: nowMs() }];
      return [...outages, ...ongoing]
        .filter(({ fromMs, toMs }) => toMs - fromMs >= atLeastMs)
        .map(({ fromMs, toMs }) => Math.max(0, toMs - Math.max(fromMs, sinceMs)))
        .reduce((sum, ms) => sum + ms, 0);
    },
    smallSideOf(peer) {
      if (groups === undefined || !wasWhole) return null;
      const side = groups.get(peer);
      const alive = living();
      // Peers that start meanwhile may make it a majority of those that it knew of.
      const mine = alive.filter((other) => groups?.get(other) === side);
      const isSmall = smallSides.has(side) && mine.length * 3 <= alive.length;
      return isSmall ? { sinceMs: splitAtMs, peers: mine } : null;
    },
  };
}
