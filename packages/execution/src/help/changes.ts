/** Which files of a workspace are not what they were. Told by what a look at them costs, not by reading them. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../processes.ts';
import { walk } from '../walk.ts';

/** Null: there are too many files, or a command has closed a folder. */
export type FilesSeen = ReadonlyMap<string, string> | null;

export async function seeFiles(root: string, signal: AbortSignal): Promise<FilesSeen> {
  try {
    const { paths, more } = await walk(root, { dependencies: false, signal });
    if (more) return null;
    const prints = new Map<string, string>();
    for (const path of paths) {
      const { ino, size, mtimeNs } = await lstat(join(root, path), { bigint: true });
      prints.set(path, `${ino} ${size} ${mtimeNs}`);
    }
    return prints;
  } catch (error) {
    if (['EACCES', 'EPERM', 'ENAMETOOLONG'].includes(codeOf(error))) return null;
    throw error;
  }
}

/** Null: nobody can say. */
export function differences(before: FilesSeen, after: FilesSeen): readonly string[] | null {
  if (before === null || after === null) return null;
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.filter((path) => before.get(path) !== after.get(path));
}
