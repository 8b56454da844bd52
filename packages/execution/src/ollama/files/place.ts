/**
 * Where a path that a model wrote leads. File tools reach regular files of the workspace and nothing
 * else: no link is followed, no git directory entered. Nothing runs in the workspace while they work
 * (a run settles only when nothing of it exists any more), so what was looked at stays as it was.
 */
import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { flawOfPath } from '../../hostile.ts';
import { codeOf } from '../../processes.ts';
import { Refusal } from './refusal.ts';

export interface Place {
  /** Relative to the workspace, without `.` and doubled slashes. */
  readonly path: string;
  readonly full: string;
  /** Null: nothing is there. */
  readonly info: Stats | null;
  /** Folders on the way that do not exist yet, the outermost first; full paths. */
  readonly missing: readonly string[];
}

const pathCharsMax = 1024;

/** Throws `Refusal` on whatever is no regular file, or the place of one. */
export async function placeOf(root: string, path: string): Promise<Place> {
  const parts = partsOf(path);
  const missing: string[] = [];
  let full = root;
  for (const part of parts.slice(0, -1)) {
    full = join(full, part);
    const info = missing.length === 0 ? await look(full) : null;
    if (info === null) missing.push(full);
    else if (info.isSymbolicLink()) throw new Refusal('a folder of this path is a symbolic link');
    else if (!info.isDirectory()) throw new Refusal('a folder of this path is a file');
  }
  full = join(full, parts.at(-1) ?? '');
  const info = missing.length === 0 ? await look(full) : null;
  if (info?.isSymbolicLink() === true) throw new Refusal('this is a symbolic link');
  if (info?.isDirectory() === true) throw new Refusal('this is a folder');
  if (info !== null && !info.isFile()) throw new Refusal('this is no regular file');
  return { path: parts.join('/'), full, info, missing };
}

function partsOf(path: string): string[] {
  if (path.length > pathCharsMax) throw new Refusal('the path is too long');
  if (path.startsWith('/')) {
    throw new Refusal(
      'give the path relative to the folder of the repository, without a leading /',
    );
  }
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0) throw new Refusal('the path names no file');
  if (parts.includes('..')) throw new Refusal('the path may not hold ..');
  const flaw = flawOfPath(parts.join('/'));
  if (flaw !== null) throw new Refusal(flaw);
  return parts;
}

async function look(full: string): Promise<Stats | null> {
  try {
    return await lstat(full);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
