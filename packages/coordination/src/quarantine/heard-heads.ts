/**
 * Signed heads that were heard, as many of each peer as may still turn out to contradict something. What a
 * replica holds is the longer memory: the tree over its blocks is signed too and stays on disk, so a head
 * that was compared with it needs no keeping.
 */
import type { ForkEvidence, PeerId, SignedHead } from '@bzzz/protocol';

export interface HeardHeads {
  /** Whether just this one is kept, so that its signature was checked before. */
  has(signed: SignedHead): boolean;
  /** Keeps it; returns what it proves together with one that is kept. */
  keep(signed: SignedHead): Extract<ForkEvidence, { kind: 'heads' }> | undefined;
  /** Those that were not compared with a replica yet. */
  open(peer: PeerId): readonly SignedHead[];
  /** The replica says the same. */
  confirm(signed: SignedHead): void;
  /** All that are kept. */
  of(peer: PeerId): readonly SignedHead[];
}

interface Kept {
  readonly signed: SignedHead;
  confirmed: boolean;
}

/** Of one peer: a peer that runs tells two, so this is the last while of it. */
const headsMax = 32;
/** As many as members are remembered; the longest silent goes first, and of those first who was never met. */
const peersMax = 1_024;

export function createHeardHeads(isMet: (peer: PeerId) => boolean): HeardHeads {
  const byPeer = new Map<PeerId, Kept[]>();

  function find(signed: SignedHead): Kept | undefined {
    return byPeer.get(signed.peer)?.find((one) => isSame(one.signed, signed));
  }

  function push(signed: SignedHead): void {
    const kept = byPeer.get(signed.peer) ?? [];
    byPeer.delete(signed.peer);
    byPeer.set(signed.peer, kept);
    kept.push({ signed, confirmed: false });
    if (kept.length > headsMax) {
      const confirmed = kept.findIndex((one) => one.confirmed);
      kept.splice(Math.max(0, confirmed), 1);
    }
    if (byPeer.size <= peersMax) return;
    const [silent] = byPeer.keys();
    const leaving = [...byPeer.keys()].find((peer) => !isMet(peer)) ?? silent;
    if (leaving !== undefined) byPeer.delete(leaving);
  }

  return {
    has: (signed) => find(signed) !== undefined,
    keep(signed) {
      if (find(signed) !== undefined) return undefined;
      const other = byPeer.get(signed.peer)?.find((one) => areAtOdds(one.signed, signed));
      push(signed);
      return other && { kind: 'heads', first: other.signed, second: signed };
    },
    open: (peer) =>
      (byPeer.get(peer) ?? []).filter((one) => !one.confirmed).map(({ signed }) => signed),
    confirm(signed) {
      const kept = find(signed);
      if (kept !== undefined) kept.confirmed = true;
    },
    of: (peer) => (byPeer.get(peer) ?? []).map(({ signed }) => signed),
  };
}

function isSame({ head: a }: SignedHead, { head: b }: SignedHead): boolean {
  const isOne = a.key === b.key && a.fork === b.fork && a.length === b.length;
  return isOne && a.treeHash === b.treeHash;
}

function areAtOdds({ head: a }: SignedHead, { head: b }: SignedHead): boolean {
  if (a.key !== b.key) return false;
  return a.fork !== b.fork || (a.length === b.length && a.treeHash !== b.treeHash);
}
