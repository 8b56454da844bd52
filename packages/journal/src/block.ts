/**
 * One block of a journal: many entries under one leaf of the log's Merkle tree, since a block costs
 * the same to sign, store and replicate whatever its size. Entries stay encoded in it, so that one
 * which a reader does not know does not cost it the others.
 */
import { createCodec, limits } from '@bzzz/protocol';
import { z } from 'zod';

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'not bytes');

export const JournalBlock = z.object({
  v: z.literal(1),
  /** Position of the first entry among all entries of the journal. */
  first: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER - limits.journalBlockEntriesMax),
  entries: z.array(Bytes).min(1).max(limits.journalBlockEntriesMax),
});
export type JournalBlock = z.infer<typeof JournalBlock>;

export const journalBlockCodec = createCodec({
  name: 'journal block',
  schema: JournalBlock,
  bytesMax: limits.journalBlockBytesMax,
});

/** Bytes of CBOR around the entries: map, keys, version, position, array; and around each entry. */
const ENVELOPE_BYTES_MAX = 64;
const ENTRY_HEADER_BYTES_MAX = 5;

/** A block as it is written, and where it stands. */
export interface PackedBlock {
  readonly bytes: Uint8Array;
  /** Position of its first entry. */
  readonly first: number;
  /** Entries. */
  readonly count: number;
}

/** Encodes entries, the first of which stands at position `first`, into as few blocks as may be. */
export function packBlocks(first: number, entries: readonly Uint8Array[]): PackedBlock[] {
  const blocks: PackedBlock[] = [];
  let position = first;
  let start = 0;
  while (start < entries.length) {
    const end = endOfBlock(entries, start);
    const packed = entries.slice(start, end);
    const bytes = journalBlockCodec.encodeChecked({ v: 1, first: position, entries: packed });
    blocks.push({ bytes, first: position, count: packed.length });
    position += packed.length;
    start = end;
  }
  return blocks;
}

function endOfBlock(entries: readonly Uint8Array[], start: number): number {
  let bytes = ENVELOPE_BYTES_MAX;
  let end = start;
  for (const entry of entries.slice(start, start + limits.journalBlockEntriesMax)) {
    bytes += entry.byteLength + ENTRY_HEADER_BYTES_MAX;
    // An entry's own limit is far below a block's, so one always fits.
    if (bytes > limits.journalBlockBytesMax && end > start) break;
    end += 1;
  }
  return end;
}
