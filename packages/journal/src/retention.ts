/**
 * How much of another's log is kept: what stands first is let go when the log has too many bytes or is too
 * old. The head stays, and with it whatever is signed later can be checked. The last block always stays.
 *
 * How old a block is, its writer says, in the last entry that can be read. Who lies about it loses his own
 * story early, or leaves it to the bound of bytes.
 */
import { isBzzzError, journalEntryCodec } from '@bzzz/protocol';
import { journalBlockCodec } from './block.ts';

export interface Retention {
  /** A log that has more bytes is cut from its beginning, to an eighth below. */
  readonly bytesMax: number;
  /** What is older is cut. */
  readonly ageMsMax: number;
  /** For the age alone. */
  readonly wallMs: () => number;
}

/**
 * What a block costs besides its bytes: nodes of the tree, and what is remembered of it. Counted, or a log of
 * empty blocks would grow without end.
 */
export const blockCostBytes = 128;

export interface HeldBlocks {
  readonly count: number;
  readonly bytes: number;
  /** Of the block at this place. */
  bytesAt(place: number): number;
  /** Null: it is gone by now. */
  get(place: number): Promise<Uint8Array | null>;
}

/** What is left when it had become too much, so that not every block is cut by itself. */
export function bytesKept({ bytesMax }: Pick<Retention, 'bytesMax'>): number {
  return Math.floor(bytesMax * (7 / 8));
}

/** How many of the first blocks are to go. */
export async function blocksToDrop(held: HeldBlocks, retention: Retention): Promise<number> {
  const last = Math.max(0, held.count - 1);
  let drop = 0;
  if (held.bytes > retention.bytesMax) {
    const most = bytesKept(retention);
    let left = held.bytes;
    while (drop < last && left > most) {
      left -= held.bytesAt(drop);
      drop += 1;
    }
  }
  const oldestMs = retention.wallMs() - retention.ageMsMax;
  while (drop < last) {
    const block = await held.get(drop);
    const atMs = block === null ? null : newestIn(block);
    if (atMs === null || atMs >= oldestMs) break;
    drop += 1;
  }
  return drop;
}

/** Null: nothing in it can be read, and the bound of bytes is all there is. */
function newestIn(bytes: Uint8Array): number | null {
  try {
    const last = journalBlockCodec.decode(bytes).entries.at(-1);
    return last === undefined ? null : journalEntryCodec.decode(last).at.wallMs;
  } catch (error) {
    if (isBzzzError(error)) return null;
    throw error;
  }
}
