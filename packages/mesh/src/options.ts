import { BzzzError, type MeshName, reasonOf } from '@bzzz/protocol';
import { multiaddr } from '@multiformats/multiaddr';

/** Options that every build of the mesh has, in a browser too. */
export interface CommonOptions {
  /** Peers of another name never connect, whatever their key. */
  readonly name: MeshName;
  /**
   * Pre-shared network key: 64 hex digits. Without one, whoever knows the mesh's name may join.
   */
  readonly key?: string | undefined;
  /**
   * Keys before `key`, and the one after it, as they change while the mesh runs: the one in force first. It is
   * asked at each new connection, and stands instead of `key`.
   */
  readonly keys?: () => readonly string[];
  /** Whom to dial at all; asked before each dial. Default: everybody. */
  readonly mayDial?: (peer: string) => boolean;
  /** Whose gossip is heard and handed on; others' ends here. Default: everybody's. */
  readonly mayGossip?: (peer: string) => boolean;
  /** Multiaddrs to listen on; port 0 takes a free one. */
  readonly listen: readonly string[];
  /** Multiaddrs of peers to dial, with or without `/p2p/<peer>`; retried for ever. Default none. */
  readonly bootstrap?: readonly string[];
  /** Learn of further peers from those that are connected. Default true. */
  readonly dht?: boolean;
  /**
   * Longest pause between two dials of a peer, in ms. Lower: sooner together after a cut; higher:
   * fewer useless dials of a peer that is gone. Default 10,000.
   */
  readonly redialMsMax?: number;
  /**
   * Messages of our own that may wait to be gossiped. Higher: longer bursts without
   * `mesh_backlog`, more memory and staler hints. Default 4,096.
   */
  readonly outboxMessagesMax?: number;
}

/** Options of a mesh on Node. */
export interface MeshOptions extends CommonOptions {
  /** Look for peers on the local network by mDNS. Default false. */
  readonly mdns?: boolean;
}

export const defaults = {
  dht: true,
  redialMsMax: 10_000,
  outboxMessagesMax: 4_096,
} as const;

/** Throws `config_invalid`. The rest of the types was checked with the configuration. */
export function assertOptions(options: CommonOptions): void {
  for (const key of options.keys?.() ?? [options.key]) {
    if (key !== undefined && !/^[0-9a-f]{64}$/.test(key)) {
      throw new BzzzError('config_invalid', 'the network key is not 64 lowercase hex digits');
    }
  }
  for (const address of [...options.listen, ...(options.bootstrap ?? [])]) {
    try {
      multiaddr(address);
    } catch (error) {
      throw new BzzzError('config_invalid', `${address}: ${reasonOf(error)}`, { cause: error });
    }
  }
}
