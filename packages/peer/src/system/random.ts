import { randomBytes } from 'node:crypto';
import type { Random } from '@bzzz/coordination';

/** The system's randomness. */
export const systemRandom: Random = {
  bytes: (count) => Uint8Array.from(randomBytes(count)),
  // 53 bits: as many as a number between 0 and 1 can tell apart.
  unit: () => Number(randomBytes(8).readBigUInt64BE() >> 11n) / 2 ** 53,
};
