/** What the network was like and since when, for the checks: splits, and who lives. */
import type { PeerId } from '@bzzz/protocol';

export interface Surroundings {
  /** Undefined: the network is whole. */
  split(groups: ReadonlyMap<PeerId, number> | undefined): void;
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
  let groups: ReadonlyMap<PeerId, number> | undefined;
  let smallSides = new Set<number | undefined>();
  let splitAtMs = 0;
  let wholeAtMs = 0;
  let wasWhole = true;

  return {
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
