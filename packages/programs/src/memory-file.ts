/** Files that never have a name, in memory: each is gone with the last who has it open. */
import { closeSync, constants, openSync, statfsSync, writeSync } from 'node:fs';

const memoryFolder = '/dev/shm';
/** open(2); Node has no name for it. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
/** tmpfs and ramfs, by `f_type` of statfs(2). */
const inMemoryTypes: readonly number[] = [0x01021994, 0x858458f6];

/** Its descriptor. Throws where there can be none, or no more. */
export function inMemory(bytes: Uint8Array, folder = memoryFolder): number {
  const fd = openSync(folder, O_TMPFILE | constants.O_RDWR, 0o600);
  try {
    if (writeSync(fd, bytes) === bytes.byteLength) return fd;
    throw new Error(`${folder} is full`);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Why no program can be given a secret here; null: it can. */
export function whyNoSecret(folder = memoryFolder): string | null {
  try {
    // What a secret for git takes, and more.
    closeSync(inMemory(new Uint8Array(8192), folder));
    if (inMemoryTypes.includes(statfsSync(folder).type >>> 0)) return null;
    return `${folder} is not in memory, so a secret there may get onto a disk`;
  } catch (error) {
    return `${folder}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
