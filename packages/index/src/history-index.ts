/**
 * All journals that are here, in one file that can be asked: by log, task, kind, time and words. The logs
 * are the truth; this only finds things in them, and is read from them again whenever it is thrown away.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { JournalLog, StoredEntry } from '@bzzz/coordination';
import {
  BzzzError,
  type EntryBody,
  isBzzzError,
  journalEntryCodec,
  type JournalKey,
  type PeerId,
  reasonOf,
  type TaskId,
} from '@bzzz/protocol';
import { find, findSince, inOrder } from './find.ts';
import type { HistoryIndex } from './interface.ts';
import { openDatabase, type OpenOptions } from './open.ts';
import { dropTables, makeTables } from './schema.ts';
import { wordsOf } from './words.ts';

export interface IndexDeps {
  /** Who writes a log, where that is known: causes name peers. */
  readonly writerOf: (log: JournalKey) => PeerId | undefined;
  /** The time at which entries come to be here: a writer's clock that is far ahead of it is not believed. */
  readonly nowMs: () => number;
}

/** As far as a peer's clock may run ahead and still pull others along (`chronicle`): no honest one is further. */
const skewMsMax = 60_000;
/** Entries that are put in at a time; between two such batches everything else has its turn. */
const batchMax = 500;

/** Throws `index_failed`. */
export function openHistoryIndex(
  { writerOf, nowMs }: IndexDeps,
  options: OpenOptions,
): HistoryIndex {
  const db = openDatabase(options);
  let closed = false;
  /** Asked for by every reader before every step. Undefined: it has to be looked for. */
  let known: { readonly generation: string; readonly lastId: number } | undefined;
  /** Kept as entries come, since SQLite counts row by row. Undefined: to be counted. */
  let counted: number | undefined;
  /** How far each log was read: asked for with every look, of every log. */
  const nexts = new Map<JournalKey, number>();
  /** What of each is forgotten. */
  const starts = new Map<JournalKey, number>();
  let updating: Promise<unknown> = Promise.resolve();

  async function updateAll(logs: readonly JournalLog[], signal: AbortSignal | undefined) {
    let added = 0;
    const unreadable: JournalKey[] = [];
    for (const log of logs) {
      try {
        added += await updateOne(log, signal);
      } catch (error) {
        if (!isBzzzError(error, 'journal_corrupt')) throw error;
        unreadable.push(log.key);
      }
    }
    return { added, unreadable };
  }

  async function updateOne(log: JournalLog, signal: AbortSignal | undefined): Promise<number> {
    let from = nexts.get(log.key) ?? asked(() => nextOf(db, log.key));
    // A log that is shorter than what was read of it is another one: its folder was put back or made anew.
    if (log.length() < from) {
      counted = undefined;
      changed(() => forget(db, log.key));
      from = 0;
    }
    const start = log.start?.() ?? 0;
    // What the log does not hold any more would be lost with the next rebuild anyway.
    if (start > (starts.get(log.key) ?? 0)) {
      counted = undefined;
      changed(() => forgetBefore(db, log.key, start));
    }
    starts.set(log.key, start);
    nexts.set(log.key, from);
    if (from === log.length()) return 0;
    let added = 0;
    let batch: StoredEntry[] = [];
    const flush = () => {
      changed(() => put(db, log.key, { batch, nowMs: Math.floor(nowMs()) }));
      added += batch.length;
      if (counted !== undefined) counted += batch.length;
      batch = [];
    };
    for await (const stored of log.read({ from, ...(signal === undefined ? {} : { signal }) })) {
      batch.push(stored);
      if (batch.length >= batchMax) flush();
    }
    if (batch.length > 0) flush();
    return added;
  }

  function now(): NonNullable<typeof known> {
    known ??= { generation: generationOf(db), lastId: lastIdOf(db) };
    return known;
  }

  function changed(work: () => void): void {
    known = undefined;
    nexts.clear();
    asked(work);
  }

  /** Runs what SQLite does, and names what it throws. */
  function asked<T>(work: () => T): T {
    if (closed) throw new BzzzError('stopped', 'the index is closed');
    try {
      return work();
    } catch (error) {
      if (isBzzzError(error)) throw error;
      throw new BzzzError('index_failed', `${options.path}: ${reasonOf(error)}`, { cause: error });
    }
  }

  /** One at a time, so that no entry is taken twice, and none is passed over where all were forgotten meanwhile. */
  function inTurn<T>(work: () => Promise<T> | T): Promise<T> {
    const pass = updating.then(work);
    updating = pass.catch(() => undefined);
    return pass;
  }

  return {
    update: (logs, { signal } = {}) => inTurn(() => updateAll(logs, signal)),
    query: (filter) => asked(() => inOrder(find(db, filter), writerOf)),
    since: (afterId, limit) => asked(() => findSince(db, afterId, limit)),
    generation: () => asked(now).generation,
    count: () => asked(() => (counted ??= countOf(db))),
    lastId: () => asked(now).lastId,
    clear: () =>
      inTurn(() => {
        counted = undefined;
        changed(() => {
          dropTables(db);
          makeTables(db);
        });
      }),
    close() {
      if (!closed) db.close();
      closed = true;
    },
  };
}

