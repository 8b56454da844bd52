/**
 * Messages over a stream of bytes: the length in four bytes, then the message. Node's own channel between
 * processes is not used: a line on it that is no JSON is an exception in the process that reads it.
 */
import type { Duplex } from 'node:stream';
import { type Codec, reasonOf } from '@bzzz/protocol';

export interface Channel<Out> {
  send(message: Out): void;
  /** Bytes that were sent and not taken yet. */
  waiting(): number;
  close(): void;
}

export interface Ends<In, Out> {
  readonly incoming: Codec<In>;
  readonly outgoing: Codec<Out>;
}

export interface Heard<In> {
  onMessage(message: In): void;
  /** The other side said what is no message. Nothing more is read. */
  onGarbage(reason: string): void;
  /** The other side has closed it. */
  onClosed(): void;
}

const headBytes = 4;

export function openChannel<In, Out>(
  stream: Duplex,
  { incoming, outgoing }: Ends<In, Out>,
  heard: Heard<In>,
): Channel<Out> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let ended = false;

  function end(tell: () => void = () => undefined): void {
    if (ended) return;
    ended = true;
    chunks = [];
    stream.destroy();
    tell();
  }

  /** The next so many bytes; null: they are not here yet. */
  function take(count: number, { keep = false } = {}): Buffer | null {
    if (bytes < count) return null;
    const [first] = chunks;
    // Gathered only when all of it is here: otherwise a long message would be copied with each piece.
    const all = first !== undefined && first.length >= count ? first : Buffer.concat(chunks);
    if (all !== first) chunks = [all];
    if (keep) return all.subarray(0, count);
    chunks[0] = all.subarray(count);
    bytes -= count;
    return all.subarray(0, count);
  }

  function read(): void {
    while (!ended) {
      const length = take(headBytes, { keep: true })?.readUInt32BE(0);
      if (length === undefined) return;
      if (length > incoming.bytesMax)
        return end(() => heard.onGarbage(`a message of ${length} bytes`));
      const whole = take(headBytes + length);
      if (whole === null) return;
      let message: In;
      try {
        message = incoming.decode(whole.subarray(headBytes));
      } catch (error) {
        return end(() => heard.onGarbage(reasonOf(error)));
      }
      heard.onMessage(message);
    }
  }

  stream.on('data', (chunk: Buffer) => {
    if (ended) return;
    chunks.push(chunk);
    bytes += chunk.length;
    read();
  });
  for (const event of ['error', 'end', 'close']) stream.on(event, () => end(heard.onClosed));

  return {
    send(message) {
      if (ended) return;
      const body = outgoing.encode(message);
      const head = Buffer.alloc(headBytes);
      head.writeUInt32BE(body.byteLength);
      stream.write(head);
      stream.write(body);
    },
    waiting: () => stream.writableLength,
    close: () => end(),
  };
}
