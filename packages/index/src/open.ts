/** The file, made anew when it is of another release or broken: it holds nothing that the logs do not. */
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { isCurrent, makeTables } from './schema.ts';

export interface OpenOptions {
  readonly path: string;
  /** Told why a file that was there is thrown away. */
  readonly onReplaced: (reason: string) => void;
}

/** Throws `index_failed`, as when the disk is full. */
export function openDatabase({ path, onReplaced }: OpenOptions): DatabaseSync {
  try {
    const db = new DatabaseSync(path);
    if (isUsable(db, onReplaced)) return db;
    db.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
    return prepared(new DatabaseSync(path));
  } catch (error) {
    throw new BzzzError('index_failed', `${path}: ${reasonOf(error)}`, { cause: error });
  }
}

function isUsable(db: DatabaseSync, onReplaced: OpenOptions['onReplaced']): boolean {
  try {
    // What a crash left half written would show here or nowhere: nobody syncs this file.
    const sound = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] === 'ok';
    const isEmpty = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'] === 0;
    if (sound && isEmpty) prepared(db);
    else if (sound && isCurrent(db)) configure(db);
    else {
      onReplaced(sound ? 'it is of another release' : 'it is damaged');
      return false;
    }
    return true;
  } catch (error) {
    onReplaced(reasonOf(error));
    return false;
  }
}

function prepared(db: DatabaseSync): DatabaseSync {
  configure(db);
  makeTables(db);
  return db;
}

/** Losing the latest of it in a power cut costs a second read of some logs. */
function configure(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA trusted_schema = OFF;');
}
