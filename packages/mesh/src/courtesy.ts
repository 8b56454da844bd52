/**
 * Two peers that learn of each other, or lose each other, would dial at the same moment and get
 * two connections. So the one with the larger id leaves the other a second to dial. The dialer keeps
 * to it by itself; this also holds back the DHT, which dials whom it asks. Where a second was not
 * enough, `spare-connections.ts` closes one of them.
 */
export const POLITE_MS = 1_000;
const PEERS_MAX = 1_024;

export interface Courtesy {
  /** How long to leave the first dial to that peer. */
  pauseMs(peer: string): number;
  /** Asked by libp2p before each dial, whoever wants it. */
  mayDial(peer: string): boolean;
  /** The peer was lost: the second begins anew. */
  restart(peer: string): void;
  /** Dials during `work` are let through. */
  insist<T>(peer: string | undefined, work: () => Promise<T>): Promise<T>;
}

export function createCourtesy(
  self: string,
  nowMs: () => number = () => performance.now(),
): Courtesy {
  const politeUntilMs = new Map<string, number>();
  const insisted = new Map<string, number>();

  function restart(peer: string): void {
    politeUntilMs.delete(peer);
    politeUntilMs.set(peer, nowMs() + POLITE_MS);
    const [oldest] = politeUntilMs.keys();
    if (politeUntilMs.size > PEERS_MAX && oldest !== undefined) politeUntilMs.delete(oldest);
  }

  function count(peer: string, change: number): void {
    const left = (insisted.get(peer) ?? 0) + change;
    if (left === 0) insisted.delete(peer);
    else insisted.set(peer, left);
  }

  return {
    restart,
    pauseMs: (peer) => (self < peer ? 0 : POLITE_MS),
    mayDial(peer) {
      if (self < peer || insisted.has(peer)) return true;
      if (!politeUntilMs.has(peer)) restart(peer);
      return nowMs() >= (politeUntilMs.get(peer) ?? 0);
    },
    async insist(peer, work) {
      if (peer === undefined) return work();
      count(peer, 1);
      try {
        return await work();
      } finally {
        count(peer, -1);
      }
    },
  };
}
