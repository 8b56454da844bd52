/** A partition may come in any grouping, up to every peer alone. */
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../src/sim/random.ts';
import { drawGroups } from '../src/sim/splits.ts';

const random = createSeededRandom('splits');

/** Who is with whom, whatever the numbers of the groups. */
function named(groups: ReadonlyMap<string, number>): string {
  const sides = Map.groupBy([...groups.keys()].toSorted(), (item) => groups.get(item));
  return [...sides.values()]
    .map((side) => side.join(''))
    .toSorted((one, other) => one.localeCompare(other))
    .join('|');
}

const drawn = (items: readonly string[], times: number) =>
  new Set(Array.from({ length: times }, () => named(drawGroups(random, items))));

describe('a split', () => {
  it('of two has each on a side of its own', () => {
    expect([...drawn(['a', 'b'], 20)]).toEqual(['a|b']);
  });

  it('of four comes in every grouping there is, but the whole', () => {
    // The Bell number of 4 is 15.
    expect(drawn(['a', 'b', 'c', 'd'], 1_000).size).toBe(14);
  });

  it('of six comes in two groups up to six', () => {
    const sizes = [...drawn(['a', 'b', 'c', 'd', 'e', 'f'], 2_000)].map(
      (name) => name.split('|').length,
    );
    expect([...new Set(sizes)].toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6]);
  });
});
