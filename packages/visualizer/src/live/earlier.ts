/**
 * How far back the page holds all that its peer does. Not to its first entry: of a journal that arrived late it
 * holds what is older, while others may have told of the same time what it was never sent.
 */
import type { StoryEntry } from '@bzzz/protocol/api';
import type { History } from './history.ts';

/** Entries that are asked for at a time. */
export const olderMax = 1_000;

interface Reached {
  readonly history: History;
  /** All entries of this time and later were told; null: the peer did not say. */
  readonly sinceMs: number | null;
}

/** `more`: those of before `untilMs`. `full`: the page let its oldest go already. */
export type Earlier =
  | { readonly kind: 'more'; readonly untilMs: number }
  | { readonly kind: 'whole' }
  | { readonly kind: 'full' };

export function earlierOf({ history, sinceMs }: Reached): Earlier {
  if (history.dropped > 0) return { kind: 'full' };
  if (sinceMs === 0) return { kind: 'whole' };
  const firstMs = history.entries[0]?.entry.at.wallMs ?? 0;
  return { kind: 'more', untilMs: sinceMs ?? firstMs + 1 };
}

/** Where the page is whole after it asked for what is before `untilMs` and got these. */
export function reachedBy(entries: readonly StoryEntry[], untilMs: number): number {
  if (entries.length < olderMax) return 0;
  const oldestMs = Math.min(...entries.map(({ entry }) => entry.at.wallMs));
  // Of the oldest moment some may be missing; where it alone fills an answer it is passed over, or nobody gets on.
  return Math.max(1, Math.min(oldestMs + 1, untilMs - 1));
}
