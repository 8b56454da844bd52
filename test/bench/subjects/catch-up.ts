/**
 * A second peer that has nothing yet gets a whole journal from the first, both in this process: CPU of both
 * ends together. The journal was written by a hundred callers at a time, so that it packs; one that was written
 * an entry at a time has as many blocks as entries, and gains nothing here. The bare side has it easier: its
 * connection is TCP with Hypercore's own noise, ours is a stream of libp2p with noise and yamux around that.
 */
import { join } from 'node:path';
import { type Journals, openJournals } from '@bzzz/journal';
import { type JournalEntry, journalEntryCodec } from '@bzzz/protocol';
import { digest } from '../content.ts';
import type { Side, Subject } from '../subject.ts';
import { makeTempFolder } from '../temp-folder.ts';
import { ENTRY_BYTES, entryOf } from './entries.ts';
import { connectHosts, type Hosts } from './replication-ours.ts';
import { linkRaw, openRawStore, rawArrived, rawBlocks, type RawStore } from './replication-raw.ts';

const AT_ONCE = 100;

export const catchUp: Subject = {
  name: 'catch-up',
  measures: `entries of ${ENTRY_BYTES} B that a new replica gets; CPU of both ends together`,
  beside:
    'bare Hypercore over bare TCP, once with a block an entry and once packed as the journal packs them',
  operation: 'entry',
  equal: 'sides',
  countsChildren: false,
  goals: [
    {
      of: '@bzzz/journal',
      beside: 'hypercore, block an entry',
      what: 'rate',
      must: { atLeast: 10 },
    },
    // Of the same blocks as ours: what is left is our codec, our schema and the second encryption.
    ...['rate', 'CPU time'].map((what) => ({
      of: '@bzzz/journal',
      beside: 'hypercore, packed',
      what,
      must: null,
    })),
  ],
  sizes: {
    full: { rounds: 3, warmUpRounds: 1, operations: 1_000 * AT_ONCE },
    small: { rounds: 1, warmUpRounds: 0, operations: 3 * AT_ONCE },
  },
  async open(seed, { operations }) {
    await using open = new AsyncDisposableStack();
    const folder = await makeTempFolder('catch-up');
    open.defer(folder.remove);
    const ours = await openJournals({}, { dir: join(folder.path, 'ours') });
    open.defer(ours.close);
    const raw = await openRawStore(join(folder.path, 'raw'), null);
    open.defer(raw.close);
    const packed = await openRawStore(join(folder.path, 'packed'), null);
    open.defer(packed.close);
    const lengths: number[] = [];
    for (let at = 0; at < operations; at += AT_ONCE) {
      const entries = Array.from({ length: AT_ONCE }, (_, offset) => entryOf(seed, 0, at + offset));
      await Promise.all(entries.map((entry) => ours.own.append(entry)));
      const blocks = entries.map(encoded);
      await raw.core.append(blocks);
      await packed.core.append([Buffer.concat(blocks)]);
      lengths.push(...blocks.map(({ byteLength }) => byteLength));
    }
    const hosts = await connectHosts(ours);
    open.defer(hosts.close);
    const kept = open.move();
    return {
      sides: [
        oursSide(ours, hosts),
        rawSide('hypercore, block an entry', raw, lengths),
        rawSide('hypercore, packed', packed, lengths),
      ],
      close: () => kept.disposeAsync(),
    };
  },
};

function encoded(entry: JournalEntry): Uint8Array {
  return journalEntryCodec.encode(entry);
}

function oursSide(writer: Journals, hosts: Hosts): Side {
  const length = writer.own.length();
  return {
    name: '@bzzz/journal',
    async prepare() {
      const folder = await makeTempFolder('catch-up-ours');
      const reader = await openJournals({}, { dir: folder.path });
      const replica = reader.replica(writer.own.key);
      let link: Awaited<ReturnType<Hosts['link']>> | undefined;
      return {
        async work() {
          link = await hosts.link(reader);
          for await (const { seq } of replica.follow({ from: length - 1 })) {
            if (seq === length - 1) break;
          }
        },
        async answer() {
          const stored: Uint8Array[] = [];
          for await (const { entry } of replica.read()) stored.push(encoded(entry));
          await link?.cut();
          await reader.close();
          await folder.remove();
          return digest(stored);
        },
        operations: () => length,
      };
    },
  };
}

/** `lengths`: of all entries, in bytes. */
function rawSide(name: string, writer: RawStore, lengths: readonly number[]): Side {
  const { length } = writer.core;
  return {
    name,
    async prepare() {
      const folder = await makeTempFolder('catch-up-raw');
      const reader = await openRawStore(folder.path, writer.core);
      let link: Awaited<ReturnType<typeof linkRaw>> | undefined;
      return {
        async work() {
          const range = reader.core.download({ start: 0, end: -1 });
          link = await linkRaw(reader, writer);
          await rawArrived(reader.core, length);
          range.destroy();
        },
        async answer() {
          const stored = Buffer.concat(await rawBlocks(reader.core, 0));
          await link?.cut();
          await reader.close();
          await folder.remove();
          return digest(cutUp(stored, lengths));
        },
        operations: () => lengths.length,
      };
    },
  };
}

function cutUp(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return bytes.subarray(end - length, end);
  });
}
