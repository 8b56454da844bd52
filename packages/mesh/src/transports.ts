import type { BzzzError } from '@bzzz/protocol';
import type { AddressSorter } from '@libp2p/interface';
import type { Libp2pOptions } from 'libp2p';

/** Where a transport leaves the coded reason of a failed `listen`. */
export interface ListenFailure {
  error: BzzzError | undefined;
}

export interface Carriers extends Required<Pick<Libp2pOptions, 'transports' | 'peerDiscovery'>> {
  /** In which order the addresses of a peer are tried. Default: libp2p's. */
  readonly addressSorter?: AddressSorter;
}

/** How bytes get from peer to peer, and how peers near by are found. Made anew at each start. */
export type Transports = (failure: ListenFailure) => Carriers;
