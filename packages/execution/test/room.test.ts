/** How much room files take, and that whoever makes too many of them is found out before he has made more. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { diskBytesOf } from '../src/room.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bzzz-room-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (path: string, bytes = 0) => writeFileSync(join(folder, path), Buffer.alloc(bytes, 1));

it('counts what lies below a folder, an empty file too', async () => {
  put('empty');
  mkdirSync(join(folder, 'deeper'));
  put('deeper/full', 100_000);
  const bytes = await diskBytesOf(folder);
  expect(bytes).toBeGreaterThanOrEqual(100_000 + 3 * 1024);
  expect(bytes).toBeLessThan(120_000);
});

it('looks at nothing more beyond what is allowed', async () => {
  for (let index = 0; index < 100; index += 1) put(`f${index}`, 10_000);
  const all = await diskBytesOf(folder);
  expect(all).toBeGreaterThan(1_000_000);
  const some = await diskBytesOf(folder, 500_000);
  expect(some).toBeGreaterThan(500_000);
  expect(some).toBeLessThan(600_000);
});
