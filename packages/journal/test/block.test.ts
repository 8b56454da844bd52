import { isBzzzError, journalEntryCodec, limits } from '@bzzz/protocol';
import { collect, entryOf } from '@bzzz/testkit/contracts/journal';
import { encode } from 'cborg';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { journalBlockCodec, packBlocks } from '../src/block.ts';
import { createLogReader, type LogReader } from '../src/log-reader.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

describe('a block', () => {
  it('packs any entries in order and within its limits', () => {
    const sizes = fc.array(
      fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 1, max: 300 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: limits.journalEntryBytesMax }) },
      ),
      { minLength: 1, maxLength: 1500, size: 'max' },
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), sizes, (first, sizes) => {
        const entries = sizes.map((size, index) => new Uint8Array(size).fill(index % 251));
        const blocks = packBlocks(first, entries).map((packed) => {
          expect(packed.bytes.byteLength).toBeLessThanOrEqual(limits.journalBlockBytesMax);
          const block = journalBlockCodec.decode(packed.bytes);
          expect(packed).toMatchObject({ first: block.first, count: block.entries.length });
          return block;
        });
        let next = first;
        for (const block of blocks) {
          expect(block.first).toBe(next);
          next += block.entries.length;
        }
        const unpacked = blocks.flatMap((block) => block.entries);
        expect(unpacked.map((entry) => entry.byteLength)).toEqual(sizes);
        expect(unpacked.map((entry) => entry[0])).toEqual(entries.map((entry) => entry[0]));
      }),
      { numRuns: 20 },
    );
  });

  it('needs no more blocks than it must', () => {
    const small = Array.from({ length: limits.journalBlockEntriesMax }, () => new Uint8Array(10));
    expect(packBlocks(0, small)).toHaveLength(1);
    expect(packBlocks(0, [...small, new Uint8Array(10)])).toHaveLength(2);
    const large = Array.from({ length: 15 }, () => new Uint8Array(limits.journalEntryBytesMax));
    expect(packBlocks(0, large)).toHaveLength(1);
    expect(packBlocks(0, [...large, ...large])).toHaveLength(2);
  });

  it('is decoded from anything, or refused with a coded error', () => {
    const values = fc.anything({ withTypedArray: true, maxDepth: 3 }).map(encoded);
    const near = fc
      .record({
        v: fc.oneof(fc.constant(1), fc.anything()),
        first: fc.oneof(fc.nat(), fc.anything()),
        entries: fc.oneof(fc.array(bytes), fc.anything()),
      })
      .map(encoded);
    fc.assert(
      fc.property(fc.oneof(bytes, values, near, mutated()), (input) => {
        try {
          const block = journalBlockCodec.decode(input);
          expect(journalBlockCodec.decode(journalBlockCodec.encode(block))).toEqual(block);
        } catch (error) {
          if (!isBzzzError(error)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('may say more than a reader knows, which is dropped', () => {
    const entries = [new Uint8Array([1])];
    const more = encode({ v: 1, first: 3, entries, later: 'something' });
    expect(journalBlockCodec.decode(more)).toEqual({ v: 1, first: 3, entries });
  });

  it('is refused over each limit', () => {
    const tooMany = Array.from(
      { length: limits.journalBlockEntriesMax + 1 },
      () => new Uint8Array(1),
    );
    const refuse = (value: unknown) => () => journalBlockCodec.decode(encode(value));
    expect(refuse({ v: 1, first: 0, entries: tooMany })).toThrow(/message_invalid/);
    expect(refuse({ v: 1, first: 0, entries: [] })).toThrow(/message_invalid/);
    expect(refuse({ v: 1, first: -1, entries: [new Uint8Array(1)] })).toThrow(/message_invalid/);
    expect(refuse({ v: 1, first: 2 ** 53 - 1, entries: [new Uint8Array(1)] })).toThrow(
      /message_invalid/,
    );
    expect(refuse({ v: 1, first: 0, entries: [new Uint8Array(2 ** 20)] })).toThrow(
      /message_too_large/,
    );
  });
});

describe('the reader of a log', () => {
  it('never throws, never goes back, and shows the same wherever it begins', async () => {
    const entry = fc.oneof(
      fc.nat(50).map((index) => journalEntryCodec.encode(entryOf(index))),
      bytes,
    );
    const good = fc
      .tuple(fc.nat(12), fc.array(entry, { minLength: 1, maxLength: 4 }))
      .map(([first, entries]) => journalBlockCodec.encode({ v: 1, first, entries }));
    const log = fc.array(fc.oneof({ weight: 4, arbitrary: good }, bytes), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(log, fc.nat(20), async (blocks, from) => {
        const all = await collect(reading(blocks, 0));
        const seqs = all.map(({ seq }) => seq);
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
        expect(await collect(reading(blocks, from))).toEqual(all.filter(({ seq }) => seq >= from));
      }),
      { numRuns: 500 },
    );
  });

  it('goes on behind blocks that it cannot read, where it is the writer', async () => {
    const reader = readerOf([
      ...packBlocks(0, [new Uint8Array(1)]).map(({ bytes }) => bytes),
      new Uint8Array(5),
    ]);
    await reader.catchUp();
    expect(reader.length()).toBe(1);
    expect(reader.writePosition()).toBe(1 + limits.journalBlockEntriesMax);
  });
});

function reading(blocks: readonly Uint8Array[], from: number) {
  return readerOf(blocks).read({ from, signal: undefined });
}

function readerOf(blocks: readonly Uint8Array[]): LogReader {
  return createLogReader({
    length: () => blocks.length,
    async get(index) {
      const block = blocks[index];
      if (block === undefined) throw new Error('not here');
      return block;
    },
  });
}

/** A valid block with a few bytes changed. */
function mutated(): fc.Arbitrary<Uint8Array> {
  const entries = fc.array(bytes, { minLength: 1, maxLength: 5 });
  const changes = fc.array(fc.tuple(fc.nat(500), fc.integer({ min: 0, max: 255 })), {
    maxLength: 4,
  });
  return fc.tuple(fc.nat(1000), entries, changes).map(([first, entries, changes]) => {
    const block = journalBlockCodec.encode({ v: 1, first, entries }).slice();
    for (const [at, value] of changes) block[at % block.byteLength] = value;
    return block;
  });
}

/** CBOR of a value, or of nothing where it has no CBOR. */
function encoded(value: unknown): Uint8Array {
  try {
    return encode(value);
  } catch {
    return new Uint8Array(0);
  }
}
