import type { JournalLog } from '@bzzz/coordination';
import type { JournalEntry, JournalKey, TaskId } from '@bzzz/protocol';

/** What is asked for; what is left out does not matter. */
export interface HistoryFilter {
  readonly logs?: readonly JournalKey[] | undefined;
  readonly task?: TaskId | undefined;
  readonly kinds?: readonly string[] | undefined;
  /** Wall time of the entry, as its writer's clock had it, unless that was far ahead. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** Words that an entry has, each whole or its beginning, in any order; case does not matter. */
  readonly text?: string | undefined;
  /** Only what came to be indexed after this entry. */
  readonly afterId?: number;
  /** So many of the newest. */
  readonly limit: number;
}

export interface IndexedEntry {
  /** Rises in the order in which entries came to be indexed here; of no meaning elsewhere. */
  readonly id: number;
  readonly log: JournalKey;
  readonly seq: number;
  /** The time by which it stands among others: its writer's, or when it came to be here. */
  readonly sortMs: number;
  /** Not 0: so far ahead of our clock was its writer's when it came, and it was not believed. */
  readonly aheadMs: number;
  readonly entry: JournalEntry;
}

export interface HistoryIndex {
  /**
   * Takes in what these logs have that is not here yet. A log that cannot be read, or whose writer
   * signed two histories, is left as it was and named. Throws `aborted`, `index_failed`.
   */
  update(
    logs: readonly JournalLog[],
    options?: { signal?: AbortSignal },
  ): Promise<{ readonly added: number; readonly unreadable: readonly JournalKey[] }>;
  /** The newest that fit, each after its cause, as far as both are among them. Throws `index_failed`. */
  query(filter: HistoryFilter): IndexedEntry[];
  /** So many at most that came to be indexed after that one, in the order in which they did. Throws `index_failed`. */
  since(afterId: number, limit: number): IndexedEntry[];
  /** Another one whenever the index was made anew, so that ids of before mean nothing. Throws `index_failed`. */
  generation(): string;
  /** How many entries there are. Throws `index_failed`. */
  count(): number;
  /** Of the entry that came to be indexed last; 0: there is none. Throws `index_failed`. */
  lastId(): number;
  /**
   * Forgets everything, after the updates that were asked for before: the next one reads all logs from their
   * beginning. Throws `index_failed`.
   */
  clear(): Promise<void>;
  /** Idempotent. */
  close(): void;
}
