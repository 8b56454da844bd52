import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { forgeError } from '../errors.ts';

/** Folders held by this process: a lock file with our own pid may be left from an earlier life. */
const held = new Set<string>();

/**
 * Keeps two forges from writing one state. The lock file names its process; one whose process is
 * gone (kill -9) is taken over. Returns what lets go. Throws `forge_state` when it is held.
 */
export async function lockData(dir: string): Promise<() => Promise<void>> {
  const file = path.join(path.resolve(dir), 'lock');
  if (held.has(file)) throw inUse(file, process.pid);
  held.add(file);
  try {
    await take(file);
  } catch (error) {
    held.delete(file);
    throw error;
  }
  return async () => {
    await rm(file, { force: true });
    held.delete(file);
  };
}

async function take(file: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(String(process.pid));
    await handle.close();
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const pid = Number.parseInt(await readFile(file, 'utf8'), 10);
    if (pid !== process.pid && isAlive(pid)) throw inUse(file, pid);
    await rm(file, { force: true });
    await take(file);
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function inUse(file: string, pid: number): Error {
  return forgeError('forge_state', `process ${pid} uses this data folder (${file})`);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
