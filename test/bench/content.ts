/** Bytes and digests of bytes: the same seed gives the same everywhere. */
import { createHash } from 'node:crypto';

/** `bytes` pseudo-random bytes that belong to these words. */
export function seededBytes(bytes: number, ...words: readonly (string | number)[]): Uint8Array {
  const hash = createHash('shake256', { outputLength: bytes });
  return new Uint8Array(hash.update(words.join('/')).digest());
}

/** SHA-256 over the items, each with its length, so that no two lists look alike. */
export function digest(items: Iterable<Uint8Array | string>): string {
  const hash = createHash('sha256');
  for (const item of items) {
    hash.update(`${Buffer.byteLength(item)}:`).update(item);
  }
  return hash.digest('hex');
}
