/**
 * What this peer's models have cost in the last 24 hours, by what its own journal says: the same fold
 * over what an earlier run left and over what is written now, so a restart forgets nothing.
 */
import type { DaySpend, JournalEntry } from '@bzzz/protocol';

export interface Ledger {
  /** Entries of the own journal, oldest first. */
  take(entry: Pick<JournalEntry, 'at' | 'body'>): void;
  /** `nowMs` is wall time, as that of the entries. */
  day(nowMs: number): DaySpend;
}

export const dayMs = 24 * 60 * 60 * 1_000;

export function createLedger(): Ledger {
  let bills: ({ readonly atMs: number } & DaySpend)[] = [];
  return {
    take({ at, body }) {
      if (body.kind !== 'attempt.ended' && body.kind !== 'help.worked') return;
      const { spent } = body;
      if (spent === undefined) return;
      const tokens = (spent.tokensRead ?? 0) + (spent.tokensWritten ?? 0);
      bills.push({ atMs: at.wallMs, tokens, costUsd: spent.costUsd ?? 0 });
    },
    day(nowMs) {
      // What a clock that ran ahead has dated counts as of now, or it would count until that date comes.
      bills = bills
        .filter(({ atMs }) => atMs > nowMs - dayMs)
        .map((bill) => (bill.atMs > nowMs ? { ...bill, atMs: nowMs } : bill));
      return sumOf(bills);
    },
  };
}

export function sumOf(spends: readonly DaySpend[]): DaySpend {
  return {
    tokens: spends.reduce((sum, { tokens }) => sum + tokens, 0),
    costUsd: spends.reduce((sum, { costUsd }) => sum + costUsd, 0),
  };
}
