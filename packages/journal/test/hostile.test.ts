import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { bytesToHex, JournalKey, journalEntryCodec, limits, treeHashOf } from '@bzzz/protocol';
import { collect, entryOf, storedEntries } from '@bzzz/testkit/contracts/journal';
import { encode } from 'cborg';
import Corestore from 'corestore';
import type Hypercore from 'hypercore';
import { keyPair } from 'hypercore-crypto';
import { describe, expect, it } from 'vitest';
import { journalBlockCodec } from '../src/block.ts';
import { createReplications } from '../src/replication.ts';
import { arrivedOver, linked, protocol, type Replicator, startedHost } from './hosts.ts';
import { appendRange, arrived, codeOf, onCleanup, openedJournals, tempDir } from './support.ts';

describe('a hostile writer', () => {
  it('is read as far as it makes sense; the rest is counted and skipped', async () => {
    const { core, key, ...writer } = await rawWriter();
    await core.append([
      block(0, [entry(0), entry(1)]),
      randomBytes(100), // 1: garbage
      block(2, [entry(2)]),
      randomBytes(limits.journalBlockBytesMax + 1), // 2: over the limit
      encode({ v: 1, first: 'three', entries: {} }), // 3: wrong types
      encode({ v: 2, first: 3, entries: [entry(3)] }), // 4: of a newer release
      block(10, [entry(10)]), // Stands anywhere behind what could not be read.
      block(10, [entry(99)]), // 5: at a position that is taken
      block(0, [entry(99)]), // 6: rewrites the past
      new Uint8Array(0), // 7: empty
      block(11, [entry(11), randomBytes(30), encode({ v: 9 }), entry(14)]), // two bad entries
      block(16, [entry(99)]), // 8: leaves a gap that nothing explains
      block(15, [entry(15)]),
    ]);
    const reader = await openedJournals();
    const replica = reader.replica(key);
    await linked(reader, writer);
    await arrived(replica, 16);
    const good = [0, 1, 2, 10, 11, 14, 15];
    const entries = await collect(replica.read());
    expect(entries).toEqual(good.flatMap((index) => storedEntries(index, index + 1)));
    expect(replica.skipped()).toEqual({ blocks: 8, entries: 2 });
    for (const from of [1, 3, 10, 12, 15]) {
      expect(await collect(replica.read({ from }))).toEqual(
        entries.filter(({ seq }) => seq >= from),
      );
    }
    expect(replica.skipped()).toEqual({ blocks: 8, entries: 2 });
  });

  it('that packs bad entries among good ones loses those alone, each counted', async () => {
    const { core, key, ...writer } = await rawWriter();
    const badText = Uint8Array.from(entry(1));
    // The last byte stands in a text; no UTF-8 has this one.
    badText[badText.length - 1] = 0xff;
    const huge = encode({ ...entryOf(2), more: 'x'.repeat(limits.journalEntryBytesMax) });
    const wrong = encode({ ...entryOf(3), at: { wallMs: 'now', counter: 0 } });
    const before = encode({ ...entryOf(4), at: { wallMs: -5, counter: 0 } });
    const endless = encode({ ...entryOf(5), at: { wallMs: Number.MAX_SAFE_INTEGER, counter: 0 } });
    await core.append([block(0, [entry(0), badText, huge, wrong, before, endless, entry(6)])]);
    const reader = await openedJournals();
    const replica = reader.replica(key);
    await linked(reader, writer);
    await arrived(replica, 7);
    const read = await collect(replica.read());
    // A time that may be is for whoever orders entries to doubt.
    expect(read.map(({ seq }) => seq)).toEqual([0, 5, 6]);
    expect(replica.skipped()).toEqual({ blocks: 0, entries: 4 });
  });

  it('cannot take back what others hold', async () => {
    const { core, key, ...writer } = await rawWriter();
    await core.append([block(0, [entry(0)]), block(1, [entry(1)]), block(2, [entry(2)])]);
    const reader = await openedJournals();
    const replica = reader.replica(key);
    await linked(reader, writer);
    await arrived(replica, 3);
    const head = replica.head();
    // A store without our precaution follows, which shows that the message was sent.
    const careless = await rawStore();
    const followed = careless.store.get({ key: core.key });
    followed.download({ start: 0, end: -1 });
    await linked(careless, writer);
    await core.truncate(1);
    await core.append([block(1, [entry(99)]), block(2, [entry(99)]), block(3, [entry(99)])]);
    await until(followed, () => followed.fork === 1 && followed.contiguousLength === 4);
    expect(replica.head()).toEqual(head);
    expect(await collect(replica.read())).toEqual(storedEntries(0, 3));
  });

  it('fills no more of the disk than a replica may have', async () => {
    const { core, key, ...writer } = await rawWriter();
    await core.append([block(0, [entry(0)])]);
    const dir = await tempDir();
    const reader = await openedJournals({ dir, replicaBytesMax: 100_000 });
    const replica = reader.replica(key);
    const link = await linked(reader, writer);
    await arrived(replica, 1);
    await core.append(Array.from({ length: 300 }, () => randomBytes(20_000)));
    await core.append([block(1, [entry(1)])]);
    await arrivedOver(link, () => linked(reader, writer), replica, 2);
    expect(await collect(replica.read())).toEqual(storedEntries(1, 2));
    expect(replica.start()).toBe(1);
    await reader.close();

    const raw = new Corestore(join(dir, 'store'));
    const held = raw.get({ key: core.key });
    await held.ready();
    const here = await Promise.all(
      Array.from({ length: 302 }, (_, index) => hasBlock(held, index)),
    );
    expect(here.filter(Boolean).length).toBeLessThanOrEqual(5);
    expect(here.at(-1)).toBe(true);
    await raw.close();
  });

  it('that signs two histories is not read any further', async () => {
    const pair = keyPair();
    const left = await rawWriter(pair);
    const right = await rawWriter(pair);
    expect(left.key).toBe(right.key);
    await left.core.append([block(0, [entry(0)])]);
    await right.core.append([block(0, [entry(1)])]);
    const reader = await openedJournals();
    const replica = reader.replica(left.key);
    await linked(reader, left);
    await arrived(replica, 1);
    const following = replica.follow({ from: 1 })[Symbol.asyncIterator]();
    const next = codeOf(following.next());
    await linked(reader, right);
    await right.core.append([block(1, [entry(2)])]);
    expect(await next).toBe('journal_corrupt');
    expect(await codeOf(collect(replica.read()))).toBe('journal_corrupt');
    expect(replica.forked()).toBe(true);
    expect(replica.head().length).toBe(1);
    // What is on disk is evidence still, and says whose block came first.
    const tree = await replica.witness(1);
    expect(tree && treeHashOf(1, tree.roots)).toBe(replica.head().treeHash);
  });
});

