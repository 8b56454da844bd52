/** The tables, and when a file of an earlier release is of no use any more. */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** Raise it with every change of the tables or of what is put into them: older files are made anew. */
const version = 3;

const tables = `
  CREATE TABLE generation (name TEXT NOT NULL) STRICT;
  CREATE TABLE logs (
    key TEXT PRIMARY KEY,
    next INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE entries (
    -- Never used twice, or whoever goes on from one would miss what came later.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    log TEXT NOT NULL,
    seq INTEGER NOT NULL,
    sortMs INTEGER NOT NULL,
    aheadMs INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    kind TEXT NOT NULL,
    task TEXT,
    entry BLOB NOT NULL,
    UNIQUE (log, seq)
  ) STRICT;
  CREATE INDEX byTime ON entries (sortMs, counter, id);
  CREATE INDEX byTask ON entries (task, sortMs, counter) WHERE task IS NOT NULL;
  CREATE INDEX byKind ON entries (kind, sortMs, counter);
  CREATE VIRTUAL TABLE words USING fts5(text, content='', contentless_delete=1);
`;

/** Whether the file is one of this release. Throws what SQLite throws of a file that is no database. */
export function isCurrent(db: DatabaseSync): boolean {
  return db.prepare('PRAGMA user_version').get()?.['user_version'] === version;
}

export function makeTables(db: DatabaseSync): void {
  const generation = randomBytes(6).toString('hex');
  db.exec(`
    BEGIN; ${tables}
    INSERT INTO generation VALUES ('${generation}');
    PRAGMA user_version = ${version}; COMMIT;
  `);
}

export function dropTables(db: DatabaseSync): void {
  db.exec(`
    BEGIN;
    DROP TABLE IF EXISTS generation; DROP TABLE IF EXISTS logs; DROP TABLE IF EXISTS entries; DROP TABLE IF EXISTS words;
    COMMIT;
  `);
}
