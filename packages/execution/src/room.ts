/** How much room a run takes on disk, and in memory beside what its processes have mapped. */
import type { Stats } from 'node:fs';
import { lstat, opendir, readdir, readlink, stat } from 'node:fs/promises';
import { codeOf, type ProcessInfo } from './processes.ts';

/** An empty file takes an entry of its folder and a node of the file system, of which there are not many. */
const entryBytes = 1024;
/** Of the kernel's 4096, so that a name still fits behind it. */
const pathBytesMax = 3_800;
const slash = Buffer.from('/');

/**
 * Below a folder; what vanishes meanwhile counts nothing. What lies so deep that no path names it cannot be
 * measured, and counts as more than anything. Beyond `bytesMax` nothing more is looked at: of a folder that
 * grows faster than it is read, the end would never come.
 */
export async function diskBytesOf(
  folder: string,
  bytesMax = Number.POSITIVE_INFINITY,
): Promise<number> {
  let bytes = 0;
  const open = [Buffer.from(folder)];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (path.byteLength > pathBytesMax) return Number.POSITIVE_INFINITY;
    for await (const name of namesIn(path)) {
      const child = Buffer.concat([path, slash, name]);
      const info = await lstat(child).catch(ignoreVanished);
      if (info === null) continue;
      bytes += roomOf(info) + entryBytes;
      if (bytes > bytesMax) return bytes;
      if (info.isDirectory()) open.push(child);
    }
  }
  return bytes;
}

/** As they are read, not when all are; they need be no text. */
async function* namesIn(path: Buffer): AsyncIterable<Buffer> {
  const dir = await opendir(path, { encoding: 'latin1', bufferSize: 512 }).catch(ignoreVanished);
  if (dir === null) return;
  for await (const { name } of dir) yield Buffer.from(name, 'latin1');
}

/**
 * Files that have no name any more and live as long as somebody has them open: on the disk of the
 * worktree, or in memory from the start (`memfd_create`), where they need be mapped by nobody.
 */
export async function openBytesOf(
  processes: readonly ProcessInfo[],
  tree: string,
): Promise<{ disk: number; memory: number }> {
  const { dev } = await stat(tree);
  const seen = new Set<string>();
  const sum = { disk: 0, memory: 0 };
  for (const { pid } of processes) {
    const folder = `/proc/${pid}/fd`;
    for (const name of (await readdir(folder).catch(ignoreVanished)) ?? []) {
      const path = `${folder}/${name}`;
      const info = await stat(path).catch(ignoreVanished);
      if (info === null || !info.isFile() || info.nlink > 0) continue;
      const key = `${info.dev} ${info.ino}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (info.dev === dev) sum.disk += roomOf(info);
      else if (await isInMemory(path)) sum.memory += roomOf(info);
    }
  }
  return sum;
}

async function isInMemory(path: string): Promise<boolean> {
  return ((await readlink(path).catch(ignoreVanished)) ?? '').startsWith('/memfd:');
}

function roomOf({ blocks }: Stats): number {
  return blocks * 512;
}

/** Or may not be looked at. */
function ignoreVanished(error: unknown): null {
  if (['ENOENT', 'ENOTDIR', 'EACCES', 'ESRCH', 'EPERM'].includes(codeOf(error))) return null;
  throw error;
}
