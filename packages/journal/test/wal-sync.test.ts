import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { diskSync } from '../src/disk-sync.ts';
import { createWalSync } from '../src/wal-sync.ts';
import { tempDir } from './support.ts';

describe('the sync of the write-ahead log', () => {
  let folder: string;
  let current: number;
  let synced: string[];
  let syncWal: () => Promise<void>;

  beforeEach(async () => {
    folder = await tempDir();
    synced = [];
    current = 4;
    const sync = {
      async content(path: string) {
        await diskSync.content(path);
        synced.push(basename(path));
      },
      async everything(path: string) {
        await diskSync.everything(path);
        synced.push(path === folder ? 'the folder' : path);
      },
    };
    const currentWalFile = async () => ({ path: nameOf(current), number: current });
    syncWal = createWalSync({ sync, currentWalFile }, folder);
  });

  const nameOf = (number: number) => `/${String(number).padStart(6, '0')}.log`;
  const make = (number: number) => writeFile(join(folder, nameOf(number)), 'x');
  const remove = (number: number) => rm(join(folder, nameOf(number)));

  async function taken(): Promise<string[]> {
    synced = [];
    await syncWal();
    return synced;
  }

  it('takes the name of a new file too, later only its content', async () => {
    await make(4);
    expect(await taken()).toEqual(['the folder', '000004.log']);
    expect(await taken()).toEqual(['000004.log']);
  });

  it('takes all files since the last time when the log was rotated meanwhile', async () => {
    await make(4);
    await syncWal();
    await Promise.all([make(9), make(12), make(3), writeFile(join(folder, '000010.sst'), 'x')]);
    current = 12;
    const names = await taken();
    expect(names.slice(0, 2).sort()).toEqual(['000004.log', '000009.log']);
    expect(names.slice(2)).toEqual(['the folder', '000012.log']);
  });

  it('does without files that the database has emptied into a table', async () => {
    await make(4);
    await syncWal();
    await make(9);
    await remove(4);
    current = 9;
    expect(await taken()).toEqual(['the folder', '000009.log']);
  });

  it('fails when the file that is written is gone', async () => {
    await make(4);
    await syncWal();
    await remove(4);
    await expect(syncWal()).rejects.toThrow(/removed/);
  });
});
