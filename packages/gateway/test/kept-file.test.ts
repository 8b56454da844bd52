/** A file is read again when it is another one, and only then. */
import { chmod, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keptFile } from '../src/access/kept-file.ts';
import { tempDir } from './support.ts';

/** `aheadMs`: how old files seem to be that were written just now. */
async function kept({ aheadMs }: { readonly aheadMs: number }) {
  const file = join(await tempDir(), 'file');
  let reads = 0;
  const read = keptFile(file, {
    async read() {
      reads += 1;
      return readFile(file, 'utf8');
    },
    nowMs: () => Date.now() + aheadMs,
  });
  return { file, read, reads: () => reads };
}

it('is read once as long as it is the same', async () => {
  const { file, read, reads } = await kept({ aheadMs: 60_000 });
  await writeFile(file, 'one');
  for (let time = 0; time < 5; time += 1) expect(await read()).toBe('one');
  expect(reads()).toBe(1);
});

it('is read again when another is put in its place, also of the same length and date', async () => {
  const { file, read } = await kept({ aheadMs: 60_000 });
  const dated = new Date(1_700_000_000_000);
  await writeFile(file, 'one');
  await utimes(file, dated, dated);
  expect(await read()).toBe('one');
  await writeFile(`${file}.new`, 'two');
  await utimes(`${file}.new`, dated, dated);
  await rename(`${file}.new`, file);
  expect(await read()).toBe('two');
});

it('is read again when its mode is another one, since that may be what is wrong with it', async () => {
  const { file, read, reads } = await kept({ aheadMs: 60_000 });
  await writeFile(file, 'one');
  await read();
  const changedNs = async () => (await stat(file, { bigint: true })).ctimeNs;
  const before = await changedNs();
  // The clock by which the system dates files may stand still for some milliseconds.
  for (let mode = 0o644; (await changedNs()) === before; mode ^= 0o044) await chmod(file, mode);
  await read();
  expect(reads()).toBe(2);
});

it('is not kept when it is so young that a further change might not show', async () => {
  const { file, read, reads } = await kept({ aheadMs: 0 });
  await writeFile(file, 'one');
  await read();
  await read();
  expect(reads()).toBe(2);
});

it('is asked for anew when it is gone, and keeps nothing of a read that failed', async () => {
  const { file, read } = await kept({ aheadMs: 60_000 });
  await writeFile(file, 'one');
  await read();
  await rm(file);
  await expect(read()).rejects.toThrow(/ENOENT/);
  await writeFile(file, 'two');
  expect(await read()).toBe('two');
});
