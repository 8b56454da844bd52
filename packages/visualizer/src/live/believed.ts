import type { StoryEntry } from '@bzzz/protocol/api';

/**
 * An entry at the time that the peer of this page puts it: a clock that runs far ahead would else stand last for
 * ever, and push out what others tell. How far it is ahead is still said beside it.
 */
export function believed(one: StoryEntry): StoryEntry {
  if (one.aheadMs === 0) return one;
  const { at } = one.entry;
  return { ...one, entry: { ...one.entry, at: { ...at, wallMs: at.wallMs - one.aheadMs } } };
}
