/**
 * What becomes of a message between two peers, by the state of the network: partitions in any
 * grouping, one-way cuts, connections that hang without closing, slow links.
 */
import type { PeerId } from '@bzzz/protocol';

export interface Links {
  /** Whether a message that leaves now arrives. */
  carries(from: PeerId, to: PeerId): boolean;
  /** Whether a connection can stand; one that hangs still does. */
  connects(a: PeerId, b: PeerId): boolean;
  /** Added to every message on this link. */
  delayMs(from: PeerId, to: PeerId): number;
  /** Peers in different groups cannot reach each other; undefined: all can. */
  partition(groups: ReadonlyMap<PeerId, number> | undefined): void;
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

  function connects(a: PeerId, b: PeerId): boolean {
    return groups === undefined || groups.get(a) === groups.get(b);
  }

  function lose(ways: readonly string[]): () => void {
    for (const way of ways) lossy.set(way, (lossy.get(way) ?? 0) + 1);
    return () => {
      for (const way of ways) lossy.set(way, Math.max(0, (lossy.get(way) ?? 0) - 1));
    };
  }

  return {
    connects,
    carries: (from, to) => connects(from, to) && (lossy.get(way(from, to)) ?? 0) === 0,
    delayMs: (from, to) => slowed.get(way(from, to)) ?? 0,
    partition(next) {
      groups = next;
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
      onChange();
    },
  };
}

function way(from: PeerId, to: PeerId): string {
  return `${from} ${to}`;
}
