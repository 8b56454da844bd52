/** All that the page knows of its peer: a pure fold over what the stream of events says. */
import type {
  HealthAnswer,
  PeerAnswer,
  StatusAnswer,
  StreamEvent,
  TaskAnswer,
} from '@bzzz/protocol/api';
import type { StoryEntry } from '@bzzz/protocol/api';
import { believed } from './believed.ts';
import { earlierOf, reachedBy } from './earlier.ts';
import { extend, type History, noHistory } from './history.ts';

/** How a peer was doing, each time that we were told. */
interface LoadSample {
  readonly atMs: number;
  /** By peer id. */
  readonly load: ReadonlyMap<string, number>;
}

export interface LiveState {
  readonly status: StatusAnswer | null;
  /** By the page's clock. */
  readonly statusAtMs: number;
  readonly peers: readonly PeerAnswer[] | null;
  readonly tasks: readonly TaskAnswer[] | null;
  readonly health: HealthAnswer | null;
  readonly history: History;
  /** How many entries of all journals the peer has; null: it did not say yet. */
  readonly held: number | null;
  /** All entries of this time and later were told; 0: all. */
  readonly sinceMs: number | null;
  /** Of the last entry: where a broken stream goes on. */
  readonly position: string | null;
  /** The newest last. */
  readonly loads: readonly LoadSample[];
  /** Events since the page was opened. */
  readonly events: number;
}

export const nothingKnown: LiveState = {
  status: null,
  statusAtMs: 0,
  peers: null,
  tasks: null,
  health: null,
  history: noHistory,
  held: null,
  sinceMs: null,
  position: null,
  loads: [],
  events: 0,
};

const samplesMax = 120;

/** What came since the last call, taken in together: a burst costs one new state. */
export function reduce(state: LiveState, events: readonly StreamEvent[], nowMs: number): LiveState {
  let next = state;
  let entries: StoryEntry[] = [];
  let { position } = state;
  for (const event of events) {
    switch (event.type) {
      case 'entry':
        entries.push(believed(event.entry));
        ({ position } = event);
        break;
      case 'reset':
        entries = [];
        ({ position } = event);
        next = { ...next, history: noHistory, held: null, sinceMs: null };
        break;
      case 'held':
        next = { ...next, held: event.entries, sinceMs: event.sinceMs ?? next.sinceMs };
        break;
      case 'status':
        next = { ...next, status: event.status, statusAtMs: nowMs };
        break;
      case 'peers':
        next = { ...next, peers: event.peers, loads: sampled(next, event.peers, nowMs) };
        break;
      case 'tasks':
        next = { ...next, tasks: event.tasks };
        break;
      case 'health':
        next = { ...next, health: event };
        break;
    }
  }
  const history = extend(next.history, entries);
  return { ...next, history, position, events: next.events + events.length };
}

/** Entries of before a moment, asked for later. What was asked before a reset is of no use after it. */
export interface Older {
  readonly untilMs: number;
  readonly entries: readonly StoryEntry[];
}

export function withOlder(state: LiveState, { untilMs, entries }: Older): LiveState {
  const earlier = earlierOf(state);
  if (earlier.kind !== 'more' || earlier.untilMs !== untilMs) return state;
  const older = entries.map(believed);
  return {
    ...state,
    history: extend(state.history, older),
    sinceMs: reachedBy(older, untilMs),
  };
}

function sampled(state: LiveState, peers: readonly PeerAnswer[], atMs: number): LoadSample[] {
  const load = new Map(peers.map((peer) => [peer.id, peer.load]));
  return [...state.loads.slice(1 - samplesMax), { atMs, load }];
}
