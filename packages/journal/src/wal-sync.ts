/**
 * RocksDB syncs the tables and the manifest that it writes, but not its write-ahead log, in which
 * every append stands until its table is written. So an append is durable when the log file that
 * holds it was synced. The log rotates under us: an append may have gone to the file before the
 * current one, so everything since the last sync is synced. A file that is gone was emptied into a
 * synced table first.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskSync } from './disk-sync.ts';

export interface WalSyncDependencies {
  readonly sync: DiskSync;
  /** Name and number of the file that is written now. */
  readonly currentWalFile: () => Promise<{ readonly path: string; readonly number: number }>;
}

/** The returned function resolves when everything written before its call is on disk. */
export function createWalSync(
  { sync, currentWalFile }: WalSyncDependencies,
  folder: string,
): () => Promise<void> {
  let last = 0;

  return async function syncWal(): Promise<void> {
    const current = await currentWalFile();
    if (current.number !== last) {
      for (const name of await logsBetween(folder, last, current.number - 1)) {
        await syncUnlessGone(sync, join(folder, name));
      }
      // The name of a new file is to survive too.
      await sync.everything(folder);
      last = current.number;
    }
    if (await syncUnlessGone(sync, join(folder, current.path))) return;
    // Gone already: fine if it was rotated away, else somebody removed it, and nothing is safe.
    if ((await currentWalFile()).number === current.number) {
      throw new Error(`the write-ahead log ${current.path} was removed`);
    }
    await syncWal();
  };
}

async function logsBetween(folder: string, first: number, last: number): Promise<string[]> {
  return (await readdir(folder)).filter((name) => {
    const number = /^(\d+)\.log$/.exec(name)?.[1];
    return number !== undefined && Number(number) >= first && Number(number) <= last;
  });
}

async function syncUnlessGone(sync: DiskSync, path: string): Promise<boolean> {
  try {
    await sync.content(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
