/** What is asked of the index, as SQL. */
import type { DatabaseSync } from 'node:sqlite';
import { causalOrder, journalEntryCodec, JournalKey, type PeerId } from '@bzzz/protocol';
import { z } from 'zod';
import type { HistoryFilter, IndexedEntry } from './interface.ts';
import { matchOf } from './words.ts';

const Row = z.object({
  id: z.number(),
  log: JournalKey,
  seq: z.number(),
  sortMs: z.number(),
  aheadMs: z.number(),
  entry: z.instanceof(Uint8Array),
});

interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

const hasWords = 'id IN (SELECT rowid FROM words WHERE words MATCH ?)';

function oneOf(column: 'log' | 'kind', values: readonly string[]): Condition {
  return { sql: `${column} IN (${values.map(() => '?').join(', ')})`, values };
}

/** The newest that fit, newest first. */
export function find(db: DatabaseSync, filter: HistoryFilter): IndexedEntry[] {
  const { logs, task, kinds, sinceMs, untilMs, text, afterId, limit } = filter;
  const match = text === undefined ? undefined : matchOf(text);
  const conditions: Condition[] = [
    ...(logs === undefined ? [] : [oneOf('log', logs)]),
    ...(kinds === undefined ? [] : [oneOf('kind', kinds)]),
    ...(task === undefined ? [] : [{ sql: 'task = ?', values: [task] }]),
    ...(sinceMs === undefined ? [] : [{ sql: 'sortMs >= ?', values: [sinceMs] }]),
    ...(untilMs === undefined ? [] : [{ sql: 'sortMs < ?', values: [untilMs] }]),
    ...(afterId === undefined ? [] : [{ sql: 'id > ?', values: [afterId] }]),
    ...(match === undefined ? [] : [{ sql: hasWords, values: [match] }]),
  ];
  const where = conditions.map(({ sql }) => sql).join(' AND ') || 'true';
  const values = conditions.flatMap((one) => one.values);
  const rows = db
    .prepare(
      `SELECT id, log, seq, sortMs, aheadMs, entry FROM entries WHERE ${where}
       ORDER BY sortMs DESC, counter DESC, id DESC LIMIT ?`,
    )
    .all(...values, limit);
  return rows.map(entryOf);
}

/** The first that came to be indexed after that one. */
export function findSince(db: DatabaseSync, afterId: number, limit: number): IndexedEntry[] {
  return db
    .prepare(
      'SELECT id, log, seq, sortMs, aheadMs, entry FROM entries WHERE id > ? ORDER BY id LIMIT ?',
    )
    .all(afterId, limit)
    .map(entryOf);
}

function entryOf(row: unknown): IndexedEntry {
  const { entry, ...head } = Row.parse(row);
  return { ...head, entry: journalEntryCodec.decode(entry) };
}

/** Each after its cause, as far as both are among them. */
export function inOrder(
  found: readonly IndexedEntry[],
  writerOf: (log: JournalKey) => PeerId | undefined,
): IndexedEntry[] {
  const bySeq = found.toSorted((a, b) => a.seq - b.seq);
  const entries = bySeq.map((one) => {
    const { at: told, cause } = one.entry;
    const at = { wallMs: one.sortMs, counter: told.counter };
    return { log: writerOf(one.log) ?? one.log, seq: one.seq, at, cause, one };
  });
  return causalOrder(entries).map(({ one }) => one);
}