describe('a hostile stream', () => {
  it.each([
    ['garbage', randomBytes(100_000)],
    ['zeros', new Uint8Array(100_000)],
    ['a huge length', new Uint8Array(100).fill(0xff)],
  ])('of %s ends, and the others go on', async (_, bytes) => {
    const journals = await openedJournals();
    const [attacker, host] = [await startedHost(), await startedHost()];
    const ended = Promise.withResolvers<{ reason: string | null }>();
    await host.handle(protocol, (stream) => {
      ended.resolve(journals.replicate(stream, { initiator: false }));
    });
    const stream = await attacker.dialProtocol(host.getMultiaddrs(), protocol);
    stream.send(bytes);
    await stream.close();
    await ended.promise;

    await appendRange(journals, 0, 3);
    const reader = await openedJournals();
    await linked(reader, journals);
    await arrived(reader.replica(journals.own.key), 3);
  });

  it('that is cut ends', async () => {
    const journals = await openedJournals();
    const [attacker, host] = [await startedHost(), await startedHost()];
    const ended = Promise.withResolvers<{ reason: string | null }>();
    await host.handle(protocol, (stream) => {
      ended.resolve(journals.replicate(stream, { initiator: false }));
    });
    const stream = await attacker.dialProtocol(host.getMultiaddrs(), protocol);
    stream.send(randomBytes(1));
    stream.abort(new Error('cut'));
    expect(await ended.promise).toEqual({ reason: expect.any(String) });
  });

  it('of silence ends', async () => {
    const { store } = await rawStore();
    const replications = createReplications(store, { silenceMsMax: 50 });
    const [attacker, host] = [await startedHost(), await startedHost()];
    const ended = Promise.withResolvers<{ reason: string | null }>();
    await host.handle(protocol, (stream) => {
      ended.resolve(replications.run(stream, { initiator: false }));
    });
    const stream = await attacker.dialProtocol(host.getMultiaddrs(), protocol);
    const cut = new Promise((resolve) => {
      stream.addEventListener('close', resolve);
    });
    expect(await ended.promise).toEqual({ reason: expect.any(String) });
    await cut;
  });
});

async function rawStore(): Promise<Replicator & { readonly store: Corestore }> {
  const store = new Corestore(await tempDir());
  await store.ready();
  const replications = createReplications(store);
  onCleanup(async () => {
    await replications.stop();
    await store.close();
  });
  return { store, replicate: (stream, options) => replications.run(stream, options) };
}

interface RawWriter extends Replicator {
  readonly core: Hypercore;
  readonly key: JournalKey;
}

/** A log into which anything can be written. */
async function rawWriter(pair = keyPair()): Promise<RawWriter> {
  const { store, replicate } = await rawStore();
  const core = store.get({ keyPair: pair });
  await core.ready();
  return { core, key: JournalKey.parse(bytesToHex(core.key)), replicate };
}

function block(first: number, entries: Uint8Array[]): Uint8Array {
  return journalBlockCodec.encode({ v: 1, first, entries });
}

function entry(index: number): Uint8Array {
  return journalEntryCodec.encode(entryOf(index));
}

async function hasBlock(core: Hypercore, index: number): Promise<boolean> {
  return (await core.get(index, { wait: false })) !== null;
}

function until(core: Hypercore, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (holds()) resolve();
    };
    core.on('append', check);
    core.on('download', check);
    core.on('truncate', check);
    check();
  });
}
