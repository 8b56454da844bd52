import type { JournalEntry, JournalKey } from '@bzzz/protocol';

export interface StoredEntry {
  /** Position among all entries of this journal, from 0. */
  readonly seq: number;
  readonly entry: JournalEntry;
}

/** Somebody's log, as far as it is here. */
export interface JournalLog {
  readonly key: JournalKey;
  /** Position after the last entry that is here; of the own journal, of the last durable one. */
  length(): number;
  /** Position of the first entry that is here; absent: all are, from 0. */
  start?(): number;
  /**
   * The entries from `from` on, oldest first. Blocks of unknown kinds are skipped. Throws `aborted`,
   * `stopped`, and `journal_corrupt` when the log cannot be read or its writer signed two histories.
   */
  read(options?: { from?: number; signal?: AbortSignal }): AsyncIterable<StoredEntry>;
}

/** The peer's own append-only log. */
export interface Journal extends JournalLog {
  /** Where the log stands, as whoever replicates it can check: blocks, and the root of their tree in hex. */
  head(): {
    readonly length: number;
    readonly fork: number;
    readonly treeHash: string;
    /** Over the hashes of its roots alone. */
    readonly rootsHash: string;
  };
  /**
   * Resolves with the position when the entry is on disk and survives a power cut. Entries of one
   * caller keep their order; callers of one tick share a block.
   * Throws `journal_write_failed`; then nothing later is accepted either, since a gap must not form.
   * Throws without a trace `message_invalid` (the entry does not fit its schema), `journal_backlog`
   * (the disk takes less than is appended) and `stopped` (the journal is closed).
   */
  append(entry: JournalEntry): Promise<number>;
}
