/**
 * What whoever watches this peer is told: entries of all journals in the order in which they came to be known
 * here, each once, and how things stand whenever that has changed. Every reader goes on at its own pace: entries
 * wait in the index for it, and of how things stood only the latest look is kept. What several are told is the
 * same object for all of them.
 */
import type { Clock } from '@bzzz/coordination';
import type { EventsQuery, StreamEvent } from '@bzzz/protocol/api';
import type { z } from 'zod';
import { createBell } from './bell.ts';
import type { History, Positioned } from './history.ts';
import { createOutlook, type Outlook } from './outlook.ts';
import { createRecentEntries, newsOf } from './recent-entries.ts';

export interface FeedDeps {
  readonly clock: Clock;
  readonly history: Pick<
    History,
    'since' | 'newest' | 'count' | 'position' | 'lastId' | 'idAt' | 'onAdded' | 'find'
  >;
  /** Ways in which things stand, each made anew while somebody watches. */
  readonly looks: readonly (() => StreamEvent)[];
}

export interface Feed {
  /** Until the signal; nobody may change an event. Throws `index_failed`. */
  events(query: z.output<typeof EventsQuery>, signal: AbortSignal): AsyncIterable<StreamEvent>;
}

/** Entries that are read at a time. */
const batchMax = 200;

type HeldEvent = Extract<StreamEvent, { type: 'held' }>;

/** How far one who watches is. */
interface Place {
  readonly generation: string;
  afterId: number;
  /** What comes first: the newest of what was here when it began. */
  first: Begin | null;
}

interface Begin {
  readonly entries: readonly Positioned[];
  /** All that are here of this time or later are among them; undefined: nobody asked for any. */
  readonly sinceMs: number | undefined;
}

export function createFeed({ clock, history, looks: ways }: FeedDeps): Feed {
  const recent = createRecentEntries(history);
  const looks: readonly Outlook[] = ways.map((make) => createOutlook(clock, make));
  let heldNow: HeldEvent = { type: 'held', entries: 0 };

  async function* events(
    { after, last }: z.output<typeof EventsQuery>,
    signal: AbortSignal,
  ): AsyncIterable<StreamEvent> {
    const bell = createBell(signal);
    const ends = [history.onAdded(bell.ring), ...looks.map((look) => look.watch(bell.ring))];
    const seen = new Map<Outlook, number>();
    let held = -1;
    try {
      // Brings the index up to date, so that the stream begins with what is known now.
      await history.find({ limit: 0 }, signal);
      const known = after === undefined ? undefined : placeAt(after);
      let place = known ?? beginning(last);
      if (after !== undefined && known === undefined) yield resetTo(place);
      for (;;) {
        const rung = bell.next();
        for (const look of looks) {
          const { version, event } = look.current();
          if (seen.get(look) === version) continue;
          seen.set(look, version);
          yield event;
        }
        // Made anew under our feet: what was told is told again under other numbers.
        if (place.generation !== generationNow()) {
          place = beginning(last);
          held = -1;
          yield resetTo(place);
        }
        const { first, generation } = place;
        const batch =
          first === null
            ? recent.since(place.afterId, batchMax)
            : first.entries.map((one) => newsOf(one, generation));
        if (held !== history.count()) {
          held = history.count();
          if (heldNow.entries !== held) heldNow = { type: 'held', entries: held };
          const sinceMs = first?.sinceMs;
          yield sinceMs === undefined ? heldNow : { ...heldNow, sinceMs };
        }
        place.first = null;
        for (const { id, event } of batch) {
          if (bell.isOver()) return;
          yield event;
          if (first === null) place.afterId = id;
        }
        if (bell.isOver()) return;
        if (first === null && batch.length < batchMax) await rung;
        if (bell.isOver()) return;
      }
    } finally {
      for (const end of ends) end();
      bell.close();
    }
  }

  const generationNow = () => history.position().split('.')[0] ?? '';

  function placeAt(position: string): Place | undefined {
    const afterId = history.idAt(position);
    return afterId === undefined
      ? undefined
      : { generation: generationNow(), afterId, first: null };
  }

  /**
   * The newest by their time, and from there whatever comes to be known. Not the last that came to be known: an
   * index takes in one journal after the other, so these may be of one journal only.
   */
  function beginning(last: number): Place {
    const entries = history.newest(last);
    const isAll = entries.length === history.count();
    const first = { entries, sinceMs: isAll ? 0 : last === 0 ? undefined : sinceOf(entries) };
    return { generation: generationNow(), afterId: history.lastId(), first };
  }

  return { events };
}

/** Of the oldest moment itself some may be missing. */
function sinceOf(entries: readonly Positioned[]): number {
  const times = entries.map(({ entry }) => entry.entry.at.wallMs - entry.aheadMs);
  return Math.min(...times) + 1;
}

/**
 * Entries come in the order in which they came to be known also where the newest are told first, and a reset
 * stands before the first of them: so whoever is cut off goes on from any position and misses nothing, though he
 * may be told older ones too.
 */
function resetTo({ generation, afterId, first }: Place): StreamEvent {
  const before = (first?.entries[0]?.id ?? afterId + 1) - 1;
  return { type: 'reset', position: `${generation}.${before}` };
}
