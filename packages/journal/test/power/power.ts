/** A writer that is killed, and what a power cut at that moment would have left of its folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, realpath, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { onCleanup } from '../support.ts';

export interface Killed {
  /** Empty: it was killed before the journal was open. */
  readonly key: string;
  readonly firstAck: number;
  readonly lastAck: number;
  /** What of each file was on disk: its first bytes, or all of a small one. By path below the journal's folder. */
  readonly synced: ReadonlyMap<string, number | Buffer>;
  /** Files and folders whose names were on disk, likewise. */
  readonly named: ReadonlySet<string>;
}

export interface Kill {
  readonly afterAcks?: number;
  /** It appends nothing, and is killed when it is open. */
  readonly idle?: boolean;
  /** Which functions of `disk-sync.ts` are empty. */
  readonly without?: 'content' | 'everything' | 'both' | undefined;
  /** It is killed right after so many syncs, if it comes that far. */
  readonly atSync?: number;
  /** Done before the process may be killed. */
  readonly whileOpen?: () => Promise<void>;
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Runs a writer, kills it, and tells what it said and what was synced till then. */
export async function killedWriter(folder: string, kill: Kill): Promise<Killed> {
  const { afterAcks = 0, idle = false, whileOpen } = kill;
  const dir = await realpath(folder);
  const { synced, named } = await rested(dir);
  const child = startWriter(dir, kill);
  const exited = once(child, 'exit');
  const acks: number[] = [];
  let key = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, first = '', second = ''] = line.split(' ');
    const path = relative(dir, first);
    if (word === 'ack') acks.push(Number(first));
    if (word === 'sync') synced.set(path, Number(second));
    if (word === 'held') synced.set(path, Buffer.from(second, 'base64'));
    if (word === 'names') for (const name of second.split('/')) named.add(join(path, name));
    if (word === 'open') {
      key = first;
      await whileOpen?.();
    }
    if (key !== '' && (acks.length >= afterAcks || idle)) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  if (kill.atSync === undefined) expect(acks.length).toBeGreaterThanOrEqual(afterAcks);
  return { key, firstAck: Math.min(...acks), lastAck: Math.max(-1, ...acks), synced, named };
}

function startWriter(dir: string, { idle = false, without, atSync = 0 }: Kill) {
  const loaded = ['seen-syncs.ts', ...(without === undefined ? [] : ['without-syncs.ts'])];
  const imports = loaded.flatMap((name) => ['--import', here(name)]);
  const args = ['--conditions', 'bzzz-source', ...imports, here('writer.ts'), dir];
  const child = spawn(process.execPath, idle ? [...args, 'idle'] : args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, BZZZ_WITHOUT: without, BZZZ_KILL_AT: String(atSync) },
  });
  onCleanup(async () => {
    child.kill('SIGKILL');
  });
  return child;
}

/** What was there before had time enough to come on disk. */
async function rested(dir: string) {
  const synced = new Map<string, number | Buffer>();
  const named = new Set(await readdir(dir, { recursive: true }));
  for (const path of named) {
    const info = await stat(join(dir, path));
    if (info.size <= 4_096 && info.isFile()) synced.set(path, await readFile(join(dir, path)));
    else synced.set(path, info.size);
  }
  return { synced, named };
}

/**
 * The worst that a power cut may do: what of a file was not synced is gone, and so are files whose names were
 * not; or, where `names` stay, are empty files, as the system may write its folders first. Only of RocksDB's own
 * syncs nothing is seen here, see `isSyncedByDatabase`.
 */
export async function cutPower(
  folder: string,
  { synced, named: namesSynced }: Killed,
  { names = 'go' }: { readonly names?: 'go' | 'stay' } = {},
): Promise<void> {
  const dir = await realpath(folder);
  const named = names === 'go' ? namesSynced : new Set(await readdir(dir, { recursive: true }));
  const isThere = (path: string): boolean =>
    path === '.' || ((named.has(path) || isSyncedByDatabase(path)) && isThere(dirname(path)));
  const items = await readdir(dir, { recursive: true, withFileTypes: true });
  for (const item of items) {
    const full = join(item.parentPath, item.name);
    const path = relative(dir, full);
    if (!isThere(path)) await rm(full, { recursive: true, force: true });
    else if (item.isFile() && !isSyncedByDatabase(path)) await cut(full, synced.get(path) ?? 0);
  }
}

async function cut(path: string, left: number | Buffer): Promise<void> {
  if (typeof left === 'number') {
    if (left < (await stat(path)).size) await truncate(path, left);
  } else if (!left.equals(await readFile(path))) {
    // Not where nothing was lost: a store knows a file that was touched.
    await writeFile(path, left);
  }
}

/**
 * These stay whole. As `strace` shows, RocksDB syncs what it has written to its manifest before it goes on, and
 * a table, `CURRENT` and `IDENTITY` before anything points at them; and after each new name it syncs the folder.
 * It does so for its options too, but can do without, so that they are cut like `LOG`, which it never syncs.
 */
function isSyncedByDatabase(path: string): boolean {
  const own = /^(?:MANIFEST-\d+|CURRENT|IDENTITY|\d+\.(?:sst|blob))$/;
  return dirname(path) === join('store', 'db') && own.test(basename(path));
}
