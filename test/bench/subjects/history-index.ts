/**
 * Entries that come into the index of all journals when it has a million already, and the story of one task
 * asked for at that size. Both sides have the same tables, read from the one's file into the other's, the same
 * pragmas and 500 entries a transaction. The bare one is handed finished rows; ours gets entries, as from a
 * journal, and makes rows and words of them. What it costs to read them out of a log is in neither.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type HistoryIndex, openHistoryIndex } from '@bzzz/index';
import {
  IssueNumber,
  JournalEntry,
  journalEntryCodec,
  JournalKey,
  RepoName,
  type TaskId,
  taskId,
} from '@bzzz/protocol';
import { digest, seededBytes } from '../content.ts';
import { quantile } from '../spread.ts';
import type { Round, Side, Size, Subject } from '../subject.ts';
import { makeTempFolder } from '../temp-folder.ts';

const PER_TRANSACTION = 500;
/** Entries of one task; its story is asked for. */
const PER_TASK = 50;
/** How much of what is there each round adds, and asks. */
const ROUND_PART = 50;
const storyMax = 500;
const queryFigure = 'query p95 ms';
const key = JournalKey.parse('07'.repeat(32));

export const historyIndex: Subject = {
  name: 'index',
  measures: `entries into a full index, ${PER_TRANSACTION} a transaction; queries of one task each`,
  beside: 'node:sqlite, the same tables, finished rows by one prepared insert',
  operation: 'entry',
  equal: 'sides',
  countsChildren: false,
  goals: [
    { of: '@bzzz/index', beside: 'node:sqlite', what: 'wall time', must: { atMost: 1.5 } },
    { of: '@bzzz/index', beside: null, what: queryFigure, must: { atMost: 10 } },
  ],
  sizes: {
    full: { rounds: 5, warmUpRounds: 1, operations: 1_000_000 },
    small: { rounds: 1, warmUpRounds: 0, operations: 2_000 },
  },
  async open(seed, size) {
    await using open = new AsyncDisposableStack();
    const folder = await makeTempFolder('index');
    open.defer(folder.remove);
    const path = join(folder.path, 'ours');
    const index = openHistoryIndex(
      { writerOf: () => undefined, nowMs: () => 1_800_000_000_000 },
      {
        path,
        onReplaced(reason) {
          throw new Error(reason);
        },
      },
    );
    open.defer(async () => index.close());
    const bare = openBare(join(folder.path, 'bare'), path);
    open.defer(async () => bare.close());
    const sides = [side('@bzzz/index', ours(index)), side('node:sqlite', bare)].map((make) =>
      make(seed, size),
    );
    for (const { fill } of sides) await fill();
    const kept = open.move();
    return { sides, close: () => kept.disposeAsync() };
  },
};

interface Found {
  readonly seq: number;
  readonly bytes: () => Uint8Array;
}

/** An index and what is asked of it. */
interface Table {
  /** What is put in by `add`, made of entries outside the measured time. */
  take(entries: readonly JournalEntry[], from: number): () => Promise<void>;
  storyOf(task: TaskId): readonly Found[];
  withWord(word: string): readonly Found[];
}

interface FilledSide extends Side {
  /** Puts in what is there before the first round. */
  fill(): Promise<void>;
}

function side(name: string, table: Table): (seed: string, size: Size) => FilledSide {
  return (seed, { operations }) => {
    const each = operations / ROUND_PART;
    let length = 0;
    const next = (): (() => Promise<void>) => {
      const from = length;
      length += each;
      return table.take(
        Array.from({ length: each }, (_, offset) => entryOf(seed, from + offset)),
        from,
      );
    };
    return {
      name,
      async fill() {
        for (let part = 0; part < ROUND_PART; part += 1) await next()();
      },
      async prepare(round): Promise<Round> {
        const work = next();
        const asked = Array.from({ length: Math.min(each, 200) }, (_, index) => {
          const random = Buffer.from(seededBytes(4, seed, 'asked', round, index)).readUInt32LE();
          return taskAt(random % operations);
        });
        const timesMs: number[] = [];
        return {
          work,
          async answer() {
            const stories = asked.map((task) => {
              const startMs = performance.now();
              const story = table.storyOf(task);
              timesMs.push(performance.now() - startMs);
              return story;
            });
            const told = [...stories, table.withWord(`w${round}x`)].flatMap((found) =>
              found.toSorted((a, b) => a.seq - b.seq),
            );
            return digest(told.flatMap(({ seq, bytes }) => [String(seq), bytes()]));
          },
          operations: () => each,
          figures: () => ({ [queryFigure]: quantile(0.95, timesMs) }),
        };
      },
    };
  };
}

