/**
 * What stands for the signature of a journal's key over its Merkle tree: whose entry something is, and on top of
 * which others. As there, nobody but the writer can make one, and whoever holds the entries below can check it.
 */
import { bytesToHex, type PeerId } from '@bzzz/protocol';
import type { DiskEntry } from './virtual-journal.ts';

interface Seal {
  readonly writer: PeerId;
  /** Of all entries below it. */
  readonly below: string;
  /** The same with itself. */
  readonly treeHash: string;
}

const seals = new WeakMap<DiskEntry, Seal>();

/** The writer puts an entry, with these bytes, on top of another. */
export function sealEntry(
  entry: DiskEntry,
  { writer, top, bytes }: { writer: PeerId; top: DiskEntry | undefined; bytes: Uint8Array },
): void {
  const below = treeHashOf(top);
  seals.set(entry, { writer, below, treeHash: hashed(below, bytes) });
}

/** Whether it is what that peer wrote on top of this entry; undefined: first of all. */
export function isNext(
  entry: DiskEntry,
  { writer, top }: { writer: PeerId; top: DiskEntry | undefined },
): boolean {
  const seal = seals.get(entry);
  return seal?.writer === writer && seal.below === treeHashOf(top);
}

/** In hex, as long as a SHA-256, of the journal that ends with this entry. */
export function treeHashOf(top: DiskEntry | undefined): string {
  return (top === undefined ? undefined : seals.get(top))?.treeHash ?? '0'.repeat(64);
}

/** FNV-1a twice: nobody attacks it. */
function hashed(below: string, bytes: Uint8Array): string {
  let [low, high] = [0x811c9dc5, 0x9e3779b9];
  for (let index = 0; index < below.length; index += 1) {
    low = Math.imul(low ^ below.charCodeAt(index), 0x01000193);
  }
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x5bd1e995) + low;
  }
  const words = new DataView(new ArrayBuffer(8));
  words.setUint32(0, high >>> 0);
  words.setUint32(4, low >>> 0);
  return bytesToHex(new Uint8Array(words.buffer)).padStart(64, '0');
}
