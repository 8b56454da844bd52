/**
 * gossipsub opens its stream to a peer once, on the connection that is identified first. When that
 * stream is lost while the peer stays connected (a second connection, a full buffer), gossipsub
 * never tells nor tries again, and the peer hears nothing from us any more. So somebody looks: a
 * peer without a gossip stream is identified again, which makes gossipsub open one.
 */
import type { Connection } from '@libp2p/interface';
import { gossipStreams } from './gossip.ts';
import type { MeshNode } from './libp2p-node.ts';

const LOOK_MS = 1_000;
/** A fresh connection opens its stream by itself. */
const FRESH_MS = 2_000;
/** A connection that cannot be identified so often is of no use; the dialer makes another. */
const FAILURES_MAX = 3;

export function startGossipKeeper(node: MeshNode): { stop(): void } {
  const mending = new Set<string>();
  const failures = new WeakMap<Connection, number>();

  async function mend(connection: Connection): Promise<void> {
    const peer = connection.remotePeer.toString();
    if (mending.has(peer)) return;
    mending.add(peer);
    try {
      await node.services.identify.identify(connection);
      failures.delete(connection);
    } catch {
      const count = (failures.get(connection) ?? 0) + 1;
      failures.set(connection, count);
      if (count >= FAILURES_MAX) connection.abort(new Error('cannot be identified'));
    } finally {
      mending.delete(peer);
    }
  }

  function look(): void {
    for (const peer of node.getPeers()) {
      const open = node.getConnections(peer).filter((one) => one.status === 'open');
      const [first] = open;
      if (first === undefined || open.some((one) => gossipStreams(one).length > 0)) continue;
      if (Date.now() - first.timeline.open > FRESH_MS) void mend(first);
    }
  }

  const timer = setInterval(look, LOOK_MS);
  return {
    stop() {
      clearInterval(timer);
    },
  };
}
