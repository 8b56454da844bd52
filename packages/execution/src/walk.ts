/** Regular files of a workspace, folder by folder, names in order. */
import { readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { flawOfPath } from './hostile.ts';

export interface Walked {
  readonly paths: readonly string[];
  /** There are so many that not all were looked at. */
  readonly more: boolean;
}

const entriesMax = 20_000;
const depthMax = 50;

/**
 * Links are not followed, git directories not entered. `node_modules` is skipped unless it is asked
 * for: it would drown everything else.
 */
export async function walk(
  root: string,
  { dependencies, signal }: { dependencies: boolean; signal: AbortSignal },
): Promise<Walked> {
  const paths: string[] = [];
  let entries = 0;
  const open = [''];
  for (let folder = open.shift(); folder !== undefined; folder = open.shift()) {
    signal.throwIfAborted();
    const children = await readdir(join(root, folder), { withFileTypes: true });
    for (const child of children.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      entries += 1;
      if (entries > entriesMax) return { paths, more: true };
      const path = posix.join(folder, child.name);
      // A name that is not UTF-8 cannot be asked for: it would not come back as it was.
      if (flawOfPath(child.name) !== null || child.name.includes('\uFFFD')) continue;
      if (child.isFile()) paths.push(path);
      if (!child.isDirectory() || (child.name === 'node_modules' && !dependencies)) continue;
      if (path.split('/').length < depthMax) open.push(path);
    }
  }
  return { paths, more: false };
}
