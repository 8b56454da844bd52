import type { NetworkKeys } from '../../src/joining/network-keys.ts';

/** Keys in memory. */
export function keysOf(first: string): NetworkKeys {
  let now = { serial: 1, key: first };
  return {
    serial: () => now.serial,
    current: () => now.key,
    async take(serial, key) {
      now = { serial, key };
    },
  };
}
