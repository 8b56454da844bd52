/**
 * The entries that the page holds, in one order whatever the order of their coming, and the world after
 * any number of them. Every so many entries the world is kept, so that a moment costs one short fold.
 */
import type { StoryEntry } from '@bzzz/protocol/api';
import { fold } from './fold.ts';
import { emptyWorld, type World } from './world.ts';

export interface History {
  /** Before the first entry; not empty once older ones gave way. */
  readonly base: World;
  readonly entries: readonly StoryEntry[];
  /** The world after each full block of entries. */
  readonly marks: readonly World[];
  /** After the last. */
  readonly end: World;
  readonly dropped: number;
}

const historyMax = 50_000;
const block = 512;

export const noHistory: History = {
  base: emptyWorld,
  entries: [],
  marks: [],
  end: emptyWorld,
  dropped: 0,
};

/** By the clock that respects cause and effect, then by writer and position: the same for everybody. */
export function compareEntries(left: StoryEntry, right: StoryEntry): number {
  return (
    left.entry.at.wallMs - right.entry.at.wallMs ||
    left.entry.at.counter - right.entry.at.counter ||
    compareText(writerOf(left), writerOf(right)) ||
    left.seq - right.seq
  );
}

export function extend(
  history: History,
  incoming: readonly StoryEntry[],
  max = historyMax,
): History {
  if (incoming.length === 0) return history;
  const sorted = incoming.toSorted(compareEntries);
  const { entries } = history;
  const [first] = sorted;
  const from = first === undefined ? entries.length : placeOf(entries, first);
  // What would stand before all that gave way is as old as they are.
  if (from === 0 && history.dropped > 0 && entries.length > 0) {
    const [oldest] = entries;
    const kept = sorted.filter((one) => oldest !== undefined && compareEntries(one, oldest) >= 0);
    return kept.length === sorted.length
      ? merge(history, kept, 0, max)
      : extend(history, kept, max);
  }
  return merge(history, sorted, from, max);
}

/** The world after the first `count` entries. */
export function worldAt(history: History, count: number): World {
  if (count >= history.entries.length) return history.end;
  const full = Math.floor(count / block);
  const start = full === 0 ? history.base : (history.marks[full - 1] ?? history.base);
  return fold(start, history.entries.slice(full * block, count));
}

/** How many entries there are until a moment, that moment included. */
export function countUntil({ entries }: Pick<History, 'entries'>, ms: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.entry.at.wallMs ?? Infinity) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

function merge(
  history: History,
  sorted: readonly StoryEntry[],
  from: number,
  max: number,
): History {
  const tail = history.entries.slice(from);
  const merged =
    tail.length === 0 ? unique(sorted) : unique([...tail, ...sorted].sort(compareEntries));
  if (merged.length === tail.length) return history;
  const entries = history.entries.slice(0, from).concat(merged);
  return trimmed(refolded(history, entries, from), max);
}

/** Folds what stands at `from` or behind it: where nothing stood there before, on from the end. */
function refolded(before: History, entries: readonly StoryEntry[], from: number): History {
  const marks = before.marks.slice(0, Math.floor(from / block));
  const isAppended = from === before.entries.length;
  let world = isAppended ? before.end : (marks.at(-1) ?? before.base);
  let at = isAppended ? from : marks.length * block;
  while (at < entries.length) {
    const next = Math.min(at - (at % block) + block, entries.length);
    world = fold(world, entries.slice(at, next));
    if (next % block === 0) marks.push(world);
    at = next;
  }
  return { ...before, entries, marks, end: world };
}

function trimmed(history: History, max: number): History {
  const over = history.entries.length - max;
  if (over < Math.max(block, max / 10)) return history;
  const blocks = Math.floor(over / block);
  return {
    ...history,
    base: history.marks[blocks - 1] ?? history.base,
    entries: history.entries.slice(blocks * block),
    marks: history.marks.slice(blocks),
    dropped: history.dropped + blocks * block,
  };
}

/** Position of the first entry that does not stand before this one. */
function placeOf(entries: readonly StoryEntry[], one: StoryEntry): number {
  const last = entries.at(-1);
  if (last === undefined || compareEntries(last, one) < 0) return entries.length;
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = entries[middle];
    if (other !== undefined && compareEntries(other, one) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function unique(sorted: readonly StoryEntry[]): StoryEntry[] {
  return sorted.filter((one, index) => {
    const before = sorted[index - 1];
    return before === undefined || compareEntries(before, one) !== 0;
  });
}

function writerOf(entry: StoryEntry): string {
  return entry.peer ?? entry.name ?? '';
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
