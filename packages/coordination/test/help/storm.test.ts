/** Where peers die and are started anew, the end of a request is told, and never while anybody works on it. */
import { expect, it } from 'vitest';
import { storm } from './storm.ts';

const seeds = Array.from({ length: 100 }, (_, index) => index + 1);

it('a request ends when nobody works on it any more, whoever dies on the way (invariants 5, 6)', async () => {
  let forgotten = 0;
  for (const seed of seeds) {
    const found = await storm(seed);
    expect(found.problems, `storm ${seed}`).toEqual([]);
    forgotten += found.forgotten;
  }
  expect(forgotten).toBeGreaterThan(seeds.length / 10);
}, 120_000);
