import type { ConnectionEvent } from '@bzzz/coordination';
import { PeerId } from '@bzzz/protocol';
import type { Connection, PeerId as Libp2pPeerId } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { createListeners } from './listeners.ts';
import type { MeshNode } from './libp2p-node.ts';

/** Who is connected, as it was last told to the listeners. */
export interface Connections {
  connected(): readonly PeerId[];
  has(peer: PeerId): boolean;
  onConnection(listener: (event: ConnectionEvent) => void): () => void;
  follow(node: MeshNode): { stop(): void };
  /** It has a connection; told unless it was. */
  found(peer: PeerId): void;
  /** Its connections are gone; told unless it was. */
  lost(peer: PeerId): void;
}

export function createConnections(onListenerError: () => void): Connections {
  const peers = new Set<PeerId>();
  const listeners = createListeners<ConnectionEvent>(onListenerError);

  function set(peer: PeerId, open: boolean): void {
    if (peers.has(peer) === open) return;
    if (open) peers.add(peer);
    else peers.delete(peer);
    listeners.tell({ peer, open });
  }

  return {
    connected: () => [...peers],
    has: (peer) => peers.has(peer),
    onConnection: (listener) => listeners.add(listener),
    found: (peer) => set(peer, true),
    lost: (peer) => set(peer, false),
    follow(node) {
      const onOpen = ({ detail }: CustomEvent<Libp2pPeerId>) => set(peerOf(detail), true);
      const onClose = ({ detail }: CustomEvent<Libp2pPeerId>) => set(peerOf(detail), false);
      node.addEventListener('peer:connect', onOpen);
      node.addEventListener('peer:disconnect', onClose);
      return {
        stop() {
          node.removeEventListener('peer:connect', onOpen);
          node.removeEventListener('peer:disconnect', onClose);
          // libp2p goes down without a word about the connections that it closes.
          for (const peer of peers) set(peer, false);
        },
      };
    },
  };
}

/** The gater lets nobody in whose id is of another kind. */
export function peerOf(peer: Libp2pPeerId): PeerId {
  return PeerId.parse(peer.toString());
}

/** Of several connections the older may be what the other side has lost. */
export function newestConnection(node: MeshNode, peer: PeerId): Connection | undefined {
  return openConnections(node, peer).at(-1);
}

/** Oldest first. */
export function openConnections(node: MeshNode, peer: PeerId): Connection[] {
  return node
    .getConnections(peerIdFromString(peer))
    .filter((one) => one.status === 'open')
    .toSorted((left, right) => left.timeline.open - right.timeline.open);
}

/** Ends them at once, whether or not the other side still answers. */
export function abortConnections(node: MeshNode, peer: PeerId): void {
  for (const one of openConnections(node, peer)) abortConnection(one, 'disconnected');
}

export function abortConnection(connection: Connection, reason: string): void {
  const error = new Error(reason);
  try {
    connection.abort(error);
  } catch {
    // Its muxer could not say goodbye any more, and is closed now; this ends the rest.
    connection.abort(error);
  }
}
