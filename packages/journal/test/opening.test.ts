import { cp, mkdir, open, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { entryOf } from '@bzzz/testkit/contracts/journal';
import { beforeEach, describe, expect, it } from 'vitest';
import { openJournals } from '../src/index.ts';
import { codeOf, openedJournals, tempDir } from './support.ts';

describe('opening', () => {
  let dir: string;
  beforeEach(async () => {
    dir = join(await tempDir(), 'journal');
  });

  /** Leaves a journal with `entries` entries, one a block, properly closed. */
  async function leave(entries: number): Promise<void> {
    const journals = await openJournals({}, { dir });
    for (let index = 0; index < entries; index += 1) await journals.own.append(entryOf(index));
    await journals.close();
  }

  it('refuses a folder that is in use, and leaves it alone', async () => {
    const { own } = await openedJournals({ dir });
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_locked');
    expect(await own.append(entryOf(0))).toBe(0);
  });

  it('opens a folder again after it was closed', async () => {
    await leave(3);
    await leave(2);
    expect((await openedJournals({ dir })).own.length()).toBe(5);
  });

  it('opens a folder that it was killed in before it had written who it belongs to', async () => {
    await mkdir(join(dir, 'store'), { recursive: true });
    await writeFile(join(dir, 'store', 'CORESTORE'), '');
    await leave(3);
    expect((await openedJournals({ dir })).own.length()).toBe(3);
  });

  it('refuses a folder that was copied', async () => {
    await leave(3);
    const copy = join(await tempDir(), 'copy');
    await cp(dir, copy, { recursive: true, preserveTimestamps: true });
    expect(await codeOf(openJournals({}, { dir: copy }))).toBe('journal_copied');
    expect((await openedJournals({ dir })).own.length()).toBe(3);
  });

  it('refuses a folder that cannot be made', async () => {
    await writeFile(dir, '');
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_write_failed');
  });

  it('notices a write-ahead log that lost its end, which Hypercore opens shorter', async () => {
    await leave(20);
    const [log] = await logs();
    if (log === undefined) throw new Error('no write-ahead log');
    await truncate(log, 30_000);
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
    // Not because something was left open by the refusal.
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
  });

  it('notices a write-ahead log with a damaged middle', async () => {
    await leave(20);
    const [log] = await logs();
    if (log === undefined) throw new Error('no write-ahead log');
    await overwrite(log, 40_000);
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
  });

  it('notices damaged tables', async () => {
    await leave(20);
    await leave(0); // Moves what the log holds to tables.
    const tables = (await files()).filter((path) => /\.(?:sst|blob)$/.test(path));
    expect(tables.length).toBeGreaterThan(0);
    for (const path of tables) await overwrite(path, 100);
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
  });

  it('notices a database that does not open, and lets go of it', async () => {
    await leave(1);
    await writeFile(join(dir, 'store', 'db', 'CURRENT'), 'nonsense');
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
  });

  it('notices a store that gave up its write-ahead log', async () => {
    await leave(2);
    await leave(0); // Moves what the log holds to tables, so that nothing is lost with it.
    await writeFile(join(dir, 'store', 'db', 'RECOVERING'), '');
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
  });

  it('notices a store that is gone, empty or not ours', async () => {
    await leave(2);
    await rm(join(dir, 'store'), { recursive: true });
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
  });

  it('notices that the remembered head is gone or unreadable', async () => {
    await leave(2);
    await writeFile(join(dir, 'head'), Buffer.alloc(1024, 7));
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
    await rm(join(dir, 'head'));
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
  });

  it('opens with one torn slot of the remembered head', async () => {
    await leave(2);
    const head = await open(join(dir, 'head'), 'r+');
    await head.write(Buffer.alloc(40, 1), 0, 40, 0);
    await head.close();
    expect((await openedJournals({ dir })).own.length()).toBe(2);
  });

  it('closes twice, and refuses what comes later', async () => {
    const journals = await openedJournals({ dir });
    await Promise.all([journals.close(), journals.close()]);
    await journals.close();
    expect(await codeOf(journals.own.append(entryOf(0)))).toBe('stopped');
    expect(() => journals.replica(journals.own.key)).toThrow(/stopped/);
  });

  async function files(): Promise<string[]> {
    const folder = join(dir, 'store', 'db');
    return (await readdir(folder)).map((name) => join(folder, name));
  }

  /** Write-ahead logs, that with content. */
  async function logs(): Promise<string[]> {
    return (await files()).filter((path) => path.endsWith('.log'));
  }
});

async function overwrite(path: string, position: number): Promise<void> {
  const handle = await open(path, 'r+');
  await handle.write(Buffer.alloc(200, 0xa5), 0, 200, position);
  await handle.close();
}
