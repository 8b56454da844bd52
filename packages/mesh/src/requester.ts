import { BzzzError, type PeerId, type RequestProtocol, reasonOf } from '@bzzz/protocol';
import type { Counters } from './counters.ts';
import type { Courtesy } from './courtesy.ts';
import { createFrames } from './framing.ts';
import type { MeshNode } from './libp2p-node.ts';
import { connectionTo, createDeadline, streamError, streamOn } from './open-stream.ts';

export interface RequesterParts {
  readonly node: MeshNode;
  readonly courtesy: Courtesy;
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
  const connection = await connectionTo(parts, peer, deadline);
  const stream = await streamOn(connection, protocol, deadline);
  try {
    const frames = createFrames(stream, { readBytesMax: protocol.response.bytesMax });
    parts.counters.requestsSent += 1;
    await frames.write(bytes, { signal: deadline.signal });
    const answer = await frames.read({ signal: deadline.signal });
    const response = readResponse(protocol, answer.subarray());
    await stream.close({ signal: deadline.signal });
    return response;
  } catch (error) {
    const coded = await streamError(error, connection, deadline);
    stream.abort(coded);
    throw coded;
  }
}

/** An answer that is none is as good as no answer; to the caller both are a refusal. */
function readResponse<Q, R>(protocol: RequestProtocol<Q, R>, bytes: Uint8Array): R {
  try {
    return protocol.response.decode(bytes);
  } catch (error) {
    throw new BzzzError('mesh_refused', reasonOf(error), { cause: error });
  }
}
