import { mkdir, open as openFile, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BzzzError, type ErrorCode, isBzzzError, reasonOf } from '@bzzz/protocol';
import Corestore from 'corestore';
import { tryLock } from 'fs-native-extensions';
import type { DiskSync } from './disk-sync.ts';

/** Where a journal's folder holds what. */
export interface JournalFolder {
  readonly root: string;
  /** Hypercore's own. */
  readonly store: string;
  /** RocksDB's, inside of it. */
  readonly database: string;
  readonly remembered: string;
}

export function journalFolder(dir: string): JournalFolder {
  const store = join(dir, 'store');
  return { root: dir, store, database: join(store, 'db'), remembered: join(dir, 'head') };
}

/**
 * Opens the store in a folder, or makes it. Throws `journal_locked` when another process (or
 * another part of this one) has it open, `journal_copied` when the folder was copied or moved
 * between disks, `journal_corrupt` when the database does not open, `journal_write_failed` when the
 * system refuses.
 */
export async function openStore(folder: string): Promise<Corestore> {
  await removeUnwritten(deviceFile(folder));
  const store = new Corestore(folder);
  // Before any core is opened: a signed truncation of a writer would rewrite our replica of its log
  // and with it the evidence.
  store.watch((core) => {
    core.replicator.allowFork = false;
  });
  try {
    await store.ready();
    return store;
  } catch (error) {
    const explained = await explainOpening(error, folder);
    await closeStore(store);
    throw explained;
  }
}

/**
 * Corestore makes its file first and writes into it which disk it is on. Killed in between, or by a power cut
 * before that was on disk, it would take the empty file for one that was copied, for ever.
 */
async function removeUnwritten(path: string): Promise<void> {
  try {
    await using handle = await openFile(path, 'r+');
    const { size } = await handle.stat();
    // Who has the lock is about to write.
    if (size === 0 && tryLock(handle.fd)) await rm(path);
  } catch (error) {
    // Mostly it is not there yet. What the system refuses, opening explains.
    if (!isSystemError(error)) throw error;
  }
}

/** Closes a store that may not have opened, so that its lock is free again. */
export async function closeStore(store: Corestore): Promise<void> {
  await store.close();
  // A store that failed to open says that it is closed and keeps its database, and with it the
  // lock. Closing that then repeats the reason for which opening failed.
  await store.storage.close().catch(() => undefined);
}

/**
 * Syncs what the database does not sync by itself: Hypercore's and our own small files, and the
 * names of all folders.
 */
export async function syncFolder(sync: DiskSync, folder: JournalFolder): Promise<void> {
  for (const path of [folder.root, folder.store]) {
    for (const item of await readdir(path, { withFileTypes: true })) {
      if (item.isFile()) await sync.everything(join(path, item.name));
    }
  }
  for (const path of [folder.database, folder.store, folder.root]) await sync.everything(path);
}

/** Makes a folder whose name survives a power cut. */
export async function makeFolder(sync: DiskSync, folder: string): Promise<void> {
  try {
    const topmost = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (topmost === undefined) return;
    for (let made = folder; made.length >= topmost.length; made = dirname(made)) {
      await sync.everything(dirname(made));
    }
  } catch (error) {
    throw new BzzzError('journal_write_failed', reasonOf(error), { cause: error });
  }
}

/** The coded error for what was thrown while opening. */
export async function explainOpening(error: unknown, folder: string): Promise<BzzzError> {
  if (isBzzzError(error)) return error;
  return new BzzzError(await codeOfOpening(error, folder), reasonOf(error), { cause: error });
}

async function codeOfOpening(error: unknown, folder: string): Promise<ErrorCode> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'DEVICE_FILE') return 'journal_copied';
  // RocksDB's word for whatever it cannot make sense of.
  if (code === 'EIO') return 'journal_corrupt';
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return 'journal_write_failed';
  // Who holds the lock is told by the lock, since the error for it has no code.
  return (await isLocked(deviceFile(folder))) ? 'journal_locked' : 'journal_corrupt';
}

async function isLocked(path: string): Promise<boolean> {
  try {
    await using handle = await openFile(path, 'r+');
    return !tryLock(handle.fd);
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** Says whose the folder is, and is locked while it is in use. */
function deviceFile(folder: string): string {
  return join(folder, 'CORESTORE');
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'code' in error;
}
