/** What `bzzz top` knows, and how it changes: by the stream of events, and by keys. */
import {
  type PeerAnswer,
  type StatusAnswer,
  type StoryEntry,
  type StreamEvent,
  type TaskAnswer,
  taskPlace,
} from '@bzzz/protocol/api';

export interface TopState {
  readonly status: StatusAnswer | null;
  readonly peers: readonly PeerAnswer[];
  readonly tasks: readonly TaskAnswer[];
  /** The newest entries of all journals, oldest first. */
  readonly log: readonly StoryEntry[];
  /** Whole name of the task that the keys act on. */
  readonly selected: string | null;
  /** Lines that are shown instead of the log until they are put away. */
  readonly answer: readonly string[] | null;
  /** What the last key did, or is about to do once it is confirmed. */
  readonly note: string;
}

const logMax = 200;

export const blankState: TopState = {
  status: null,
  peers: [],
  tasks: [],
  log: [],
  selected: null,
  answer: null,
  note: '',
};

export function take(state: TopState, event: StreamEvent): TopState {
  switch (event.type) {
    case 'status':
      return { ...state, status: event.status };
    case 'peers':
      return { ...state, peers: event.peers };
    case 'tasks': {
      const tasks = event.tasks.toSorted(byInterest);
      const stays = tasks.some(({ task }) => task === state.selected);
      return { ...state, tasks, selected: stays ? state.selected : (tasks[0]?.task ?? null) };
    }
    case 'entry':
      return { ...state, log: [...state.log, event.entry].slice(-logMax) };
    case 'health':
    case 'held':
      return state;
    case 'reset':
      return { ...state, log: [] };
  }
}

/** The next task, or the one before. */
export function move(state: TopState, by: 1 | -1): TopState {
  const at = state.tasks.findIndex(({ task }) => task === state.selected);
  const next = state.tasks[Math.min(state.tasks.length - 1, Math.max(0, at + by))];
  return { ...state, selected: next?.task ?? null };
}

const interest = [
  'running',
  'helping',
  'publishing',
  'verifying',
  'claimed',
  'open',
  'failed',
  'with people',
];

/** What goes on first, then what waits, then what is over; the newest issue first. */
function byInterest(a: TaskAnswer, b: TaskAnswer): number {
  const rank = (task: TaskAnswer) => {
    const at = interest.indexOf(taskPlace(task));
    return at === -1 ? interest.length : at;
  };
  return rank(a) - rank(b) || b.task.localeCompare(a.task, 'en', { numeric: true });
}
