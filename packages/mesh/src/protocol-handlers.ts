/** What this peer answers; outlives a restart of the mesh. */
import { protocolId, type PeerId, type RequestProtocol } from '@bzzz/protocol';
import type { Connection, Stream } from '@libp2p/interface';
import { peerOf } from './connections.ts';
import { muxerLimits } from './connection-limits.ts';
import type { Counters } from './counters.ts';
import type { StreamHandlerOptions, StreamProtocol } from './interface.ts';
import type { MeshNode } from './libp2p-node.ts';
import { createResponder } from './responder.ts';

const STREAMS_MAX = 4;

interface Entry {
  readonly onStream: (stream: Stream, connection: Connection, shutdown: AbortSignal) => void;
  readonly streamsMax: number;
}

export interface ProtocolHandlers {
  request<Q, R>(
    protocol: RequestProtocol<Q, R>,
    handler: (from: PeerId, message: Q, options: { signal: AbortSignal }) => Promise<R>,
  ): () => void;
  stream(
    protocol: StreamProtocol,
    handler: (from: PeerId, stream: Stream) => void,
    options: StreamHandlerOptions,
  ): () => void;
  /** Offers all of them, and what comes later, until `stop`. */
  offer(node: MeshNode, shutdown: AbortSignal): Promise<{ stop(): void }>;
}

export function createProtocolHandlers(
  counters: Counters,
  onDefect: (error: unknown) => void,
): ProtocolHandlers {
  const entries = new Map<string, Entry>();
  let current: { node: MeshNode; shutdown: AbortSignal } | undefined;

  function add(protocol: StreamProtocol, entry: Entry): () => void {
    const id = protocolId(protocol);
    if (entries.has(id)) throw new TypeError(`${id} has a handler already`);
    entries.set(id, entry);
    if (current !== undefined) void register(id, entry).catch(onDefect);
    return () => {
      if (entries.get(id) !== entry) return;
      entries.delete(id);
      if (current !== undefined) void current.node.unhandle(id).catch(onDefect);
    };
  }

  async function register(id: string, entry: Entry): Promise<void> {
    if (current === undefined) return;
    const { node, shutdown } = current;
    // The default of 32 inbound streams resets what comes above it without a word.
    await node.handle(id, (stream, connection) => entry.onStream(stream, connection, shutdown), {
      maxInboundStreams: entry.streamsMax,
      maxOutboundStreams: muxerLimits.maxOutboundStreams,
    });
  }

  return {
    request(protocol, handler) {
      const responder = createResponder(protocol, handler, counters);
      return add(protocol, {
        onStream: (stream, connection, shutdown) => responder.answer(stream, connection, shutdown),
        // Twice, so that the responder counts a refusal, and streams that are closing have room.
        streamsMax: 2 * protocol.inFlightMax,
      });
    },
    stream(protocol, handler, options) {
      return add(protocol, {
        onStream: (stream, connection) => {
          const from = peerOf(connection.remotePeer);
          if (options.allow?.(from) === false) {
            stream.abort(new Error('not allowed'));
            return;
          }
          handler(from, stream); // libp2p resets the stream if this throws
        },
        streamsMax: options.streamsMax ?? STREAMS_MAX,
      });
    },
    async offer(node, shutdown) {
      current = { node, shutdown };
      await Promise.all([...entries].map(([id, entry]) => register(id, entry)));
      return {
        stop() {
          current = undefined;
        },
      };
    },
  };
}
