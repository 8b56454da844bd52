/** Messages on a stream: an unsigned varint of their length, then so many bytes. */
import type { Stream } from '@libp2p/interface';
import { type LengthPrefixedStream, lpStream } from '@libp2p/utils';

/** 35 bits: more than any limit of ours. */
const LENGTH_BYTES_MAX = 5;

/** What came is no frame within the limit. */
export class FramingError extends Error {
  override readonly name = 'FramingError';
}

/** Listens for messages from the moment of the call; what comes before a read is kept. */
export function createFrames(
  stream: Stream,
  limits: { readonly readBytesMax: number },
): LengthPrefixedStream<Stream> {
  return lpStream(stream, {
    lengthDecoder(bytes) {
      const length = readVarint(bytes.subarray());
      if (length <= limits.readBytesMax) return length;
      throw new FramingError(`${length} bytes announced, at most ${limits.readBytesMax}`);
    },
  });
}

/** Throws RangeError when there is more to come, as libp2p expects of it. */
function readVarint(bytes: Uint8Array): number {
  let value = 0;
  for (const [at, byte] of bytes.entries()) {
    value += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return value;
  }
  // libp2p's own decoder would go on reading for as long as bytes come.
  if (bytes.byteLength >= LENGTH_BYTES_MAX) throw new FramingError('a length without an end');
  throw new RangeError('an unfinished length');
}
