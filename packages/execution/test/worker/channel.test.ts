/** Frames however they are cut, and whatever else may come. */
import { Duplex } from 'node:stream';
import { type Codec, createCodec } from '@bzzz/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openChannel } from '../../src/worker/channel.ts';
import { toPeer } from '../../src/worker/messages.ts';

const schema = z.strictObject({ text: z.string() });
const word = createCodec({ name: 'word', schema, bytesMax: 200 });

/** A channel, what was heard on it and what it wrote. */
function open<In>(incoming: Codec<In>) {
  const written: Buffer[] = [];
  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  const heard: In[] = [];
  const ends: string[] = [];
  const channel = openChannel<In, z.infer<typeof schema>>(
    stream,
    { incoming, outgoing: word },
    {
      onMessage: (message) => heard.push(message),
      onGarbage: (reason) => ends.push(reason),
      onClosed: () => ends.push('closed'),
    },
  );
  return { channel, stream, heard, ends, bytes: () => Buffer.concat(written) };
}

describe('the channel to a worker', () => {
  it('hears what was said, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 40 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        (texts, sizes) => {
          const from = open(word);
          for (const text of texts) from.channel.send({ text });
          const bytes = from.bytes();
          const to = open(word);
          for (let at = 0, index = 0; at < bytes.length; index += 1) {
            const size = sizes[index % sizes.length] ?? 1;
            to.stream.emit('data', bytes.subarray(at, at + size));
            at += size;
          }
          expect(to.heard).toEqual(texts.map((text) => ({ text })));
          expect(to.ends).toEqual([]);
        },
      ),
    );
  });

  it('ends at bytes that are no message, and never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (chunks) => {
        const { stream, ends } = open(toPeer);
        for (const chunk of chunks) stream.emit('data', Buffer.from(chunk));
        expect(ends.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('hears nothing after a message that is too long by one byte', () => {
    const { stream, heard, ends } = open(word);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(word.bytesMax + 1);
    stream.emit('data', head);
    stream.emit('data', Buffer.alloc(word.bytesMax + 1));
    expect(ends).toEqual(['a message of 201 bytes']);
    expect(heard).toEqual([]);
  });

  it('refuses to say what the other side would not take', () => {
    const { channel, bytes } = open(word);
    expect(() => channel.send({ text: 'x'.repeat(200) })).toThrow('message_too_large');
    expect(bytes()).toHaveLength(0);
  });

  it('tells once that it was closed, and nothing when it closes itself', () => {
    const theirs = open(word);
    theirs.stream.emit('end');
    theirs.stream.emit('close');
    expect(theirs.ends).toEqual(['closed']);
    const ours = open(word);
    ours.channel.close();
    ours.stream.emit('close');
    ours.channel.send({ text: 'more' });
    expect(ours.ends).toEqual([]);
    expect(ours.bytes()).toHaveLength(0);
  });
});
