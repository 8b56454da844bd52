import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Disk {
  readonly freeBytes: number;
  readonly freeInodes: number;
  /** Some file systems count none. */
  readonly inodes: number;
}

/** Room for this user where a folder lies, or will lie. */
export async function diskAt(path: string): Promise<Disk> {
  const { bavail, bsize, files, ffree } = await statfs(await nearestFolder(path));
  return { freeBytes: bavail * bsize, freeInodes: ffree, inodes: files };
}

/** The path itself, or the nearest one above it that exists. */
export async function nearestFolder(path: string): Promise<string> {
  const facts = await stat(path).catch(() => null);
  if (facts !== null || dirname(path) === path) return path;
  return nearestFolder(dirname(path));
}
