import type { BzzzError } from '@bzzz/protocol';
import type { Libp2pOptions } from 'libp2p';

/** Where a transport leaves the coded reason of a failed `listen`. */
export interface ListenFailure {
  error: BzzzError | undefined;
}

/** How bytes get from peer to peer, and how peers near by are found. Made anew at each start. */
export type Transports = (
  failure: ListenFailure,
) => Required<Pick<Libp2pOptions, 'transports' | 'peerDiscovery'>>;
