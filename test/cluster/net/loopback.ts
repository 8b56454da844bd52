/** What stands for hosts where there are no namespaces: addresses of this machine's own loopback. */
import { randomInt } from 'node:crypto';
import type { Host } from './lan.ts';

/** Two runs at a time are most probably on different ones. */
export function loopbackHosts(names: readonly string[]): Host[] {
  const network = `127.79.${randomInt(1, 255)}`;
  return names.map((name, index) => ({
    name,
    address: () => `${network}.${index + 1}`,
    prefix: [],
    run: () => Promise.reject(new Error(`${name} is no host of its own`)),
  }));
}
