/** Invariant 10: what the forge is asked depends on tasks and time, not on the number of peers. */
import { describe, expect, it } from 'vitest';
import { idle, idleNaively } from '../src/sim/idling.ts';

const spans = { settleMs: 2 * 60_000, idleMs: 10 * 60_000 };

describe('the cost of idling', () => {
  it('of a hundred peers is at most twice that of one', async () => {
    const [one, hundred] = await Promise.all(
      [1, 100].map((peers) => idle({ ...spans, seed: `idling/${peers}`, peers })),
    );
    expect(one?.requests).toBeGreaterThan(60);
    expect((hundred?.requests ?? Number.NaN) / (one?.requests ?? 0)).toBeLessThanOrEqual(2);
  }, 240_000);

  it('of those that poll each for itself grows with them, as the count has to show', async () => {
    const [one, ten] = await Promise.all(
      [1, 10].map((peers) => idleNaively({ ...spans, seed: `naive/${peers}`, peers })),
    );
    expect(one?.requests).toBeGreaterThan(60);
    expect(ten?.requests).toBeGreaterThan(9 * (one?.requests ?? Number.NaN));
  });
});
