import { Duplex } from 'node:stream';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import type { MessageStream } from './message-stream.ts';

/**
 * A libp2p stream as a Node stream, with backpressure both ways. The listener for messages is
 * attached last, when everything that it touches stands: from then on libp2p delivers.
 */
export function createMessageDuplex(stream: MessageStream): Duplex {
  let drained: ((error?: Error) => void) | null = null;
  let paused = false;

  const duplex = new Duplex({
    // Once the other side has finished there is nobody to talk to: so do we.
    allowHalfOpen: false,
    read() {
      if (!paused || stream.readableEnded) return;
      paused = false;
      stream.resume();
    },
    write(chunk: Buffer, _encoding, done) {
      try {
        if (stream.send(chunk)) done();
        else drained = done;
      } catch (error) {
        done(asError(error));
      }
    },
    final(done) {
      void halfClose(stream, done);
    },
    destroy(error, done) {
      detach();
      // Both halves closed in order leave nothing to abort; anything else must tell the other side.
      if (stream.status === 'open' || stream.status === 'closing') {
        stream.abort(error ?? new BzzzError('aborted', 'the replication was stopped'));
      }
      done(error);
    },
  });

  const settleWrite = (error?: Error) => {
    const done = drained;
    drained = null;
    done?.(error);
  };
  const onDrain = () => settleWrite();
  const onEnd = () => {
    duplex.push(null);
  };
  const onClose = (event: { readonly error?: Error | undefined }) => {
    if (event.error !== undefined) {
      duplex.destroy(event.error);
      return;
    }
    duplex.push(null);
    settleWrite(new BzzzError('aborted', 'the stream was closed'));
  };
  const onMessage = (event: { data: Uint8Array | { subarray(): Uint8Array } }) => {
    if (duplex.push(asBuffer(event.data)) || stream.status !== 'open') return;
    paused = true;
    stream.pause();
  };
  const detach = () => {
    stream.removeEventListener('drain', onDrain);
    stream.removeEventListener('end', onEnd);
    stream.removeEventListener('close', onClose);
    stream.removeEventListener('message', onMessage);
  };

  stream.addEventListener('drain', onDrain);
  stream.addEventListener('end', onEnd);
  stream.addEventListener('close', onClose);
  stream.addEventListener('message', onMessage);
  if (stream.readableEnded) onEnd();
  return duplex;
}

function asBuffer(data: Uint8Array | { subarray(): Uint8Array }): Buffer {
  const bytes = data.subarray();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function halfClose(stream: MessageStream, done: (error?: Error) => void): Promise<void> {
  try {
    await stream.close();
  } catch (error) {
    done(asError(error));
    return;
  }
  done();
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(reasonOf(error));
}
