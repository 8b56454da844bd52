/**
 * Reads entries out of blocks that may be anything: a writer is trusted with nothing but its
 * signature. What cannot be used is counted and skipped, never thrown.
 *
 * Each block says at which position its first entry stands, and the reader holds it to that: it must
 * follow its predecessor without a gap, or, after blocks that cannot be read, stand somewhere behind
 * them. So nobody is shown two entries at one position, wherever they begin to read (invariant 8).
 * The positions are learnt by passing once over all blocks and are kept in memory, a few bytes a
 * block.
 */
import type { StoredEntry } from '@bzzz/coordination';
import { isBzzzError, type JournalEntry, journalEntryCodec, limits } from '@bzzz/protocol';
import { type JournalBlock, journalBlockCodec, type PackedBlock } from './block.ts';
import { throwIfAborted } from './change-bell.ts';
import type { Skipped } from './interface.ts';
import { blockCostBytes } from './retention.ts';

/** The blocks that are here, without a gap from the first one that is held. */
export interface BlockSource {
  /** Index after the last one. */
  length(): number;
  get(index: number): Promise<Uint8Array>;
}

export interface LogReader {
  /** Position after the last entry that was passed. */
  length(): number;
  /** Position of the first entry that is held. */
  start(): number;
  /** Index of the first block that is held, and what all that were passed and are cost. */
  held(): { readonly from: number; readonly bytes: number };
  /** What the block so far from the first that is held costs. */
  bytesAt(place: number): number;
  /**
   * What stands before this block is not held any more. Where that has not been passed, the next block tells
   * itself at which position it stands: there is nothing here that it could contradict.
   */
  dropBefore(index: number): void;
  /**
   * Where the writer goes on: `length()`, or behind everything that blocks at the end can hold which
   * it cannot read itself, having been written by a newer release.
   */
  writePosition(): number;
  skipped(): Skipped;
  /** Passes over the blocks that are new. */
  catchUp(): Promise<void>;
  /** Passes over one new block without reading it from the log, where it is in hand. */
  pass(block: Uint8Array): void;
  /** The same of one that was packed here: what it says of itself needs no look. */
  passWritten(block: PackedBlock): void;
  /**
   * The entries from `from` on that are here when it begins. Returns the position after what it
   * passed. Throws `aborted`.
   */
  read(options: {
    from: number;
    signal: AbortSignal | undefined;
  }): AsyncGenerator<StoredEntry, number>;
}

export function createLogReader(source: BlockSource): LogReader {
  /** Index of the first block that is held. */
  let base = 0;
  /** Of each from there, the position at which it begins or, when it was skipped, would have. Never falls. */
  const firsts: number[] = [];
  const sizes: number[] = [];
  let bytesHeld = 0;
  /** What stood before the next block was never passed. */
  let adrift = false;
  let next = 0;
  /** Blocks that were skipped since the last readable one. */
  let unreadable = 0;
  let blocksSkipped = 0;
  let entriesSkipped = 0;
  /** Blocks whose entries were decoded once, so that their failures are counted already. */
  const judged: boolean[] = [];
  let passing: Promise<void> = Promise.resolve();

  return {
    length: () => next,
    start: () => firsts[0] ?? next,
    held: () => ({ from: base, bytes: bytesHeld }),
    bytesAt: (place) => sizes[place] ?? 0,
    dropBefore,
    writePosition: () => next + unreadable * limits.journalBlockEntriesMax,
    skipped: () => ({ blocks: blocksSkipped, entries: entriesSkipped }),
    catchUp,
    pass,
    passWritten({ bytes, first, count }) {
      weigh(bytes);
      place({ first, count });
    },
    async *read({ from, signal }) {
      await catchUp();
      const end = base + firsts.length;
      const position = Math.max(from, next);
      for (let index = base + blockAt(firsts, from); index < end; index += 1) {
        throwIfAborted(signal);
        const block = await heldBlock(index);
        if (block === null || block.first !== firsts[index - base]) continue;
        for (const stored of entriesOf(block, index)) if (stored.seq >= from) yield stored;
      }
      return position;
    },
  };

  function catchUp(): Promise<void> {
    const run = passing.then(passNewBlocks);
    // Whoever asked learns of the failure; the next one begins where it stopped.
    passing = run.catch(() => undefined);
    return run;
  }

  async function passNewBlocks(): Promise<void> {
    while (base + firsts.length < source.length()) {
      const index = base + firsts.length;
      const bytes = await readHeld(index);
      if (bytes !== null) pass(bytes);
    }
  }

  function pass(bytes: Uint8Array): void {
    weigh(bytes);
    const block = decodeBlock(bytes);
    place(block && { first: block.first, count: block.entries.length });
  }

  function weigh(bytes: Uint8Array): void {
    const costBytes = bytes.byteLength + blockCostBytes;
    sizes.push(costBytes);
    bytesHeld += costBytes;
  }

  /** Null: it is no block. */
  function place(block: Pick<PackedBlock, 'first' | 'count'> | null): void {
    const isLoose = unreadable > 0 || adrift;
    if (block === null || (isLoose ? block.first < next : block.first !== next)) {
      firsts.push(next);
      unreadable += 1;
      blocksSkipped += 1;
      return;
    }
    firsts.push(block.first);
    next = block.first + block.count;
    unreadable = 0;
    adrift = false;
  }

  function dropBefore(index: number): void {
    const count = Math.min(index - base, firsts.length);
    if (index <= base) return;
    adrift ||= index > base + firsts.length;
    firsts.splice(0, count);
    judged.splice(0, index - base);
    for (const bytes of sizes.splice(0, count)) bytesHeld -= bytes;
    base = index;
  }

  /** Null: it is no block, or was dropped before it could be read. */
  async function heldBlock(index: number): Promise<JournalBlock | null> {
    const bytes = await readHeld(index);
    return bytes && decodeBlock(bytes);
  }

  async function readHeld(index: number): Promise<Uint8Array | null> {
    try {
      const bytes = index < base ? null : await source.get(index);
      return index < base ? null : bytes;
    } catch (error) {
      if (index < base) return null;
      throw error;
    }
  }

  function entriesOf(block: JournalBlock, index: number): StoredEntry[] {
    const entries: StoredEntry[] = [];
    for (const [offset, bytes] of block.entries.entries()) {
      const entry = decodeEntry(bytes);
      if (entry !== null) entries.push({ seq: block.first + offset, entry });
    }
    if (index < base) return entries;
    if (judged[index - base] !== true) entriesSkipped += block.entries.length - entries.length;
    judged[index - base] = true;
    return entries;
  }
}

/** The last block that begins at `from` or before. */
function blockAt(firsts: readonly number[], from: number): number {
  let low = 0;
  let high = firsts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((firsts[middle] ?? 0) <= from) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

function decodeBlock(bytes: Uint8Array): JournalBlock | null {
  return orNull(() => journalBlockCodec.decode(bytes));
}

function decodeEntry(bytes: Uint8Array): JournalEntry | null {
  return orNull(() => journalEntryCodec.decode(bytes));
}

function orNull<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (isBzzzError(error)) return null;
    throw error;
  }
}
