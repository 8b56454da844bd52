/** Takes objects that git has just made in a store of its own into the mirror. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './processes.ts';

/** As git does it: an object is there whole, and on the disk, or not at all. */
export async function importObjects(from: string, into: string): Promise<void> {
  const folders = (await readdir(from)).filter((name) => /^[0-9a-f]{2}$/.test(name));
  for (const folder of folders) {
    await mkdir(join(into, folder), { recursive: true });
    for (const name of await readdir(join(from, folder))) {
      // What git was at when it was ended has another name.
      if (!/^[0-9a-f]{38}$/.test(name) || (await exists(join(into, folder, name)))) continue;
      const fresh = join(into, folder, `tmp_obj_${randomUUID()}`);
      try {
        await copyFile(join(from, folder, name), fresh, constants.COPYFILE_EXCL);
        await toDisk(fresh);
        await rename(fresh, join(into, folder, name));
      } finally {
        await rm(fresh, { force: true });
      }
    }
  }
}

async function toDisk(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
