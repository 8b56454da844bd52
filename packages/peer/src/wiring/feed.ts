/**
 * What whoever watches this peer is told: entries of all journals in the order in which they came to be known
 * here, each once, and how things stand whenever that has changed. Every reader goes on at its own pace: entries
 * wait in the index for it, and of how things stood only the latest look is kept. What several are told is the
 * same object for all of them.
 */
import type { Clock } from '@bzzz/coordination';
import type {
  EventsQuery,
  HealthAnswer,
  PeersAnswer,
  StatusAnswer,
  StreamEvent,
  TasksAnswer,
} from '@bzzz/protocol/api';
import type { z } from 'zod';
import { createBell } from './bell.ts';
import type { History } from './history.ts';
import { createOutlook, type Outlook } from './outlook.ts';
import { createRecentEntries } from './recent-entries.ts';

export interface FeedDeps {
  readonly clock: Clock;
  readonly history: Pick<History, 'since' | 'position' | 'lastId' | 'idAt' | 'onAdded' | 'find'>;
  readonly status: () => StatusAnswer;
  readonly peers: () => PeersAnswer;
  readonly tasks: () => TasksAnswer;
  readonly health: () => HealthAnswer;
}

export interface Feed {
  /** Until the signal; nobody may change an event. Throws `index_failed`. */
  events(query: z.output<typeof EventsQuery>, signal: AbortSignal): AsyncIterable<StreamEvent>;
}

/** Entries that are read at a time. */
const batchMax = 200;

export function createFeed(deps: FeedDeps): Feed {
  const { clock, history } = deps;
  const recent = createRecentEntries(history);
  const looks: readonly Outlook[] = [
    createOutlook(clock, () => ({ type: 'status', status: deps.status() })),
    createOutlook(clock, () => ({ type: 'peers', ...deps.peers() })),
    createOutlook(clock, () => ({ type: 'tasks', ...deps.tasks() })),
    createOutlook(clock, () => ({ type: 'health', ...deps.health() })),
  ];

  async function* events(
    { after, last }: z.output<typeof EventsQuery>,
    signal: AbortSignal,
  ): AsyncIterable<StreamEvent> {
    const bell = createBell(signal);
    const ends = [history.onAdded(bell.ring), ...looks.map((look) => look.watch(bell.ring))];
    const seen = new Map<Outlook, number>();
    try {
      // Brings the index up to date, so that the stream begins with what is known now.
      await history.find({ limit: 0 }, signal);
      const generation = history.position().split('.')[0] ?? '';
      const known = after === undefined ? undefined : history.idAt(after);
      if (after !== undefined && known === undefined) {
        yield { type: 'reset', position: history.position() };
      }
      let afterId = known ?? Math.max(0, history.lastId() - last);
      for (;;) {
        const rung = bell.next();
        for (const look of looks) {
          const { version, event } = look.current();
          if (seen.get(look) === version) continue;
          seen.set(look, version);
          yield event;
        }
        // Made anew under our feet: what was told may be told again under other numbers.
        if (!history.position().startsWith(`${generation}.`)) {
          yield { type: 'reset', position: history.position() };
          return;
        }
        const batch = recent.since(afterId, batchMax);
        for (const { id, event } of batch) {
          if (bell.isOver()) return;
          yield event;
          afterId = id;
        }
        if (bell.isOver()) return;
        if (batch.length < batchMax) await rung;
        if (bell.isOver()) return;
      }
    } finally {
      for (const end of ends) end();
      bell.close();
    }
  }

  return { events };
}
