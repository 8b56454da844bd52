import { BzzzError, type EntryKind, JournalKey, journalEntryCodec } from '@bzzz/protocol';
import type { EntryBody, JournalEntry } from '@bzzz/protocol';
import type { Journal } from '../../src/index.ts';

export interface MemoryJournal extends Journal {
  bodies(): readonly EntryBody[];
  /** Entries of one kind, oldest first. */
  of<K extends EntryKind>(kind: K): readonly Extract<EntryBody, { kind: K }>[];
  kinds(): readonly EntryKind[];
  /** Nothing can be written from now on. */
  fill(): void;
}

/** Durable at once, and for as long as the test holds it. */
export function createMemoryJournal(letter = 'a'): MemoryJournal {
  const entries: JournalEntry[] = [];
  let full = false;
  const bodies = () => entries.map(({ body }) => body);
  return {
    key: JournalKey.parse(letter.repeat(64)),
    length: () => entries.length,
    head: () => ({
      length: entries.length,
      fork: 0,
      treeHash: 'a'.repeat(64),
      rootsHash: 'a'.repeat(64),
    }),
    bodies,
    kinds: () => bodies().map(({ kind }) => kind),
    of<K extends EntryKind>(kind: K) {
      const isOf = (body: EntryBody): body is Extract<EntryBody, { kind: K }> => body.kind === kind;
      return bodies().filter(isOf);
    },
    fill() {
      full = true;
    },
    async append(entry) {
      // Through the codec, as on a disk: what does not fit is found here too.
      const stored = journalEntryCodec.decode(journalEntryCodec.encode(entry));
      if (full) throw new BzzzError('journal_write_failed', 'no space left');
      return entries.push(stored) - 1;
    },
    async *read({ from = 0, signal } = {}) {
      for (const [seq, entry] of entries.entries()) {
        if (signal?.aborted === true) throw new BzzzError('aborted', 'aborted');
        if (seq >= from) yield { seq, entry };
      }
    },
  };
}
