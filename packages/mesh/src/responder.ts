import { BzzzError, type PeerId, type RequestProtocol } from '@bzzz/protocol';
import type { Connection, Stream } from '@libp2p/interface';
import { peerOf } from './connections.ts';
import type { Counters } from './counters.ts';
import { createFrames, FramingError } from './framing.ts';
import { createRateLimiter } from './rate-limiter.ts';

export interface Responder {
  /** Never throws: what goes wrong resets the stream and is counted. */
  answer(stream: Stream, connection: Connection, shutdown: AbortSignal): void;
}

type Frames = ReturnType<typeof createFrames>;
type Handler<Q, R> = (from: PeerId, message: Q, options: { signal: AbortSignal }) => Promise<R>;

/** Answers one protocol within its limits, which are counted for each peer. */
export function createResponder<Q, R>(
  protocol: RequestProtocol<Q, R>,
  handler: Handler<Q, R>,
  counters: Counters,
): Responder {
  const rate = createRateLimiter({ perSecondMax: protocol.requestsPerSecondMax });
  const inFlight = new Map<PeerId, number>();

  async function serve(
    stream: Stream,
    frames: Frames,
    from: PeerId,
    shutdown: AbortSignal,
  ): Promise<void> {
    const gone = new AbortController();
    const onClose = () => gone.abort();
    stream.addEventListener('close', onClose);
    const timeout = AbortSignal.timeout(protocol.timeoutMs);
    const signal = AbortSignal.any([gone.signal, shutdown, timeout]);
    try {
      const message = decode((await frames.read({ signal })).subarray());
      const response = await unlessAborted(handler(from, message, { signal }), signal);
      await frames.write(protocol.response.encode(response), { signal });
      await stream.close({ signal });
      counters.requestsAnswered += 1;
    } finally {
      stream.removeEventListener('close', onClose);
    }
  }

  function decode(bytes: Uint8Array): Q {
    try {
      return protocol.request.decode(bytes);
    } catch (error) {
      throw new MalformedRequest('not a request of this protocol', { cause: error });
    }
  }

  function refuse(stream: Stream, reason: string): void {
    stream.abort(new BzzzError('mesh_refused', reason));
  }

  async function answer(stream: Stream, from: PeerId, shutdown: AbortSignal): Promise<void> {
    const open = inFlight.get(from) ?? 0;
    if (open >= protocol.inFlightMax) {
      counters.refusedInFlight += 1;
      return refuse(stream, `more than ${protocol.inFlightMax} requests at a time`);
    }
    if (!rate.allow(from)) {
      counters.refusedRate += 1;
      return refuse(stream, `more than ${protocol.requestsPerSecondMax} requests a second`);
    }
    // Listens for messages from here on, within the tick in which the stream came.
    const frames = createFrames(stream, { readBytesMax: protocol.request.bytesMax });
    inFlight.set(from, open + 1);
    try {
      await serve(stream, frames, from, shutdown);
    } catch (error) {
      if (isMalformed(error)) counters.refusedMalformed += 1;
      else counters.refusedFailed += 1;
      refuse(stream, 'the request failed');
    } finally {
      const left = (inFlight.get(from) ?? 1) - 1;
      if (left === 0) inFlight.delete(from);
      else inFlight.set(from, left);
    }
  }

  return {
    answer(stream, connection, shutdown) {
      void answer(stream, peerOf(connection.remotePeer), shutdown);
    },
  };
}

/** Apart from what a handler may throw, which can carry the same code. */
class MalformedRequest extends Error {}

function isMalformed(error: unknown): boolean {
  return error instanceof MalformedRequest || error instanceof FramingError;
}

/** The outcome of a handler, but for one that goes on after its requester has stopped waiting. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
