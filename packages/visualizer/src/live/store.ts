/**
 * Holds the state, and takes events in by batches: at most one a frame, and as seldom as is needed for
 * taking in and drawing to leave most of the time to the rest of the page.
 */
import type { StreamEvent } from '@bzzz/protocol/api';
import { type LiveState, nothingKnown, type Older, reduce, withOlder } from './state.ts';

export interface Store {
  get(): LiveState;
  subscribe(listener: () => void): () => void;
  push(event: StreamEvent): void;
  addOlder(older: Older): void;
  /** Forgets everything, as at the end of a session. */
  clear(): void;
}

export interface StoreDeps {
  nowMs(): number;
  /** Calls back before the next frame, but not before so many milliseconds. */
  soon(call: () => void, afterMs: number): void;
}

/** A batch rests for so many times what it cost. */
const restShare = 14;
const restMsMax = 1_000;
/** A page that nobody draws does not pile up what it hears. */
const waitingMax = 100_000;

export function createStore({ nowMs, soon }: StoreDeps): Store {
  let state = nothingKnown;
  let waiting: StreamEvent[] = [];
  let asked = false;
  let costMs = 0;
  const listeners = new Set<() => void>();

  function set(next: LiveState): void {
    state = next;
    for (const listener of listeners) listener();
  }

  function flush(): void {
    asked = false;
    const batch = waiting;
    waiting = [];
    const beganMs = nowMs();
    set(reduce(state, batch, Date.now()));
    costMs = nowMs() - beganMs;
    // Whoever listens draws in a microtask that it asked for just now, which often costs more than taking in.
    queueMicrotask(() => {
      costMs = nowMs() - beganMs;
    });
  }

  function ask(): void {
    if (asked) return;
    asked = true;
    soon(flush, Math.min(restMsMax, costMs * restShare));
  }

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    push(event) {
      waiting.push(event);
      if (waiting.length > waitingMax) flush();
      ask();
    },
    addOlder: (older) => set(withOlder(state, older)),
    clear() {
      waiting = [];
      set(nothingKnown);
    },
  };
}