function nextOf(db: DatabaseSync, key: JournalKey): number {
  const row = db.prepare('SELECT next FROM logs WHERE key = ?').get(key);
  return row === undefined ? 0 : Number(row['next']);
}

function generationOf(db: DatabaseSync): string {
  return String(db.prepare('SELECT name FROM generation').get()?.['name'] ?? '');
}

function lastIdOf(db: DatabaseSync): number {
  return Number(db.prepare('SELECT max(id) AS id FROM entries').get()?.['id'] ?? 0);
}

function countOf(db: DatabaseSync): number {
  return Number(db.prepare('SELECT count(*) AS count FROM entries').get()?.['count'] ?? 0);
}

function forget(db: DatabaseSync, key: JournalKey): void {
  // Not by `run`, which also tells the row that was inserted last: FTS5 inserts rows of its own here, whose
  // numbers are too large for it. A key is made of hex digits only.
  inTransaction(db, () =>
    db.exec(`
      DELETE FROM words WHERE rowid IN (SELECT id FROM entries WHERE log = '${key}');
      DELETE FROM entries WHERE log = '${key}';
      DELETE FROM logs WHERE key = '${key}';
    `),
  );
}

/** Told in the same way as `forget`, for the same reason; a position is a whole number. */
function forgetBefore(db: DatabaseSync, key: JournalKey, start: number): void {
  const old = `log = '${key}' AND seq < ${Math.floor(start)}`;
  if (db.prepare(`SELECT 1 FROM entries WHERE ${old} LIMIT 1`).get() === undefined) return;
  inTransaction(db, () =>
    db.exec(`
      DELETE FROM words WHERE rowid IN (SELECT id FROM entries WHERE ${old});
      DELETE FROM entries WHERE ${old};
    `),
  );
}

function put(
  db: DatabaseSync,
  key: JournalKey,
  { batch, nowMs }: { batch: readonly StoredEntry[]; nowMs: number },
): void {
  inTransaction(db, () => {
    const addEntry = db.prepare(
      `INSERT INTO entries (log, seq, sortMs, aheadMs, counter, kind, task, entry)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const addWords = db.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)');
    for (const { seq, entry } of batch) {
      const { at, body } = entry;
      // It came out of a log, so it was checked.
      const bytes = journalEntryCodec.encodeChecked(entry);
      const task = taskOf(body) ?? null;
      const aheadMs = at.wallMs > nowMs + skewMsMax ? at.wallMs - nowMs : 0;
      const { lastInsertRowid } = addEntry.run(
        key,
        seq,
        at.wallMs - aheadMs,
        aheadMs,
        at.counter,
        body.kind,
        task,
        bytes,
      );
      addWords.run(lastInsertRowid, wordsOf(body));
    }
    const next = (batch.at(-1)?.seq ?? -1) + 1;
    db.prepare(
      'INSERT INTO logs (key, next) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET next = excluded.next',
    ).run(key, next);
  });
}

function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

function taskOf(body: EntryBody): TaskId | undefined {
  if (body.kind === 'fence.intended') return body.intent.record.task;
  return 'task' in body ? body.task : undefined;
}