function ours(index: HistoryIndex): Table {
  const asFound = (found: ReturnType<HistoryIndex['query']>) =>
    found.map(({ seq, entry }) => ({ seq, bytes: () => journalEntryCodec.encode(entry) }));
  return {
    take(entries, start) {
      const log = {
        key,
        length: () => start + entries.length,
        async *read({ from = 0 } = {}) {
          for (let seq = from; seq < start + entries.length; seq += 1) {
            const entry = entries[seq - start];
            if (entry === undefined) throw new Error(`entry ${seq} is asked for twice`);
            yield { seq, entry };
          }
        },
      };
      return async () => {
        const { added } = await index.update([log]);
        if (added !== entries.length) throw new Error(`${added} entries were taken in`);
      };
    },
    storyOf: (task) => asFound(index.query({ task, limit: storyMax })),
    withWord: (text) => asFound(index.query({ text, limit: storyMax })),
  };
}

/** `like`: the file whose tables it is to have. */
function openBare(path: string, like: string): Table & { close(): void } {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA trusted_schema = OFF;');
  for (const sql of tablesOf(like)) db.exec(sql);
  const addEntry = db.prepare(
    `INSERT INTO entries (log, seq, sortMs, aheadMs, counter, kind, task, entry)
     VALUES (?, ?, ?, 0, ?, ?, ?, ?)`,
  );
  const addWords = db.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)');
  const moveOn = db.prepare(
    'INSERT INTO logs (key, next) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET next = excluded.next',
  );
  const head = 'SELECT id, log, seq, sortMs, aheadMs, entry FROM entries';
  const order = 'ORDER BY sortMs DESC, counter DESC, id DESC LIMIT ?';
  const byTask = db.prepare(`${head} WHERE task = ? ${order}`);
  const byWord = db.prepare(
    `${head} WHERE id IN (SELECT rowid FROM words WHERE words MATCH ?) ${order}`,
  );
  const asFound = (rows: readonly Record<string, unknown>[]) =>
    rows.map(({ seq, entry }) => {
      if (!(entry instanceof Uint8Array)) throw new Error('no bytes');
      return { seq: Number(seq), bytes: () => entry };
    });
  return {
    take(entries, from) {
      const rows = entries.map((entry, offset) => rowOf(entry, from + offset));
      return async () => {
        for (let at = 0; at < rows.length; at += PER_TRANSACTION) {
          db.exec('BEGIN');
          for (const { values, words } of rows.slice(at, at + PER_TRANSACTION)) {
            addWords.run(addEntry.run(...values).lastInsertRowid, words);
          }
          moveOn.run(key, Math.min(from + at + PER_TRANSACTION, from + rows.length));
          db.exec('COMMIT');
        }
      };
    },
    storyOf: (task) => asFound(byTask.all(task, storyMax)),
    withWord: (word) => asFound(byWord.all(`"${word}"*`, storyMax)),
    close: () => db.close(),
  };
}

/** Tables and indices of a file, without those that SQLite makes for others. */
function tablesOf(path: string): string[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db
    .prepare(
      `SELECT sql FROM sqlite_schema
       WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'words_*'`,
    )
    .all();
  db.close();
  return rows.map(({ sql }) => String(sql));
}

function rowOf(entry: JournalEntry, seq: number) {
  const { at, body } = entry;
  if (body.kind !== 'operator.acted') throw new Error('not one of ours');
  const bytes = journalEntryCodec.encode(entry);
  const values = [key, seq, at.wallMs, at.counter, body.kind, body.task ?? null, bytes] as const;
  return { values, words: Object.values(body).join(' ') };
}

const repo = RepoName.parse('bench/index');

/** Tasks follow one another, a few at a time, as in a journal. */
function taskAt(index: number): TaskId {
  const ring = 10;
  const group = Math.floor(index / (ring * PER_TASK));
  return taskId(repo, IssueNumber.parse(1 + group * ring + (index % ring)));
}

function entryOf(seed: string, index: number): JournalEntry {
  const bytes = seededBytes(24, seed, 'entry', index);
  const words = Array.from({ length: 12 }, (_, at) => `w${(bytes[2 * at] ?? 0) % 40}x${bytes[at]}`);
  return JournalEntry.parse({
    v: 1,
    at: { wallMs: 1_700_000_000_000 + index, counter: index % 3 },
    body: {
      kind: 'operator.acted',
      by: 'bench',
      act: 'write',
      about: words.join(' '),
      task: taskAt(index),
    },
  });
}
