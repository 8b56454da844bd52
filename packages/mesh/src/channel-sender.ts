/** Outgoing channel messages: a lane for each channel and connected peer. */
import { type Channel, type PeerId, protocolId } from '@bzzz/protocol';
import type { Stream } from '@libp2p/interface';
import { muxerLimits } from './connection-limits.ts';
import { type Connections, newestConnection } from './connections.ts';
import type { Counters } from './counters.ts';
import { encodeFrame } from './framing.ts';
import { createLane, type Lane } from './lane.ts';
import type { MeshNode } from './libp2p-node.ts';

export interface ChannelSender {
  send<T>(channel: Channel<T>, peer: PeerId, message: T): boolean;
  stop(): void;
}

export function startChannelSender(parts: {
  readonly node: MeshNode;
  readonly connections: Connections;
  readonly counters: Counters;
}): ChannelSender {
  const { node, connections, counters } = parts;
  const lanes = new Map<PeerId, Map<string, Lane>>();

  function laneTo<T>(peer: PeerId, channel: Channel<T>): Lane {
    const id = protocolId(channel);
    const ofPeer = lanes.get(peer) ?? new Map<string, Lane>();
    lanes.set(peer, ofPeer);
    const lane =
      ofPeer.get(id) ?? createLane({ open: (signal) => open(peer, id, signal), onOpened }, channel);
    ofPeer.set(id, lane);
    return lane;
  }

  async function open(peer: PeerId, id: string, signal: AbortSignal): Promise<Stream> {
    const connection = newestConnection(node, peer);
    if (connection === undefined) throw new Error('no connection');
    // Every protocol counts for itself; together the muxer's limit holds.
    const { maxOutboundStreams } = muxerLimits;
    return connection.newStream([id], { signal, maxOutboundStreams });
  }

  function onOpened(): void {
    counters.channelStreams += 1;
  }

  function forget(peer: PeerId): void {
    const ofPeer = lanes.get(peer);
    lanes.delete(peer);
    for (const lane of ofPeer?.values() ?? []) lane.close();
  }

  const off = connections.onConnection(({ peer, open }) => {
    if (!open) forget(peer);
  });

  return {
    send(channel, peer, message) {
      const frame = encodeFrame(channel.codec.encode(message));
      const isTaken = connections.has(peer) && laneTo(peer, channel).push(frame);
      if (isTaken) counters.channelSent += 1;
      else counters.channelNotTaken += 1;
      return isTaken;
    },
    stop() {
      off();
      for (const peer of lanes.keys()) forget(peer);
    },
  };
}
