/**
 * Writes a journal with entries of each kind as this release writes it, for later ones to read. Once a release:
 *
 *     node --conditions=bzzz-source packages/journal/test/stores/make-store.ts 0.1.0
 *
 * When that release is out it is not made anew: what it left on people's disks does not change either.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { EntryBody, JournalEntry, journalEntryCodec } from '@bzzz/protocol';
import { entryOf } from '@bzzz/testkit/contracts/journal';
import fc from 'fast-check';
import { valuesOf } from '@bzzz/testkit/contracts/values';
import { openJournals } from '../../src/index.ts';

const aKind = 2;
const seed = 1;

function entries(): JournalEntry[] {
  const bodies = EntryBody.options.flatMap((option): EntryBody[] =>
    fc.sample<EntryBody>(valuesOf(option), { seed, numRuns: aKind }),
  );
  return bodies.map((body, index) => JournalEntry.parse({ ...entryOf(index), body }));
}

/** Every file but those that belong to the machine, or that RocksDB writes for people. */
async function filesIn(dir: string): Promise<Record<string, string>> {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter((item) => item.isFile() && !['CORESTORE', 'LOCK', 'LOG'].includes(item.name))
    .map(({ parentPath, name }) => join(parentPath, name));
  const read = files.map(
    async (path): Promise<[string, string]> => [
      path.slice(dir.length + 1),
      (await readFile(path)).toString('base64'),
    ],
  );
  return Object.fromEntries(await Promise.all(read));
}

const [release] = process.argv.slice(2);
if (release === undefined) throw new Error('which release?');
const dir = await mkdtemp(join(tmpdir(), 'bzzz-store-'));
try {
  const written = entries();
  const journals = await openJournals({}, { dir });
  for (const entry of written) await journals.own.append(entry);
  await journals.close();
  const encoded = written.map((one) =>
    Buffer.from(journalEntryCodec.encode(one)).toString('base64'),
  );
  const store = JSON.stringify({ files: await filesIn(dir), entries: encoded });
  await writeFile(new URL(`${release}.json.gz`, import.meta.url), gzipSync(store, { level: 9 }));
} finally {
  await rm(dir, { recursive: true, force: true });
}
