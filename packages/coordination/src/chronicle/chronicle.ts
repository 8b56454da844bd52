/**
 * The writing side of the journal: stamps each entry with the hybrid clock, and tells listeners
 * what became durable. Nothing else in a peer appends.
 */
import { type EntryBody, type Hlc, hlcHear, hlcTick, hlcZero, type PeerId } from '@bzzz/protocol';
import type { Clock, Journal, StoredEntry } from '../ports/index.ts';

interface Cause {
  readonly peer: PeerId;
  readonly seq: number;
}

export interface Chronicle {
  /** Resolves with the position when the entry is durable. */
  record(body: EntryBody, cause?: Cause): Promise<number>;
  /** Moves our clock past a time heard from another peer, unless that one runs far ahead. */
  hear(at: Hlc): void;
  /** Moves our clock past the last entry of an earlier run, however our wall clock stands. */
  resume(at: Hlc): void;
  /** The last durable entry, as others may cite it. */
  position(): { readonly seq: number; readonly at: Hlc };
  onEntry(listener: (stored: StoredEntry) => void): () => void;
}

/** How far another peer's clock may run ahead and still pull ours along. */
const skewMsMax = 60_000;

export function createChronicle(deps: { clock: Clock; journal: Journal }): Chronicle {
  const { clock, journal } = deps;
  const listeners = new Set<(stored: StoredEntry) => void>();
  let last = hlcZero;
  let durable = { seq: 0, at: hlcZero };
  return {
    async record(body, cause) {
      last = hlcTick(last, Math.floor(clock.wallMs()));
      const entry = { v: 1 as const, at: last, body, ...(cause === undefined ? {} : { cause }) };
      const seq = await journal.append(entry);
      if (seq >= durable.seq) durable = { seq, at: entry.at };
      for (const listener of listeners) listener({ seq, entry });
      return seq;
    },
    hear(at) {
      last = hlcHear(last, at, clock.wallMs(), skewMsMax);
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
