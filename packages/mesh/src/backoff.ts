const FIRST_MS = 250;

/**
 * Pause before the next try after `failures` tries in a row: doubles from 250 ms up to `msMax`,
 * anywhere in the upper half, so that peers that lost each other together do not dial together.
 */
export function backoffMs(failures: number, msMax: number): number {
  const ceilingMs = Math.min(msMax, FIRST_MS * 2 ** Math.min(failures, 20));
  return Math.round(ceilingMs * (0.5 + Math.random() / 2));
}
