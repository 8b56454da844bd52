/**
 * A process that appends until it is killed, in the way that a peer does. Prints, each on its own line and
 * before it goes on, `open KEY`, and `ack POSITION` for every entry that was acknowledged; what it synced is
 * printed by `seen-syncs.ts`. With `idle` it appends nothing.
 */
import { writeSync } from 'node:fs';
import { JournalEntry } from '@bzzz/protocol';
import { openJournals } from '../../src/index.ts';

const [dir, mode] = process.argv.slice(2);
if (dir === undefined) throw new Error('writer.ts DIR [idle]');

const { own } = await openJournals({}, { dir });
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
