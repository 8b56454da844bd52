/** What only Node has: sockets, mDNS, and which networks we are on. A browser build leaves this file out. */
import { BzzzError, type MeshName, reasonOf } from '@bzzz/protocol';
import type { Transport } from '@libp2p/interface';
import { mdns } from '@libp2p/mdns';
import { tcp } from '@libp2p/tcp';
import { socketLimits } from './connection-limits.ts';
import { nearFirst } from './near-first.ts';
import type { ListenFailure, Transports } from './transports.ts';

const QUERY_MS = 5_000;

export function nodeTransports(options: { name: MeshName; mdns: boolean }): Transports {
  return (failure) => ({
    transports: [(components) => explained(tcp(socketLimits)(components), failure)],
    peerDiscovery: options.mdns
      ? [mdns({ serviceTag: serviceTag(options.name), interval: QUERY_MS })]
      : [],
    addressSorter: nearFirst(),
  });
}

/** A DNS-SD service type of the mesh's own, so that meshes on one network do not meet. */
export function serviceTag(name: MeshName): string {
  return `_bzzz-${name}._udp.local`;
}

/**
 * libp2p tells why it could not listen only in a sentence made of all addresses; the code of the
 * system's error is taken from the listener itself.
 */
function explained(transport: Transport, failure: ListenFailure): Transport {
  const createListener = transport.createListener.bind(transport);
  transport.createListener = (options) => {
    const listener = createListener(options);
    const listen = listener.listen.bind(listener);
    listener.listen = async (address) => {
      try {
        await listen(address);
      } catch (error) {
        failure.error = listenError(address.toString(), error);
        throw error;
      }
    };
    return listener;
  };
  return transport;
}

function listenError(address: string, error: unknown): BzzzError {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const reason = taken
    ? `${address} is taken by another process`
    : `cannot listen on ${address}: ${reasonOf(error)}`;
  return new BzzzError(taken ? 'port_taken' : 'config_invalid', reason, { cause: error });
}
