/**
 * What all the journals here tell, found through the index: one story with whose word each entry is.
 * Nobody depends on it: it is brought up to date when somebody asks, and made anew when it is of no use.
 */
import type { Clock, JournalLog, MemberView } from '@bzzz/coordination';
import { type HistoryFilter, type IndexedEntry, openHistoryIndex } from '@bzzz/index';
import { type JournalKey, reasonOf } from '@bzzz/protocol';
import type { StoryEntry } from '@bzzz/protocol/api';
import type { Logger } from '../logger.ts';
import { createBell } from './bell.ts';
import { plainEntry } from '../status/plain-entry.ts';

export interface HistoryDeps {
  readonly clock: Clock;
  readonly journals: { readonly own: JournalLog; replicas(): readonly JournalLog[] };
  readonly members: () => readonly MemberView[];
  /** Journals that this peer wrote before it was restored. */
  readonly former: readonly JournalKey[];
  /** Journals that are not read any further, since their writers are in quarantine. */
  readonly setAside: () => ReadonlySet<JournalKey>;
  readonly logger: Logger;
}

type Asked = Omit<HistoryFilter, 'afterId'>;

/** An entry with where it stands among all that came to be known here. */
export interface Positioned {
  readonly id: number;
  readonly entry: StoryEntry;
}

export interface History {
  /** Journals that this peer wrote before it was restored. */
  readonly former: readonly JournalKey[];
  /** The newest that fit, oldest first. Throws `aborted`, `index_failed`. */
  find(asked: Asked, signal: AbortSignal): Promise<StoryEntry[]>;
  /** The same, of what is indexed already: the index is not brought up to date. Throws `index_failed`. */
  known(asked: Asked): StoryEntry[];
  /** Brings the index up to date. Throws `aborted`, `index_failed`. */
  refresh(signal: AbortSignal): Promise<void>;
  /** As `find`, then what comes to be here later, until the signal. */
  follow(asked: Asked, signal: AbortSignal): AsyncIterable<StoryEntry>;
  /** So many of the newest by their time, of what is known already, in the order in which they came to be known. */
  newest(limit: number): Positioned[];
  /** How many entries are known. */
  count(): number;
  /** So many at most that came to be known after that one, in the order in which they did. */
  since(afterId: number, limit: number): Positioned[];
  /** Of the entry that came to be known last, as text that says nothing elsewhere. */
  position(): string;
  lastId(): number;
  /** Undefined: the position is not of this index, which was made anew since. */
  idAt(position: string): number | undefined;
  /** Told when something came to be known. While anybody listens, it is looked for. */
  onAdded(listener: () => void): () => void;
  /** Reads all journals again; returns how many entries they have. */
  rebuild(signal: AbortSignal): Promise<number>;
  close(): void;
}

/** How soon whoever follows sees what arrived. A look at which nothing has come costs next to nothing. */
const lookMs = 50;
/** After so many of those it is looked all the same: a journal that was set aside may be read again. */
const looksIdleMax = 20;

