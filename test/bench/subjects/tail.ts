/**
 * How late whoever follows a replica sees an entry: from the moment at which it is on the writer's disk to the
 * moment at which the other peer has it in hand, one entry at a time, both peers in this process. Both sides
 * sync the same way before they tell anybody, and the clock starts when that is done, so the disk is not in it.
 */
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DiskSync, openJournals } from '@bzzz/journal';
import { journalEntryCodec } from '@bzzz/protocol';
import { digest } from '../content.ts';
import { quantile } from '../spread.ts';
import type { Side, Subject } from '../subject.ts';
import { makeTempFolder } from '../temp-folder.ts';
import { ENTRY_BYTES, entryOf } from './entries.ts';
import { connectHosts } from './replication-ours.ts';
import { linkRaw, openRawStore, rawArrived, rawBlocks } from './replication-raw.ts';

const lagFigure = 'lag p95 ms';

export const tail: Subject = {
  name: 'tail',
  measures: `lag of a followed replica, entries of ${ENTRY_BYTES} B one at a time; CPU of both ends`,
  beside: 'bare Hypercore, block an entry, over bare TCP, synced as well',
  operation: 'entry',
  equal: 'sides',
  countsChildren: false,
  goals: [
    {
      of: '@bzzz/journal',
      beside: 'hypercore, block an entry',
      what: lagFigure,
      must: { atMost: 1.5 },
    },
  ],
  sizes: {
    full: { rounds: 9, warmUpRounds: 2, operations: 300 },
    small: { rounds: 1, warmUpRounds: 0, operations: 20 },
  },
  async open(seed, { operations }) {
    await using open = new AsyncDisposableStack();
    const folder = await makeTempFolder('tail');
    open.defer(folder.remove);
    const ours = await oursFollowed(join(folder.path, 'ours'));
    open.defer(ours.close);
    const raw = await rawFollowed(join(folder.path, 'raw'));
    open.defer(raw.close);
    const kept = open.move();
    const entriesOf = (round: number) =>
      Array.from({ length: operations }, (_, index) => entryOf(seed, round, index));
    return {
      sides: [
        side('@bzzz/journal', ours, entriesOf),
        side('hypercore, block an entry', raw, entriesOf),
      ],
      close: () => kept.disposeAsync(),
    };
  },
};

type Entries = readonly ReturnType<typeof entryOf>[];

/** A log that somebody follows elsewhere. */
interface Followed {
  append(entry: Entries[number]): Promise<unknown>;
  /** When what was written last was on disk. */
  readonly syncedMs: () => number;
  /** Resolves when the one who follows has so many in hand since the beginning. */
  arrived(count: number): Promise<void>;
  /** Those that it has, from one on. */
  stored(from: number): Promise<readonly Uint8Array[]>;
  close(): Promise<void>;
}

function side(name: string, log: Followed, entriesOf: (round: number) => Entries): Side {
  let count = 0;
  return {
    name,
    async prepare(round) {
      const entries = entriesOf(round);
      const from = count;
      const lagsMs: number[] = [];
      return {
        async work() {
          for (const entry of entries) {
            count += 1;
            const arrived = log.arrived(count).then(() => performance.now());
            await log.append(entry);
            lagsMs.push((await arrived) - log.syncedMs());
          }
        },
        answer: async () => digest(await log.stored(from)),
        operations: () => entries.length,
        figures: () => ({ [lagFigure]: quantile(0.95, lagsMs) }),
      };
    },
  };
}

/** By fdatasync and fsync, and tells when. */
function timedSync(): DiskSync & { readonly doneMs: () => number } {
  let doneMs = Number.NaN;
  const synced = async (path: string, flags: string, how: 'datasync' | 'sync') => {
    await using file = await openFile(path, flags);
    await file[how]();
    doneMs = performance.now();
  };
  return {
    content: (path) => synced(path, 'r+', 'datasync'),
    everything: (path) => synced(path, 'r', 'sync'),
    doneMs: () => doneMs,
  };
}

async function oursFollowed(folder: string): Promise<Followed> {
  await using open = new AsyncDisposableStack();
  const sync = timedSync();
  const writer = await openJournals({ sync }, { dir: join(folder, 'writer') });
  open.defer(writer.close);
  const reader = await openJournals({}, { dir: join(folder, 'reader') });
  open.defer(reader.close);
  const hosts = await connectHosts(writer);
  open.defer(hosts.close);
  await hosts.link(reader);
  const seen: Uint8Array[] = [];
  const waiting = new Map<number, () => void>();
  const following = (async () => {
    for await (const { entry } of reader.replica(writer.own.key).follow()) {
      waiting.get(seen.push(journalEntryCodec.encode(entry)))?.();
    }
  })();
  const kept = open.move();
  return {
    append: (entry) => writer.own.append(entry),
    syncedMs: sync.doneMs,
    arrived: (count) => within30s(new Promise((resolve) => waiting.set(count, resolve))),
    stored: async (from) => seen.slice(from),
    async close() {
      await kept.disposeAsync();
      await following;
    },
  };
}

async function rawFollowed(folder: string): Promise<Followed> {
  await using open = new AsyncDisposableStack();
  const sync = timedSync();
  const dir = join(folder, 'writer');
  const writer = await openRawStore(dir, null);
  open.defer(writer.close);
  const reader = await openRawStore(join(folder, 'reader'), writer.core);
  open.defer(reader.close);
  const link = await linkRaw(reader, writer);
  open.defer(link.cut);
  reader.core.download({ start: 0, end: -1 });
  const postappend = async () => {
    const { path } = await writer.store.storage.rocks.currentWalFile();
    await sync.content(join(dir, 'db', path));
  };
  const kept = open.move();
  return {
    append: (entry) => writer.core.append([journalEntryCodec.encode(entry)], { postappend }),
    syncedMs: sync.doneMs,
    async arrived(count) {
      await within30s(rawArrived(reader.core, count));
      if ((await reader.core.get(count - 1, { wait: false })) === null) {
        throw new Error(`block ${count - 1} is not there`);
      }
    },
    stored: (from) => rawBlocks(reader.core, from),
    close: () => kept.disposeAsync(),
  };
}

async function within30s(arrival: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('it did not arrive within 30 s')), 30_000);
  try {
    await Promise.race([arrival, promise]);
  } finally {
    clearTimeout(timer);
  }
}
