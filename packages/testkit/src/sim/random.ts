/** Seeded randomness: sfc32 (Doty-Humphrey, PractRand), small state and good mixing. */
import type { Random } from '@bzzz/coordination';

export interface SeededRandom extends Random {
  /** Whole number in [low, high]. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T | undefined;
  /** One of them, each as likely as its weight among all; undefined: none weighs anything. */
  weighted<T>(items: readonly T[], weightOf: (item: T) => number): T | undefined;
  /** An independent stream, so that one part's draws do not shift another's. */
  fork(name: string): SeededRandom;
}

export function createSeededRandom(seed: string): SeededRandom {
  let [a, b, c, d] = seedWords(seed);

  function word(): number {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  }

  for (let round = 0; round < 12; round += 1) word();
  const unit = () => word() / 2 ** 32;
  const between = (low: number, high: number) => low + Math.floor(unit() * (high - low + 1));
  return {
    unit,
    between,
    bytes: (count) => Uint8Array.from({ length: count }, () => word() & 0xff),
    chance: (probability) => unit() < probability,
    pick: (items) => items[between(0, items.length - 1)],
    weighted(items, weightOf) {
      let left = unit() * items.reduce((sum, item) => sum + weightOf(item), 0);
      return items.find((item) => {
        left -= weightOf(item);
        return left < 0;
      });
    },
    fork: (name) => createSeededRandom(`${seed}/${name}`),
  };
}

/** Four words of FNV-1a over the text with different starts. */
function seedWords(text: string): [number, number, number, number] {
  const word = (start: number) => {
    let hash = start;
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    return hash | 0;
  };
  return [word(0x811c9dc5), word(0x9e3779b9), word(0x7f4a7c15), word(0x2545f491)];
}
