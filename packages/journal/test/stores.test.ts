/** Stores that earlier releases wrote, by `stores/make-store.ts`, are read and go on. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { EntryBody, journalEntryCodec } from '@bzzz/protocol';
import { entryOf } from '@bzzz/testkit/contracts/journal';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openJournals } from '../src/index.ts';
import { openedJournals, tempDir } from './support.ts';

const folder = new URL('stores/', import.meta.url);
const stores = (await readdir(folder)).filter((name) => name.endsWith('.json.gz'));
const Store = z.object({
  files: z.record(z.string(), z.base64()),
  /** As that release wrote them: this one must read each, and see the same. */
  entries: z.array(
    z.base64().transform((text) => journalEntryCodec.decode(Buffer.from(text, 'base64'))),
  ),
});

async function unpack(name: string) {
  const text = gunzipSync(await readFile(new URL(name, folder))).toString('utf8');
  const { files, entries } = Store.parse(JSON.parse(text));
  const dir = join(await tempDir(), 'journal');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), Buffer.from(content, 'base64'));
  }
  return { dir, entries };
}

describe.each(stores)('the store %s', (name) => {
  it('is read to its end, goes on, and is opened once more', async () => {
    const { dir, entries } = await unpack(name);
    const journals = await openJournals({}, { dir });
    const read = await Array.fromAsync(journals.own.read());
    expect(read).toEqual(entries.map((entry, seq) => ({ seq, entry })));
    expect(journals.own.skipped()).toEqual({ blocks: 0, entries: 0 });
    expect(await journals.own.append(entryOf(0))).toBe(entries.length);
    await journals.close();
    const again = await openedJournals({ dir });
    expect(again.own.length()).toBe(entries.length + 1);
  });
});

it('of this release there is one, with every kind of entry that it knows', async () => {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')));
  const { entries } = await unpack(`${version}.json.gz`);
  const kinds = new Set(entries.map(({ body }) => body.kind));
  expect([...kinds].toSorted()).toEqual(
    EntryBody.options.map(({ shape }) => shape.kind.value).toSorted(),
  );
});
