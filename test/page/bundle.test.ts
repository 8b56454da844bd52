/** What a browser fetches of the page, all views together. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../packages/visualizer/dist/page', import.meta.url));
const bytesMax = 400_000;

it('is less than 400 kB, compressed', async () => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(file)).length));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`${files.length} files, ${bytes} bytes compressed`);
  expect(files.length).toBeGreaterThan(2);
  expect(bytes).toBeLessThan(bytesMax);
});
