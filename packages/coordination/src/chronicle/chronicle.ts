/**
 * The writing side of the journal: stamps each entry with the hybrid clock and with its cause, and
 * tells listeners what became durable. Nothing else in a peer appends.
 *
 * A thread is what a task or a member has gone through, as far as we know. The cause of an entry is
 * what came last in its thread before it: an entry of ours, or one of another peer that told us so.
 */
import {
  type Cause,
  type EntryBody,
  type Hlc,
  hlcHear,
  hlcTick,
  hlcZero,
  type PeerId,
  type TaskId,
} from '@bzzz/protocol';
import type { Clock, Journal, StoredEntry } from '../ports/index.ts';

type Thread = TaskId | PeerId;

/** What another peer said, and where its journal stood then. */
interface Heard {
  readonly thread: Thread;
  readonly peer: PeerId;
  readonly seq: number;
  readonly at: Hlc;
}

export interface Chronicle {
  /** Resolves with the position when the entry is durable. */
  record(body: EntryBody): Promise<number>;
  /**
   * What follows in that thread follows from what was heard. Our clock moves past it, unless the
   * other one runs far ahead.
   */
  hear(heard: Heard): void;
  /** Moves our clock past the last entry of an earlier run, however our wall clock stands. */
  resume(at: Hlc): void;
  /** The last durable entry, as others may cite it. */
  position(): { readonly seq: number; readonly at: Hlc };
  onEntry(listener: (stored: StoredEntry) => void): () => void;
}

export interface ChronicleDeps {
  readonly self: PeerId;
  readonly clock: Clock;
  readonly journal: Journal;
}

/** How far another peer's clock may run ahead and still pull ours along. */
const skewMsMax = 60_000;
/** Threads beyond this are forgotten, the longest quiet first: their next entry names no cause. */
const threadsMax = 10_000;

export function createChronicle({ self, clock, journal }: ChronicleDeps): Chronicle {
  const listeners = new Set<(stored: StoredEntry) => void>();
  const threads = new Map<Thread, Cause>();
  let last = hlcZero;
  let durable = { seq: 0, at: hlcZero };

  function follow(thread: Thread, cause: Cause): void {
    threads.delete(thread);
    threads.set(thread, cause);
    const [oldest] = threads.keys();
    if (threads.size > threadsMax && oldest !== undefined) threads.delete(oldest);
  }

  return {
    async record(body) {
      last = hlcTick(last, Math.floor(clock.wallMs()));
      const thread = threadOf(body);
      const cause = thread && threads.get(thread);
      const entry = { v: 1 as const, at: last, body, ...(cause === undefined ? {} : { cause }) };
      const seq = await journal.append(entry);
      if (thread !== undefined) follow(thread, { peer: self, seq });
      if (seq >= durable.seq) durable = { seq, at: entry.at };
      for (const listener of listeners) listener({ seq, entry });
      return seq;
    },
    hear({ thread, peer, seq, at }) {
      last = hlcHear(last, at, Math.floor(clock.wallMs()), skewMsMax);
      follow(thread, { peer, seq });
    },
    resume(at) {
      last = at;
    },
    position: () => durable,
    onEntry(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function threadOf(body: EntryBody): Thread | undefined {
  if (body.kind === 'fence.intended') return body.intent.record.task;
  if ('task' in body) return body.task;
  return 'peer' in body ? body.peer : undefined;
}
