/**
 * Rendezvous (highest random weight) hashing: every peer computes the same order of candidates for
 * a key without talking, and a candidate that leaves disturbs only what was its own.
 * Source: Thaler and Ravishankar, "Using name-based mappings to increase hit rates" (1998).
 */

/** The candidates by falling weight for this key. */
export function rendezvous<T extends string>(key: string, candidates: readonly T[]): T[] {
  return candidates
    .map((candidate) => ({ candidate, weight: hash53(`${key}\n${candidate}`) }))
    .sort((a, b) => b.weight - a.weight || (a.candidate < b.candidate ? -1 : 1))
    .map(({ candidate }) => candidate);
}

/**
 * 53 well-mixed bits of a text: two FNV-1a lanes with the finalizer of MurmurHash3. Needs no secrecy,
 * only that all peers agree; it is part of the wire (docs/PROTOCOL.md).
 */
export function hash53(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995);
  }
  return (mix(high ^ low) & 0x1fffff) * 2 ** 32 + mix(low ^ Math.imul(high, 0x85ebca6b));
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
