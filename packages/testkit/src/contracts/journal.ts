import type { Journal, StoredEntry } from '@bzzz/coordination';
import { BzzzError, isBzzzError, JournalEntry } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** One journal and the disk that it stands on. */
export interface JournalSubject {
  /** Opens the journal, new or as it was left. Not called while it is open. */
  open(): Promise<Journal>;
  /** Ends it in order. */
  close(): Promise<void>;
  /** Lets every write from now on fail, as a full disk does. Undone by `close`. */
  breakDisk(): void;
  /** Closes what is open and removes everything. */
  dispose(): Promise<void>;
}

/** What every `Journal` must do. `makeSubject` hands out a new, empty one each time. */
export function describeJournalContract(
  name: string,
  makeSubject: () => Promise<JournalSubject>,
): void {
  describe(`journal contract: ${name}`, () => {
    let subject: JournalSubject;
    let journal: Journal;

    beforeEach(async () => {
      subject = await makeSubject();
      journal = await subject.open();
    });
    afterEach(async () => {
      await subject.dispose();
    });

    async function reopen(): Promise<void> {
      await subject.close();
      journal = await subject.open();
    }

    it('is empty at first', async () => {
      expect(journal.length()).toBe(0);
      expect(await collect(journal.read())).toEqual([]);
      expect(journal.key).toMatch(/^[0-9a-f]{64}$/);
    });

    it('answers an append with the position of the entry', async () => {
      expect(await journal.append(entryOf(0))).toBe(0);
      expect(await journal.append(entryOf(1))).toBe(1);
      expect(journal.length()).toBe(2);
    });

    it('gives back what was appended, in order', async () => {
      for (let index = 0; index < 5; index += 1) await journal.append(entryOf(index));
      expect(await collect(journal.read())).toEqual(storedEntries(0, 5));
    });

    it('counts an entry when its append has resolved, not before', async () => {
      const appended = journal.append(entryOf(0));
      expect(journal.length()).toBe(0);
      await appended;
      expect(journal.length()).toBe(1);
    });

    it('keeps the order of entries that are appended without waiting', async () => {
      const positions = await Promise.all(
        Array.from({ length: 1200 }, (_, index) => journal.append(entryOf(index))),
      );
      expect(positions).toEqual(Array.from({ length: 1200 }, (_, index) => index));
      expect(await collect(journal.read())).toEqual(storedEntries(0, 1200));
    });

    it('takes appends of several callers at once, each in its own order', async () => {
      const callers = Array.from({ length: 8 }, async (_, caller) => {
        const positions: number[] = [];
        for (let index = 0; index < 10; index += 1) {
          positions.push(await journal.append(entryOf(caller * 100 + index)));
        }
        return positions;
      });
      const positions = await Promise.all(callers);
      expect(positions.flat().sort((a, b) => a - b)).toEqual(
        Array.from({ length: 80 }, (_, index) => index),
      );
      for (const own of positions) expect(own).toEqual([...own].sort((a, b) => a - b));
    });

    it('reads from any position on', async () => {
      await Promise.all(Array.from({ length: 30 }, (_, index) => journal.append(entryOf(index))));
      for (let index = 30; index < 35; index += 1) await journal.append(entryOf(index));
      for (const from of [0, 1, 29, 30, 31, 34]) {
        expect(await collect(journal.read({ from }))).toEqual(storedEntries(from, 35));
      }
      expect(await collect(journal.read({ from: 35 }))).toEqual([]);
      expect(await collect(journal.read({ from: 1000 }))).toEqual([]);
    });

    it('can be left in the middle of reading', async () => {
      await Promise.all(Array.from({ length: 10 }, (_, index) => journal.append(entryOf(index))));
      for await (const { seq } of journal.read()) if (seq === 3) break;
      expect(await journal.append(entryOf(10))).toBe(10);
    });

    it('stops reading when it is told to', async () => {
      await journal.append(entryOf(0));
      const reading = collect(journal.read({ signal: AbortSignal.abort() }));
      expect(await codeOf(reading)).toBe('aborted');
    });

    it('is the same journal when it is opened again', async () => {
      const { key } = journal;
      for (let index = 0; index < 3; index += 1) await journal.append(entryOf(index));
      await reopen();
      expect(journal.key).toBe(key);
      expect(journal.length()).toBe(3);
      expect(await journal.append(entryOf(3))).toBe(3);
      await reopen();
      expect(await collect(journal.read())).toEqual(storedEntries(0, 4));
    });

    it('finishes appends that run when it is closed', async () => {
      const appends = Array.from({ length: 20 }, (_, index) => journal.append(entryOf(index)));
      await reopen();
      expect(await Promise.all(appends)).toHaveLength(20);
      expect(journal.length()).toBe(20);
    });

    it('refuses an entry that does not fit the schema, and goes on', async () => {
      // A defect of a caller that the compiler would stop; the journal must not store it.
      const wrong = { ...entryOf(0), body: { kind: 'never.heard.of' } } as unknown as JournalEntry;
      expect(await codeOf(journal.append(wrong))).toBe('message_invalid');
      expect(await journal.append(entryOf(0))).toBe(0);
    });

    it('accepts nothing any more once a write failed, so that no gap forms', async () => {
      await journal.append(entryOf(0));
      subject.breakDisk();
      const failing = [journal.append(entryOf(1)), journal.append(entryOf(2))];
      for (const one of failing) expect(await codeOf(one)).toBe('journal_write_failed');
      expect(await codeOf(journal.append(entryOf(3)))).toBe('journal_write_failed');
      expect(journal.length()).toBe(1);
      expect(await collect(journal.read())).toEqual(storedEntries(0, 1));
    });
  });
}

/** A valid entry that differs from every other one. */
export function entryOf(index: number): JournalEntry {
  return JournalEntry.parse({
    v: 1,
    at: { wallMs: 1_700_000_000_000 + index, counter: index % 7 },
    body: { kind: 'trouble', code: `test_${index}`, reason: `entry number ${index}` },
  });
}

/** What reading entries `from` to `end` of `entryOf` gives. */
export function storedEntries(from: number, end: number): StoredEntry[] {
  return Array.from({ length: end - from }, (_, offset) => ({
    seq: from + offset,
    entry: entryOf(from + offset),
  }));
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (isBzzzError(error)) return error.code;
  throw error instanceof BzzzError ? error : new Error('not a coded error', { cause: error });
}
