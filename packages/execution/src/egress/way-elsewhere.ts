import type { Network } from '@bzzz/coordination';
import type { WayOut } from './way-out.ts';

/** A way out that somebody else opens for the commands and closes, and of which he tells what was refused. */
export function wayElsewhere(
  network: Network,
  told: { readonly refused: readonly string[] },
): WayOut {
  let hosts = network;
  return {
    get hosts() {
      return hosts;
    },
    command: (argv) => Promise.resolve({ argv }),
    objections: () => told.refused,
    close() {
      hosts = [];
      return Promise.resolve();
    },
  };
}
