import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFrameSplitter, encodeFrame, FramingError } from '../src/framing.ts';

const readBytesMax = 300;

function splitting(chunks: readonly Uint8Array[]): Uint8Array[] {
  const messages: Uint8Array[] = [];
  // Copied, since what is handed on is only lent for the call.
  const split = createFrameSplitter({ readBytesMax }, (message) => messages.push(message.slice()));
  for (const chunk of chunks) split(chunk);
  return messages;
}

it('frames come back, however they are cut on their way', () => {
  const cases = fc.record({
    messages: fc.array(fc.uint8Array({ maxLength: readBytesMax }), { maxLength: 6 }),
    cuts: fc.array(fc.nat(), { maxLength: 12 }),
  });
  fc.assert(
    fc.property(cases, ({ messages, cuts }) => {
      const bytes = Uint8Array.from(messages.flatMap((message) => [...encodeFrame(message)]));
      const places = [0, ...cuts.map((cut) => cut % (bytes.byteLength + 1)), bytes.byteLength];
      places.sort((left, right) => left - right);
      const chunks = places.slice(1).map((end, at) => bytes.slice(places[at], end));
      expect(splitting(chunks)).toEqual(messages);
    }),
  );
});

it('a frame of the largest size is read, one byte more is refused before it comes', () => {
  expect(splitting([encodeFrame(new Uint8Array(readBytesMax))])).toEqual([
    new Uint8Array(readBytesMax),
  ]);
  const header = encodeFrame(new Uint8Array(readBytesMax + 1)).slice(0, 2);
  expect(() => splitting([header])).toThrow(FramingError);
});

it.each([0xff, 0x80])('a length that is all %i is refused after five bytes', (byte) => {
  const bytes = new Uint8Array(5).fill(byte);
  expect(() => splitting([bytes])).toThrow(FramingError);
  expect(() => splitting([...bytes].map((one) => Uint8Array.of(one)))).toThrow(FramingError);
});

it('never throws anything else, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (chunks) => {
      try {
        for (const message of splitting(chunks)) {
          expect(message.byteLength).toBeLessThanOrEqual(readBytesMax);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(FramingError);
      }
    }),
  );
});
