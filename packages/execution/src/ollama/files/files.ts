/** What a model may do to the files of a workspace. Throws `Refusal`, and `workspace_failed` on a broken disk. */
import { createHash, randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { chmod, chown, lstat, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { codeOf } from '../../processes.ts';
import { type Walked, walk } from '../../walk.ts';
import { type Place, placeOf } from './place.ts';
import { Refusal } from './refusal.ts';

export interface Files {
  /** UTF-8 text; binary files are refused. */
  read(path: string): Promise<string>;
  /** Makes the folders on the way. Returns what the file is now, for `Progress`. */
  write(path: string, text: string): Promise<string>;
  remove(path: string): Promise<string>;
  list(options: { dependencies: boolean; signal: AbortSignal }): Promise<Walked>;
  /** Different states that files were brought into so far. */
  states(): number;
}

const fileBytesMax = 1024 * 1024;
/** All that one attempt writes, a file again and again included. */
const writtenBytesMax = 64 * 1024 * 1024;

/** `root`: the folder of a workspace, beside which files may be made that no command can see. */
export function createFiles(root: string): Files {
  const states = new Set<string>();
  let written = 0;

  function changed(path: string, text: string | null): string {
    const now = text === null ? 'gone' : createHash('sha256').update(text).digest('hex');
    states.add(`${path} ${now}`);
    return `${path} ${now}`;
  }

  async function write(path: string, text: string): Promise<string> {
    const bytes = Buffer.byteLength(text);
    if (bytes > fileBytesMax) throw new Refusal(`the file would be over ${fileBytesMax} bytes`);
    written += bytes;
    if (written > writtenBytesMax) throw new Refusal('too much was written already');
    const place = await placeOf(root, path);
    await replace(root, place, text);
    return changed(place.path, text);
  }

  async function remove(path: string): Promise<string> {
    const { path: name, full, info } = await placeOf(root, path);
    if (info === null) throw new Refusal('there is no such file');
    await rm(full);
    return changed(name, null);
  }

  return {
    states: () => states.size,
    list: (options) => told(walk(root, options)),
    read: (path) => told(placeOf(root, path).then(readText)),
    write: (path, text) => told(write(path, text)),
    remove: (path) => told(remove(path)),
  };
}

async function readText({ full, info }: Place): Promise<string> {
  if (info === null) throw new Refusal('there is no such file');
  if (info.size > fileBytesMax) {
    throw new Refusal(
      `the file has ${info.size} bytes; only files up to ${fileBytesMax} can be read`,
    );
  }
  // The flags say again what was looked at: neither a link nor a pipe that would be waited for.
  const file = await open(full, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(info.size);
    const { bytesRead } = await file.read(bytes, 0, info.size, 0);
    return textOf(bytes.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  throw new Refusal('the file is no UTF-8 text');
}

/**
 * Written beside the workspace and moved in: whoever collects meanwhile sees the old file or the new
 * one, and a file that others have a hard link to is left to them.
 */
async function replace(root: string, { full, info, missing }: Place, text: string): Promise<void> {
  const owner = await lstat(root);
  for (const folder of missing) {
    await mkdir(folder);
    await own(folder, owner);
  }
  const fresh = join(dirname(root), `write-${randomUUID()}`);
  try {
    await writeFile(fresh, text, { flag: 'wx' });
    await chmod(fresh, info === null ? 0o644 : info.mode & 0o777);
    await own(fresh, owner);
    await rename(fresh, full);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** The commands of the workspace run as its owner, and must be able to use what the peer wrote. */
async function own(path: string, { uid, gid }: Stats): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, uid, gid);
}

/** What a command did to the files (a folder without rights, say) is the model's to know. */
const ofTheFiles = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EACCES',
  'EPERM',
  'ENAMETOOLONG',
  'ELOOP',
]);

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    if (ofTheFiles.has(codeOf(error))) throw new Refusal(`it cannot be done (${codeOf(error)})`);
    throw new BzzzError('workspace_failed', reasonOf(error), { cause: error });
  }
}
