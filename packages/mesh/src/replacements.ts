/**
 * A peer that lost its connection without our seeing it (its machine was switched off, a NAT
 * forgot) dials us anew, and the dead connection would stay beside the new one, with our gossip on
 * it. A peer does not dial whom it is connected to, so a connection that it opens proves that the
 * older ones are gone on its side. Only two peers that dial each other at the same moment, or one
 * that dials two addresses of ours, have two that both live; those are of the same age.
 */
import type { Connection } from '@libp2p/interface';
import { abortConnection, type Connections, openConnections, peerOf } from './connections.ts';
import type { MeshNode } from './libp2p-node.ts';

/** Dials that crossed end within so long of each other. */
const CROSSING_MS = 5_000;

export function followReplacements(
  parts: { readonly node: MeshNode; readonly connections: Connections },
  options: { readonly crossingMs: number } = { crossingMs: CROSSING_MS },
): { stop(): void } {
  const { node, connections } = parts;

  function onOpen({ detail: fresh }: CustomEvent<Connection>): void {
    if (fresh.status !== 'open') return;
    const peer = peerOf(fresh.remotePeer);
    if (fresh.direction === 'inbound') replace(peer, fresh);
    // Also where libp2p has not noticed yet that the former one was aborted.
    connections.found(peer);
  }

  function replace(peer: ReturnType<typeof peerOf>, fresh: Connection): void {
    const crossedAtMs = fresh.timeline.open - options.crossingMs;
    const dead = openConnections(node, peer).filter((one) => one.timeline.open < crossedAtMs);
    if (dead.length === 0) return;
    for (const one of dead) abortConnection(one, 'the other side has opened a new one');
    // So that whatever stood on them begins anew.
    connections.lost(peer);
  }

  node.addEventListener('connection:open', onOpen);
  return {
    stop() {
      node.removeEventListener('connection:open', onOpen);
    },
  };
}
