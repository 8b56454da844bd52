/** How long a request takes to the virtual forge, and its answer back, where nothing fails. */
import type { SeededRandom } from './random.ts';

const thereMsMax = 200;
const backMsMax = 100;
export const roundTripMsMax = thereMsMax + backMsMax;

export function thereMs(draws: SeededRandom): number {
  return draws.between(20, thereMsMax);
}

export function backMs(draws: SeededRandom): number {
  return draws.between(5, backMsMax);
}
