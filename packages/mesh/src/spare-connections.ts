/**
 * Two peers that are slow to dial may end up with two connections, for ever: libp2p keeps both. One of
 * the two peers, the one with the smaller id, closes the spare one as soon as nobody talks on it.
 */
import type { Connection } from '@libp2p/interface';
import { isGossip } from './gossip.ts';
import type { MeshNode } from './libp2p-node.ts';

const LOOK_MS = 1_000;
/** A connection of that age has been identified, and carries what was waiting for it. */
const SETTLED_MS = 3_000;

export function startSpareCloser(node: MeshNode): { stop(): void } {
  const self = node.peerId.toString();

  function look(): void {
    for (const peer of node.getPeers()) {
      if (peer.toString() < self) continue;
      const open = node.getConnections(peer).filter((one) => one.status === 'open');
      for (const spare of open.toSorted(byUse).slice(1)) {
        // Gossip moves to the other connection by itself; what else is under way is left to end.
        if (!isSettled(spare) || !spare.streams.every(isGossip)) continue;
        // Rejects only when the other side is gone already.
        spare.close().catch((error: Error) => spare.abort(error));
      }
    }
  }

  const timer = setInterval(look, LOOK_MS);
  return {
    stop() {
      clearInterval(timer);
    },
  };
}

/** The one that carries most first, else the older one. */
function byUse(one: Connection, other: Connection): number {
  return other.streams.length - one.streams.length || one.timeline.open - other.timeline.open;
}

function isSettled(connection: Connection): boolean {
  return Date.now() - connection.timeline.open > SETTLED_MS;
}
