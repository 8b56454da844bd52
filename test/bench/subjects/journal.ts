/**
 * Durable appends: a hundred callers, each with one entry under way at a time, through the journal;
 * and the same bytes written by a bare Hypercore in batches of a hundred, each with one fdatasync of
 * its write-ahead log, once with a block an entry and once packed as the journal packs them.
 */
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openJournals } from '@bzzz/journal';
import { bytesToHex, type JournalEntry, journalEntryCodec } from '@bzzz/protocol';
import Corestore from 'corestore';
import { digest } from '../content.ts';
import type { Side, Subject } from '../subject.ts';
import { makeTempFolder } from '../temp-folder.ts';
import { ENTRY_BYTES, entryOf } from './entries.ts';

const CALLERS = 100;

export const journal: Subject = {
  name: 'journal',
  measures: `durable appends of ${ENTRY_BYTES} B by ${CALLERS} callers through @bzzz/journal`,
  beside: `bare Hypercore, batches of ${CALLERS}, one fdatasync a batch; no callers, no checks`,
  operation: 'append',
  equal: 'sides',
  countsChildren: false,
  goals: [
    {
      of: '@bzzz/journal',
      beside: 'hypercore, block an entry',
      what: 'rate',
      must: { atLeast: 0.8 },
    },
  ],
  sizes: {
    full: { rounds: 9, warmUpRounds: 2, operations: 40 * CALLERS },
    small: { rounds: 1, warmUpRounds: 0, operations: CALLERS },
  },
  async open(seed, { operations }) {
    await using open = new AsyncDisposableStack();
    const folder = await makeTempFolder('journal');
    open.defer(folder.remove);
    const entriesOf = (round: number) =>
      Array.from({ length: operations }, (_, index) => entryOf(seed, round, index));
    const ours = await openJournals({}, { dir: join(folder.path, 'ours') });
    open.defer(ours.close);
    const apart = await openRaw(join(folder.path, 'apart'));
    open.defer(apart.close);
    const packed = await openRaw(join(folder.path, 'packed'));
    open.defer(packed.close);
    const kept = open.move();
    return {
      sides: [
        journalSide(ours.own, entriesOf),
        rawSide('hypercore, block an entry', apart, entriesOf, (entries) => entries),
        rawSide('hypercore, packed', packed, entriesOf, (entries) => [Buffer.concat(entries)]),
      ],
      close: () => kept.disposeAsync(),
    };
  },
};

type EntriesOf = (round: number) => readonly JournalEntry[];
type OwnJournal = Awaited<ReturnType<typeof openJournals>>['own'];

function journalSide(own: OwnJournal, entriesOf: EntriesOf): Side {
  return {
    name: '@bzzz/journal',
    async prepare(round) {
      const entries = entriesOf(round);
      const from = own.length();
      return {
        async work() {
          const queue = entries.values();
          const callers = Array.from({ length: CALLERS }, async () => {
            for (const entry of queue) await own.append(entry);
          });
          await Promise.all(callers);
        },
        async answer() {
          const stored: Uint8Array[] = [];
          for await (const { entry } of own.read({ from })) {
            stored.push(journalEntryCodec.encode(entry));
          }
          return digestOfSet(stored);
        },
        operations: () => entries.length,
      };
    },
  };
}

function rawSide(
  name: string,
  raw: RawLog,
  entriesOf: EntriesOf,
  pack: (entries: readonly Uint8Array[]) => readonly Uint8Array[],
): Side {
  return {
    name,
    async prepare(round) {
      const entries = entriesOf(round).map((entry) => journalEntryCodec.encode(entry));
      const from = raw.length();
      return {
        async work() {
          for (let at = 0; at < entries.length; at += CALLERS) {
            await raw.appendDurably(pack(entries.slice(at, at + CALLERS)));
          }
        },
        async answer() {
          const stored = await raw.blocksFrom(from);
          return digestOfSet(stored.flatMap((block) => unpack(block)));
        },
        operations: () => entries.length,
      };
    },
  };
}

interface RawLog {
  length(): number;
  appendDurably(blocks: readonly Uint8Array[]): Promise<void>;
  blocksFrom(from: number): Promise<Uint8Array[]>;
  close(): Promise<void>;
}

async function openRaw(folder: string): Promise<RawLog> {
  const store = new Corestore(folder);
  await store.ready();
  const core = store.get({ name: 'raw' });
  await core.ready();
  return {
    length: () => core.length,
    async appendDurably(blocks) {
      await core.append(blocks);
      const { path } = await store.storage.rocks.currentWalFile();
      await using wal = await openFile(join(folder, 'db', path), 'r+');
      await wal.datasync();
    },
    async blocksFrom(from) {
      const blocks: Uint8Array[] = [];
      for (let index = from; index < core.length; index += 1) {
        const block = await core.get(index, { wait: false });
        if (block === null) throw new Error(`block ${index} is not there`);
        blocks.push(block);
      }
      return blocks;
    },
    close: () => store.close(),
  };
}

/** All entries have one length, so that a packed block needs no marks. */
function unpack(block: Uint8Array): Uint8Array[] {
  if (block.byteLength % ENTRY_BYTES !== 0) throw new Error('not whole entries');
  return Array.from({ length: block.byteLength / ENTRY_BYTES }, (_, index) =>
    block.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES),
  );
}

/** Callers may overtake each other: what counts is that each entry is there, once. */
function digestOfSet(entries: readonly Uint8Array[]): string {
  return digest(entries.map((entry) => bytesToHex(entry)).sort());
}
