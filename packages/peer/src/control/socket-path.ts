/** Where the control socket is. The kernel takes 107 bytes of path, which a data folder may exceed. */
import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BzzzError } from '@bzzz/protocol';
import type { Layout } from '../folder/layout.ts';

const pathBytesMax = 107;

/**
 * Chooses the path for a peer that starts, and writes it down where it is not the usual one.
 * Throws `peer_folder_unusable` when somebody else sits on the place.
 */
export async function chooseSocketPath(layout: Layout): Promise<string> {
  if (fits(layout.controlSocket)) {
    await rm(layout.controlPath, { force: true });
    return layout.controlSocket;
  }
  const digest = createHash('sha256')
    .update(await realpath(layout.root))
    .digest('hex');
  const name = join(`bzzz-${digest.slice(0, 16)}`, 'control.sock');
  const path = [join(tmpdir(), name), join('/tmp', name)].find(fits);
  if (path === undefined) throw unusable('no place is short enough for the control socket');
  await makePrivateFolder(join(path, '..'));
  await writeFile(layout.controlPath, `${path}\n`, { mode: 0o600 });
  return path;
}

/** Where a running peer of this folder listens. */
export async function findSocketPath(layout: Layout): Promise<string> {
  try {
    return (await readFile(layout.controlPath, 'utf8')).trim();
  } catch (error) {
    // Missing is the usual case, and whatever else is wrong shows when connecting.
    if (error instanceof Error) return layout.controlSocket;
    throw error;
  }
}

/** In a folder that everybody writes to, so it must be ours and closed to others. */
async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const facts = await lstat(folder);
  const ours = facts.isDirectory() && facts.uid === process.getuid?.();
  if (!ours || (facts.mode & 0o077) !== 0) throw unusable(`${folder} belongs to somebody else`);
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= pathBytesMax;
}

function unusable(reason: string): BzzzError {
  return new BzzzError('peer_folder_unusable', reason);
}
