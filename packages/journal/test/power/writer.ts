/**
 * A process that appends until it is killed. Prints, each on its own line and before it goes on,
 * `open KEY`, `ack POSITION` for every entry that was acknowledged, `sync FILE BYTES` for every
 * file whose first BYTES are on disk, and `names FOLDER FILE/FILE` for what is on disk of a folder. With `nosync`
 * it leaves out the syncs of content, with `nonames` those of folders and small files, with `idle` the entries.
 */
import { readdirSync, statSync, writeSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { JournalEntry } from '@bzzz/protocol';
import { diskSync } from '../src/disk-sync.ts';
import { openJournals } from '../src/index.ts';

const [dir, mode] = process.argv.slice(2);
if (dir === undefined) throw new Error('writer.ts DIR [nosync | nonames | idle]');

const root = dir;
const sync = {
  async content(path: string) {
    if (mode === 'nosync') return;
    const { size } = statSync(path);
    await diskSync.content(path);
    print(`sync ${basename(path)} ${size}`);
  },
  async everything(path: string) {
    if (mode === 'nonames') return;
    const info = statSync(path);
    // Before the sync: what comes meanwhile may or may not be covered.
    const names = info.isDirectory() ? readdirSync(path) : undefined;
    await diskSync.everything(path);
    if (names === undefined) print(`sync ${basename(path)} ${info.size}`);
    else print(`names ${relative(root, path) || '.'} ${names.join('/')}`);
  },
};
const { own } = await openJournals({ sync }, { dir });
print(`open ${own.key}`);
// Keeps the process until it is killed.
process.stdin.resume();

// Three callers, so that positions are given out from within groups too.
const callers = mode === 'idle' ? [] : [0, 1, 2];
await Promise.all(
  callers.map(async () => {
    for (;;) print(`ack ${await own.append(entry())}`);
  }),
);

function entry(): JournalEntry {
  return JournalEntry.parse({
    v: 1,
    at: { wallMs: 1, counter: 0 },
    body: { kind: 'trouble', code: 'test', reason: 'x'.repeat(200) },
  });
}

function print(line: string): void {
  writeSync(1, `${line}\n`);
}
