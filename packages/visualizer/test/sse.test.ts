import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSseReader } from '../src/live/sse.ts';

const stream =
  'id: 4\nevent: entry\ndata: {"a":1}\n\n: still here\n\ndata: two\ndata:lines\r\n\r\nid: 9\n\ndata: cut';

it('reads events with their positions, and nothing of one that has not ended', () => {
  expect(createSseReader()(stream)).toEqual([{ data: '{"a":1}', id: '4' }, { data: 'two\nlines' }]);
});

it('reads the same in whichever pieces it comes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: stream.length - 1 })), (cuts) => {
      const places = [0, ...[...new Set(cuts)].toSorted((a, b) => a - b), stream.length];
      const read = createSseReader();
      const messages = places.flatMap((from, at) =>
        read(stream.slice(from, places[at + 1] ?? from)),
      );
      expect(messages).toEqual(createSseReader()(stream));
    }),
  );
});
