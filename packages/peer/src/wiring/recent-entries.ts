/**
 * Events of the entries that came to be known last, read out of the index once for all who watch: readers stand
 * close to each other, mostly at the newest. Whoever is further behind reads for itself.
 */
import type { StreamEvent } from '@bzzz/protocol/api';
import type { History, Positioned } from './history.ts';

type EntryEvent = Extract<StreamEvent, { type: 'entry' }>;

interface EntryNews {
  readonly id: number;
  readonly event: EntryEvent;
}

export interface RecentEntries {
  /** So many at most that came to be known after that one. The events are shared: nobody may change them. */
  since(afterId: number, limit: number): readonly EntryNews[];
}

/** So many are kept. More: memory; fewer: slow readers read for themselves sooner. */
const keptMax = 1_000;

export function createRecentEntries(history: Pick<History, 'since' | 'position'>): RecentEntries {
  let generation = '';
  /** All that are known after `from`, as far as they have been read: to the last of these. */
  let kept: EntryNews[] = [];
  let from = 0;

  function read(afterId: number, limit: number): EntryNews[] {
    return history.since(afterId, limit).map((one) => newsOf(one, generation));
  }

  const endOfKept = () => kept.at(-1)?.id ?? from;

  /** What comes after all that is kept. */
  function readOn(limit: number): EntryNews[] {
    const news = read(endOfKept(), limit);
    // Whose they are is not known yet, and may be when somebody else asks.
    if (news.some(({ event }) => event.entry.peer === null)) return news;
    kept.push(...news);
    const dropped = kept.splice(0, kept.length - keptMax).at(-1);
    from = dropped?.id ?? from;
    return news;
  }

  function beginAt(id: number): void {
    kept = [];
    from = id;
  }

  return {
    since(afterId, limit) {
      const [current = '', lastId] = history.position().split('.');
      if (current !== generation) {
        generation = current;
        beginAt(afterId);
      }
      if (afterId < from) return read(afterId, limit);
      if (afterId > endOfKept()) beginAt(afterId);
      const start = placeAfter(kept, afterId);
      const here = kept.slice(start, start + limit);
      // Fewer than asked for are the end of all that is known, not only of what is kept.
      const isAll = here.length === limit || Number(lastId) <= endOfKept();
      return isAll ? here : [...here, ...readOn(limit - here.length)];
    },
  };
}

/** An entry as whoever watches is told of it. */
export function newsOf({ id, entry }: Positioned, generation: string): EntryNews {
  return { id, event: { type: 'entry', position: `${generation}.${id}`, entry } };
}

/** Where the first stands whose number is higher. */
function placeAfter(news: readonly EntryNews[], id: number): number {
  let low = 0;
  let high = news.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((news[middle]?.id ?? 0) <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
