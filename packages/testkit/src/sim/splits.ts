/** Who is on which side when the network splits. */
import type { SeededRandom } from './random.ts';

/** So many groups at most half of the time: where a side has a majority there is more to get wrong. */
const fewMax = 3;

/**
 * Any grouping in two groups or more, up to one of each item alone; each item with the number of its group,
 * from 1. Of one item alone there is one group.
 */
export function drawGroups<T>(random: SeededRandom, items: readonly T[]): ReadonlyMap<T, number> {
  const most = random.chance(0.5) ? Math.min(fewMax, items.length) : items.length;
  const groups = random.between(Math.min(2, most), most);
  const shuffled = items
    .map((item) => ({ item, at: random.unit() }))
    .toSorted((one, other) => one.at - other.at);
  // One for each group first, so that none is empty.
  return new Map(
    shuffled.map(({ item }, index) => [
      item,
      index < groups ? index + 1 : random.between(1, groups),
    ]),
  );
}
