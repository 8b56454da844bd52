/**
 * Makes of what commands left behind something that the user of every worktree may read. That nobody changes
 * it any more is up to the read-only mount: who owns the data folder must still be able to remove it.
 */
import { constants, existsSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { BzzzError } from '@bzzz/protocol';
import { runOnce } from '../capture.ts';
import { diskBytesOf } from '../room.ts';

/**
 * `folder` is the peer's own, and what was installed lies in it: these programs follow a link that they are
 * given by name, but none that they come across, so they are never given what a command made. Throws
 * `setup_failed` at what is neither file, folder nor link: a pipe on a read-only mount still carries what one
 * command tells another.
 */
export async function seal(folder: string, signal?: AbortSignal): Promise<{ bytes: number }> {
  for (const child of await readdir(folder, { withFileTypes: true })) {
    if (!child.isDirectory()) throw new BzzzError('setup_failed', `${child.name} is no folder`);
  }
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) await program('chown', ['-R', '-h', '-P', '0:0', folder], signal);
  await program('chmod', ['-R', 'u+rwX,go+rX,go-w,ug-s,o-t', folder], signal);
  const special = ['!', '-type', 'f', '!', '-type', 'd', '!', '-type', 'l'];
  const found = await program('find', [folder, ...special, '-print', '-quit'], signal);
  if (found.byteLength > 0) {
    throw new BzzzError('setup_failed', 'it left something that is neither file, folder nor link');
  }
  return { bytes: await diskBytesOf(folder) };
}

/** To the disk: what a power cut took the contents of would be taken for whole for ever. */
export async function settle(folder: string): Promise<void> {
  await program('sync', ['-f', folder]);
}

/** Removes a folder in which a command may have closed some. Idempotent. */
export async function discard(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  await program('chmod', ['-R', 'u+rwX', folder]);
  await program('rm', ['-rf', folder]);
}

/** A folder that its owner may not write to cannot be moved by another than root. Throws for a link. */
export async function makeMovable(folder: string): Promise<void> {
  const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
  await using handle = await open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  await handle.chmod(((await handle.stat()).mode & 0o777) | 0o700);
}

/** Over an empty folder. */
export async function copyOver(from: string, to: string, signal?: AbortSignal): Promise<void> {
  await program('cp', ['-a', '-T', '--reflink=auto', from, to], signal);
}

async function program(name: string, args: readonly string[], signal?: AbortSignal) {
  const { code, stdout, stderr } = await runOnce(name, args, { signal });
  if (code === 0) return stdout;
  const said = stderr.toString('utf8').trim().slice(0, 300);
  throw new BzzzError('workspace_failed', `${name} ended with ${code}: ${said}`);
}
