/**
 * Writes one commit into a repository as git itself does, gitrepository-layout(5): compressed, into a file of
 * another name that is synced and then renamed. It saves a process for each move of a fence.
 */
import { randomUUID } from 'node:crypto';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { BzzzError, type Oid, reasonOf } from '@bzzz/protocol';

const compressed = promisify(deflate);

/**
 * `oid` is that of these bytes, which is the caller's to know. Nothing is done where it is there already.
 * Throws `git_failed` when it cannot be written.
 */
export async function writeCommit(gitDir: string, oid: Oid, commit: Uint8Array): Promise<void> {
  const objects = path.join(gitDir, 'objects');
  const folder = path.join(objects, oid.slice(0, 2));
  const file = path.join(folder, oid.slice(2));
  try {
    if (await exists(file)) return;
    await mkdir(folder, { recursive: true });
    // Named as git names what is not whole, so that it is removed with what a killed git leaves.
    const part = path.join(objects, `tmp_obj_${randomUUID()}`);
    try {
      await writeSynced(part, await compressed(withHeader(commit), { level: 1 }));
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  } catch (error) {
    const reason = `the commit ${oid} is not written: ${reasonOf(error)}`;
    throw new BzzzError('git_failed', reason, { cause: error });
  }
}

function withHeader(commit: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`commit ${commit.byteLength}\0`, 'latin1'), commit]);
}

/** Under its name it must not be an empty file after a power cut, which every later git would trip over. */
async function writeSynced(file: string, content: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o444);
  try {
    await handle.writeFile(content);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false, // then it is written
  );
}
