/** Small files that hold a secret: readable by their owner only, never seen half written. */
import { randomUUID } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BzzzError, reasonOf } from '@bzzz/protocol';

/** Null when there is no such file. Throws `peer_key_unsafe`, `peer_folder_unusable`. */
export async function readSecretFile(file: string): Promise<string | null> {
  try {
    await using handle = await open(file, 'r');
    const facts = await handle.stat();
    if (isOpen(facts)) {
      const shown = (facts.mode & 0o777).toString(8).padStart(4, '0');
      throw new BzzzError('peer_key_unsafe', `${file} has mode ${shown}, not 0600`);
    }
    return (await handle.readFile('utf8')).trim();
  } catch (error) {
    if (error instanceof BzzzError) throw error;
    if (isMissing(error)) return null;
    throw unusable(error);
  }
}

/**
 * Makes the file with this line, unless another process was faster. True: it is ours. On disk
 * before it returns. Throws `peer_folder_unusable`.
 */
export function createSecretFile(file: string, content: string): Promise<boolean> {
  return createPrivateFile(file, Buffer.from(`${content}\n`));
}

/** The same with these bytes. */
export async function createPrivateFile(file: string, bytes: Uint8Array): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeDurably(draft, bytes);
    // A link, unlike a rename, never replaces what is there.
    await link(draft, file);
    await syncFolder(dirname(file));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw unusable(error);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Puts this content in place of what is there. On disk before it returns. Throws `peer_folder_unusable`. */
export async function replaceSecretFile(file: string, content: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeDurably(draft, Buffer.from(`${content}\n`));
    await rename(draft, file);
    await syncFolder(dirname(file));
  } catch (error) {
    throw unusable(error);
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  await using handle = await open(file, 'wx', 0o600);
  await handle.chmod(0o600);
  await handle.writeFile(bytes);
  await handle.sync();
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/**
 * To anybody but its owner. What root owns this process may read as one of the group, as it does secrets that a
 * container engine mounts: nobody but root could have opened that.
 */
function isOpen({ mode, uid, gid }: { mode: number; uid: number; gid: number }): boolean {
  const isHanded = uid === 0 && process.geteuid?.() !== 0 && groups().includes(gid);
  return (mode & (isHanded ? 0o037 : 0o077)) !== 0;
}

function groups(): readonly number[] {
  return [process.getegid?.() ?? -1, ...(process.getgroups?.() ?? [])];
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function unusable(error: unknown): BzzzError {
  return new BzzzError('peer_folder_unusable', reasonOf(error), { cause: error });
}
