/** Hosts of the policy that another process opens and closes, and of which it tells what was refused. */
import type { Network } from '@bzzz/coordination';
import type { WayOut } from './way-out.ts';

export interface OpenHosts {
  /** As far as they may be reached now. */
  hosts(): Network;
  /** What the proxy did not let through. */
  objections(): readonly string[];
  /** For good. Idempotent. */
  close(): Promise<void>;
}

interface Told {
  readonly refused: readonly string[];
}

export function hostsElsewhere(network: Network, told: Told): OpenHosts {
  let hosts = network;
  return {
    hosts: () => hosts,
    objections: () => told.refused,
    close() {
      hosts = [];
      return Promise.resolve();
    },
  };
}

/** The same for commands: the other process puts its launcher before them. */
export function wayElsewhere(network: Network, told: Told): WayOut {
  const { hosts, objections, close } = hostsElsewhere(network, told);
  return {
    get hosts() {
      return hosts();
    },
    command: (argv) => Promise.resolve({ argv }),
    objections,
    close,
  };
}
