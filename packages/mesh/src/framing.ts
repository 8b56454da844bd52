/** Messages on a stream: an unsigned varint of their length, then so many bytes. */
import type { Stream } from '@libp2p/interface';
import { type LengthPrefixedStream, lpStream } from '@libp2p/utils';

/** 35 bits: more than any limit of ours. */
const LENGTH_BYTES_MAX = 5;

/** What came is no frame within the limit. */
export class FramingError extends Error {
  override readonly name = 'FramingError';
}

interface FrameLimits {
  readonly readBytesMax: number;
}

/** Listens for messages from the moment of the call; what comes before a read is kept. */
export function createFrames(stream: Stream, limits: FrameLimits): LengthPrefixedStream<Stream> {
  return lpStream(stream, {
    lengthDecoder(bytes) {
      const length = readLength(bytes.subarray(), limits);
      // libp2p expects a RangeError when there is more to come.
      if (length === undefined) throw new RangeError('an unfinished length');
      return length.value;
    },
  });
}

/** The message as a frame of its own. */
export function encodeFrame(message: Uint8Array): Uint8Array {
  let lengthBytes = 1;
  for (let rest = message.byteLength; rest >= 0x80; rest = Math.floor(rest / 0x80))
    lengthBytes += 1;
  const frame = new Uint8Array(lengthBytes + message.byteLength);
  let rest = message.byteLength;
  for (let at = 0; at < lengthBytes - 1; at += 1) {
    frame[at] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  frame[lengthBytes - 1] = rest;
  frame.set(message, lengthBytes);
  return frame;
}

/**
 * Cuts bytes, in whatever pieces they come, into messages and hands those on at once: no promise
 * and no timer for a message, which is what a stream of many tiny ones is for. Keeps no more than
 * one unfinished frame. The returned function throws FramingError; nothing can be read after that.
 */
export function createFrameSplitter(
  limits: FrameLimits,
  onMessage: (message: Uint8Array) => void,
): (bytes: Uint8Array) => void {
  let unfinished = new Uint8Array();
  return (bytes) => {
    const all =
      unfinished.byteLength === 0
        ? bytes
        : joined([unfinished, bytes], unfinished.byteLength + bytes.byteLength);
    let at = 0;
    for (;;) {
      const length = readLength(all.subarray(at, at + LENGTH_BYTES_MAX), limits);
      if (length === undefined) break;
      const end = at + length.bytes + length.value;
      if (end > all.byteLength) break;
      onMessage(all.subarray(at + length.bytes, end));
      at = end;
    }
    unfinished = all.slice(at);
  };
}

/** Undefined when there is more to come. Throws FramingError. */
function readLength(
  bytes: Uint8Array,
  limits: FrameLimits,
): { readonly value: number; readonly bytes: number } | undefined {
  let value = 0;
  for (const [at, byte] of bytes.entries()) {
    value += (byte & 0x7f) * 2 ** (7 * at);
    if (value > limits.readBytesMax) {
      throw new FramingError(`${value} bytes announced or more, at most ${limits.readBytesMax}`);
    }
    if (byte < 0x80) return { value, bytes: at + 1 };
  }
  // libp2p's own decoder would go on reading for as long as bytes come.
  if (bytes.byteLength >= LENGTH_BYTES_MAX) throw new FramingError('a length without an end');
  return undefined;
}

/** All pieces in one; `bytes` is their length together. */
export function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}
