import type { ConnectionEvent } from '@bzzz/coordination';
import { PeerId } from '@bzzz/protocol';
import type { PeerId as Libp2pPeerId } from '@libp2p/interface';
import { createListeners } from './listeners.ts';
import type { MeshNode } from './libp2p-node.ts';

/** Who is connected, as it was last told to the listeners. */
export interface Connections {
  connected(): readonly PeerId[];
  has(peer: PeerId): boolean;
  onConnection(listener: (event: ConnectionEvent) => void): () => void;
  follow(node: MeshNode): { stop(): void };
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
