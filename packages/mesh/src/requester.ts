import type { PeerId, RequestProtocol } from '@bzzz/protocol';
import { lpStream } from '@libp2p/utils';
import type { Counters } from './counters.ts';
import type { MeshNode } from './libp2p-node.ts';
import { connectionTo, createDeadline, streamError, streamOn } from './open-stream.ts';

export interface RequesterParts {
  readonly node: MeshNode;
  readonly counters: Counters;
  readonly shutdown: AbortSignal;
}

/**
 * One request on a stream of its own: varint length and CBOR each way, then both sides close.
 * Leaving early resets the stream, which tells the other side to stop working on it.
 */
export async function sendRequest<Q, R>(
  parts: RequesterParts,
  protocol: RequestProtocol<Q, R>,
  peer: PeerId,
  message: Q,
  options?: { signal?: AbortSignal },
): Promise<R> {
  const bytes = protocol.request.encode(message);
  const deadline = createDeadline({
    caller: options?.signal,
    shutdown: parts.shutdown,
    timeoutMs: protocol.timeoutMs,
  });
  const connection = await connectionTo(parts.node, peer, deadline);
  const stream = await streamOn(connection, protocol, deadline);
  try {
    const frames = lpStream(stream, { maxDataLength: protocol.response.bytesMax });
    parts.counters.requestsSent += 1;
    await frames.write(bytes, { signal: deadline.signal });
    const answer = await frames.read({ signal: deadline.signal });
    const response = protocol.response.decode(answer.subarray());
    await stream.close({ signal: deadline.signal });
    return response;
  } catch (error) {
    const coded = await streamError(error, connection, deadline);
    stream.abort(coded);
    throw coded;
  }
}
