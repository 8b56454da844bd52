/**
 * What becomes of a message between two peers, by the state of the network: partitions in any
 * grouping, one-way cuts, connections that hang without closing, slow links.
 */
import type { PeerId } from '@bzzz/protocol';

export interface Links {
  /** Whether a message that leaves now arrives. */
  carries(from: PeerId, to: PeerId): boolean;
  /** Whether a connection stays; one that hangs does. */
  connects(a: PeerId, b: PeerId): boolean;
  /** Whether a new one can be made: that takes an answer. */
  opens(a: PeerId, b: PeerId): boolean;
  /** Added to every message on this link. */
  delayMs(from: PeerId, to: PeerId): number;
  /** Peers in different groups cannot reach each other; undefined: all can. Where it is silent, no connection closes. */
  partition(groups: ReadonlyMap<PeerId, number> | undefined, silent?: boolean): void;
  /** Messages this way are lost until the returned function is called; the other way they arrive. */
  cut(from: PeerId, to: PeerId): () => void;
  /** Nothing arrives either way, and neither side is told. */
  hang(a: PeerId, b: PeerId): () => void;
  slow(a: PeerId, b: PeerId, delayMs: number): () => void;
  /** The side of a partition that a peer is on; undefined: there is none. */
  sideOf(peer: PeerId): number | undefined;
  /** Whether a partition stands. */
  isSplit(): boolean;
  /** Whether the only way a message can be lost is by chance. */
  calm(): boolean;
  heal(): void;
}

export function createLinks(onChange: () => void): Links {
  const lossy = new Map<string, number>();
  const slowed = new Map<string, number>();
  let groups: ReadonlyMap<PeerId, number> | undefined;
  let isSilent = false;

  function isOneSide(a: PeerId, b: PeerId): boolean {
    return groups === undefined || groups.get(a) === groups.get(b);
  }

  function carries(from: PeerId, to: PeerId): boolean {
    return isOneSide(from, to) && (lossy.get(way(from, to)) ?? 0) === 0;
  }

  function lose(ways: readonly string[]): () => void {
    for (const way of ways) lossy.set(way, (lossy.get(way) ?? 0) + 1);
    return () => {
      for (const way of ways) lossy.set(way, Math.max(0, (lossy.get(way) ?? 0) - 1));
      onChange();
    };
  }

  return {
    connects: (a, b) => isSilent || isOneSide(a, b),
    opens: (a, b) => carries(a, b) && carries(b, a),
    carries,
    delayMs: (from, to) => slowed.get(way(from, to)) ?? 0,
    partition(next, silent = false) {
      groups = next;
      isSilent = silent && next !== undefined;
      onChange();
    },
    cut: (from, to) => lose([way(from, to)]),
    hang: (a, b) => lose([way(a, b), way(b, a)]),
    slow(a, b, delayMs) {
      for (const one of [way(a, b), way(b, a)]) slowed.set(one, delayMs);
      return () => {
        for (const one of [way(a, b), way(b, a)]) slowed.delete(one);
      };
    },
    sideOf: (peer) => groups?.get(peer),
    isSplit: () => groups !== undefined,
    calm: () => groups === undefined && [...lossy.values()].every((times) => times === 0),
    heal() {
      lossy.clear();
      slowed.clear();
      groups = undefined;
      isSilent = false;
      onChange();
    },
  };
}

function way(from: PeerId, to: PeerId): string {
  return `${from} ${to}`;
}
