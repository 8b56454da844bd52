import type { StoredEntry } from '@bzzz/coordination';
import { EntryBody } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { alertsThatStood } from '../src/wiring/stood-alerts.ts';

function journalOf(...alerts: readonly (readonly [string, string, number])[]) {
  const entries: StoredEntry[] = alerts.map(([alert, state, wallMs], seq) => {
    const body = EntryBody.parse({ kind: 'health.alert', alert, state, value: 0.9, reason: 'r' });
    return { seq, entry: { v: 1, at: { wallMs, counter: 0 }, body } };
  });
  return {
    length: () => entries.length,
    async *read({ from = 0 }: { from?: number } = {}) {
      yield* entries.slice(from);
    },
  };
}

it('tells what was raised and not ended, since when on the clock of this run', async () => {
  const journal = journalOf(
    ['disk', 'raised', 1_000],
    ['memory', 'raised', 2_000],
    ['disk', 'ended', 3_000],
    ['cpu', 'raised', 9_999_999],
  );
  const clock = { wallMs: () => 62_000, monotonicMs: () => 500 };
  expect(await alertsThatStood(journal, clock)).toEqual([
    { measure: 'memory', value: 0.9, sinceMs: -59_500 },
    // Written by a clock that was ahead: not before now.
    { measure: 'cpu', value: 0.9, sinceMs: 500 },
  ]);
});
