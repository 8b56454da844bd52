/**
 * What peers did wrong with gossip, as gossipsub's application score: each bad message costs, and
 * is forgotten with time. At -80 gossipsub ignores the peer, which eight messages in a row reach.
 */
const COST = 10;
const HALF_LIFE_MS = 60_000;
const PEERS_MAX = 1_024;

export interface Penalties {
  add(peer: string): void;
  /** 0 or less. */
  scoreOf(peer: string): number;
}

export function createPenalties(nowMs: () => number = () => performance.now()): Penalties {
  const debts = new Map<string, { readonly debt: number; readonly atMs: number }>();

  function debtOf(peer: string): number {
    const known = debts.get(peer);
    return known === undefined ? 0 : known.debt * 0.5 ** ((nowMs() - known.atMs) / HALF_LIFE_MS);
  }

  return {
    scoreOf: (peer) => -debtOf(peer),
    add(peer) {
      const debt = debtOf(peer) + COST;
      debts.delete(peer);
      debts.set(peer, { debt, atMs: nowMs() });
      const [oldest] = debts.keys();
      if (debts.size > PEERS_MAX && oldest !== undefined) debts.delete(oldest);
    },
  };
}