/** Throws `index_failed`. */
export function openHistory(deps: HistoryDeps, { path }: { readonly path: string }): History {
  const { clock, journals, members, logger } = deps;
  const writers = () => {
    const known = members().map((one) => [one.capabilities.journal.key, one] as const);
    const self = members().find((one) => one.self);
    const ours = self === undefined ? [] : deps.former.map((key) => [key, self] as const);
    return new Map([...ours, ...known]);
  };
  const index = openHistoryIndex(
    { writerOf: (log) => writers().get(log)?.peer, nowMs: () => clock.wallMs() },
    { path, onReplaced: (reason) => logger.warn('the index is made anew', { reason }) },
  );
  const told = new Set<JournalKey>();
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  let cancelLook: (() => void) | undefined;
  let rungAt = '';
  /** How far all journals were when they were taken in last. */
  let takenAt = '';
  let looksIdle = 0;

  /** Whoever brings the index up to date: those who listen learn of it. */
  async function update(signal: AbortSignal): Promise<number> {
    try {
      return await takeIn(signal);
    } finally {
      if (!closing.signal.aborted && position() !== rungAt) {
        rungAt = position();
        for (const tell of listeners) tell();
      }
    }
  }

  const position = () => `${index.generation()}.${index.lastId()}`;

  const reach = () =>
    [journals.own, ...journals.replicas()]
      .map((log) => `${log.length()}-${log.start?.() ?? 0}`)
      .join();

  async function takeIn(signal: AbortSignal): Promise<number> {
    const reached = reach();
    const aside = deps.setAside();
    const others = journals.replicas().filter(({ key }) => !aside.has(key));
    const { added, unreadable } = await index.update([journals.own, ...others], { signal });
    for (const log of unreadable.filter((one) => !told.has(one))) {
      told.add(log);
      logger.warn('a journal cannot be read, and is missing in the history', { log });
    }
    takenAt = reached;
    looksIdle = 0;
    return added;
  }

  function storyEntries(found: readonly IndexedEntry[]): StoryEntry[] {
    const known = writers();
    return found.map(({ log, seq, aheadMs, entry }) => {
      const writer = known.get(log);
      return {
        peer: writer?.peer ?? null,
        name: writer?.name ?? null,
        seq,
        aheadMs,
        entry: plainEntry(entry),
      };
    });
  }

  function positioned(found: readonly IndexedEntry[]): Positioned[] {
    const entries = storyEntries(found);
    return found.flatMap(({ id }, at) => {
      const entry = entries[at];
      return entry === undefined ? [] : [{ id, entry }];
    });
  }

  async function look(): Promise<void> {
    try {
      looksIdle += 1;
      if (looksIdle > looksIdleMax || reach() !== takenAt) await update(closing.signal);
    } catch (error) {
      if (closing.signal.aborted) return;
      logger.warn('the index is not brought up to date', { reason: reasonOf(error) });
    }
    cancelLook = undefined;
    lookLater();
  }

  /** One look at a time, and none when nobody waits for it. */
  function lookLater(): void {
    if (cancelLook !== undefined || listeners.size === 0 || closing.signal.aborted) return;
    cancelLook = clock.after(lookMs, () => void look());
  }

  function onAdded(listener: () => void): () => void {
    listeners.add(listener);
    lookLater();
    return () => listeners.delete(listener);
  }

  return {
    former: deps.former,
    async find(asked, signal) {
      await update(signal);
      return storyEntries(index.query(asked));
    },
    known: (asked) => storyEntries(index.query(asked)),
    async refresh(signal) {
      await update(signal);
    },
    async *follow(asked, signal) {
      await update(signal);
      let afterId = index.lastId();
      let generation = index.generation();
      const bell = createBell(signal);
      const silence = onAdded(bell.ring);
      try {
        yield* storyEntries(index.query(asked));
        for (;;) {
          const rung = bell.next();
          const lastId = index.lastId();
          if (index.generation() !== generation) {
            // Made anew: ids of before mean nothing, and what it has was told.
            generation = index.generation();
            afterId = lastId;
          } else if (lastId > afterId) {
            yield* storyEntries(index.query({ ...asked, limit: followMax, afterId }));
            afterId = lastId;
          }
          await rung;
          if (signal.aborted) return;
        }
      } finally {
        silence();
        bell.close();
      }
    },
    newest: (limit) => positioned(index.query({ limit }).sort((a, b) => a.id - b.id)),
    count: () => index.count(),
    since: (afterId, limit) => positioned(index.since(afterId, limit)),
    position,
    lastId: () => index.lastId(),
    idAt(position) {
      const [generation, id, ...rest] = position.split('.');
      const known = generation === index.generation() && rest.length === 0;
      return known && /^\d{1,15}$/.test(id ?? '') ? Number(id) : undefined;
    },
    onAdded,
    async rebuild(signal) {
      await index.clear();
      return update(signal);
    },
    close() {
      closing.abort();
      cancelLook?.();
      index.close();
    },
  };
}

/** More than comes between two looks. */
const followMax = 100_000;
