/**
 * Copies the session of a tool out of the HOME in which it worked, or back: files whose paths its description names,
 * and nothing else. What configures it (settings, hooks, servers, plugins, words for every session) may have been
 * written there by anything that ran in the sandbox, and would steer the next attempt.
 */
import { copyFile, lstat, mkdir, readdir } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { exactGlobMatcher } from '@bzzz/protocol';

export interface CopyBounds {
  readonly bytesMax: number;
  readonly filesMax: number;
}

/** Looked at in one HOME, the session's or not. */
const entriesMax = 20_000;

/** Whether it was copied, whole; else there was none of it, or too much. Links are neither followed nor copied. */
export async function copySession(
  { from, to, files }: { from: string; to: string; files: readonly string[] },
  { bytesMax, filesMax }: CopyBounds,
): Promise<boolean> {
  const paths = await pathsOf(from, files);
  if (paths === null || paths.length === 0 || paths.length > filesMax) return false;
  let bytes = 0;
  for (const path of paths) {
    bytes += (await lstat(join(from, path))).size;
    if (bytes > bytesMax) return false;
  }
  for (const path of paths) {
    const place = join(to, path);
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    await copyFile(join(from, path), place);
  }
  return true;
}

/** Null: there is too much to look through. */
async function pathsOf(root: string, files: readonly string[]): Promise<string[] | null> {
  const isWanted = exactGlobMatcher(files);
  const leads = leadingTo(files);
  const paths: string[] = [];
  let entries = 0;
  const open = [''];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const child of await readdir(join(root, folder), { withFileTypes: true })) {
      entries += 1;
      if (entries > entriesMax) return null;
      const path = posix.join(folder, child.name);
      if (child.isFile() && isWanted(path)) paths.push(path);
      if (child.isDirectory() && leads(path)) open.push(path);
    }
  }
  return paths;
}

/** Whether a folder may hold some of the files. */
function leadingTo(files: readonly string[]): (path: string) => boolean {
  const above = files.flatMap((pattern) => {
    const names = pattern.split('/');
    const free = names.indexOf('**');
    const fixed = free === -1 ? names.length - 1 : free;
    const heads = Array.from({ length: fixed }, (_, at) => names.slice(0, at + 1).join('/'));
    return free === -1 ? heads : [...heads, [...names.slice(0, free), '**'].join('/')];
  });
  return exactGlobMatcher(above);
}
