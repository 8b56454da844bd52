/** Who runs a peer now. */
import { readdir, stat } from 'node:fs/promises';
import { isNear, layoutOf, ownerOf } from '@bzzz/peer';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { type ProcessId, processOf } from './process.ts';

/**
 * The process that the lock of this folder names, if it has that lock open: what a file says alone may be old, or
 * somebody's wish. Undefined: nobody here. Throws `drill_peer_elsewhere` where its files may not be looked at.
 */
export async function holderOf(dataDir: string): Promise<ProcessId | undefined> {
  const { lock } = layoutOf(dataDir);
  const owner = await ownerOf(lock);
  if (owner === null || !(await isNear(owner))) return undefined;
  const process = await processOf(owner.pid);
  return process !== undefined && (await hasOpen(process, lock)) ? process : undefined;
}

async function hasOpen({ pid }: ProcessId, file: string): Promise<boolean> {
  const wanted = await stat(file).catch(() => null);
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH') return [];
    throw new BzzzError('drill_peer_elsewhere', reasonOf(error), { cause: error });
  });
  const facts = await Promise.all(files.map((name) => stat(`${folder}/${name}`).catch(() => null)));
  return facts.some((one) => one?.ino === wanted?.ino && one?.dev === wanted?.dev && one !== null);
}
