/** Where the control socket is. The kernel takes 107 bytes of path, which a data folder may exceed. */
import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import type { Layout } from '../folder/layout.ts';

const pathBytesMax = 107;

export interface SocketPlace {
  readonly path: string;
  /** Removes what was made for it. */
  release(): Promise<void>;
}

/**
 * Chooses the path for a peer that starts, and writes it down where it is not the usual one.
 * Throws `peer_folder_unusable` when somebody else sits on the place.
 */
export async function takeSocketPlace(layout: Layout): Promise<SocketPlace> {
  await rm(layout.controlPath, { force: true });
  if (fits(layout.controlSocket)) return { path: layout.controlSocket, release: async () => {} };
  const digest = createHash('sha256')
    .update(await realpath(layout.root))
    .digest('hex');
  const name = join(`bzzz-${digest.slice(0, 16)}`, 'control.sock');
  const path = [join(tmpdir(), name), join('/tmp', name)].find(fits);
  if (path === undefined) throw unusable('no place is short enough for the control socket');
  const folder = dirname(path);
  await makePrivateFolder(folder);
  await writeFile(layout.controlPath, `${path}\n`, { mode: 0o600 });
  return {
    path,
    async release() {
      await rm(layout.controlPath, { force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Where a running peer of this folder listens. */
export async function findSocketPath(layout: Layout): Promise<string> {
  try {
    return (await readFile(layout.controlPath, 'utf8')).trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // The usual case: the socket is in the data folder, or there is no folder at all.
    if (code === 'ENOENT' || code === 'ENOTDIR') return layout.controlSocket;
    throw new BzzzError('peer_folder_unusable', reasonOf(error), { cause: error });
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
