import { collect, entryOf, storedEntries } from '@bzzz/testkit/contracts/journal';
import { describe, expect, it } from 'vitest';
import type { Journals, Replica } from '../src/index.ts';
import { linked } from './hosts.ts';
import { openedJournals, tempDir } from './support.ts';

describe('replication over libp2p', () => {
  it('catches up 10,000 entries and then follows live', async () => {
    const [writer, reader] = [await openedJournals(), await openedJournals()];
    await appendRange(writer, 0, 10_000);
    const replica = reader.replica(writer.own.key);
    await linked(reader, writer);
    const following = replica.follow()[Symbol.asyncIterator]();
    for (let index = 0; index < 10_000; index += 1) {
      expect((await following.next()).value).toEqual(storedEntries(index, index + 1)[0]);
    }
    for (let index = 10_000; index < 10_005; index += 1) {
      const next = following.next();
      await writer.own.append(entryOf(index));
      expect((await next).value).toEqual(storedEntries(index, index + 1)[0]);
    }
    expect(replica.length()).toBe(10_005);
    expect(replica.head()).toEqual(writer.own.head());
    expect(replica.skipped()).toEqual({ blocks: 0, entries: 0 });
  });

  it('goes on where it was interrupted', async () => {
    const [writer, reader] = [await openedJournals(), await openedJournals()];
    await appendRange(writer, 0, 600);
    const replica = reader.replica(writer.own.key);
    const link = await linked(reader, writer);
    await arrived(replica, 600);
    await link.cut();
    expect(await link.dialled).toEqual({ reason: null });
    await appendRange(writer, 600, 700);
    expect(replica.length()).toBe(600);
    await linked(writer, reader);
    await arrived(replica, 700);
    expect(await collect(replica.read())).toEqual(storedEntries(0, 700));
  });

  it('serves the log of a writer that is dead', async () => {
    const [writer, keeper, late] = [
      await openedJournals(),
      await openedJournals(),
      await openedJournals(),
    ];
    await appendRange(writer, 0, 50);
    const link = await linked(keeper, writer);
    await arrived(keeper.replica(writer.own.key), 50);
    await writer.close();
    await Promise.all([link.dialled, link.answered]);

    await linked(late, keeper);
    const replica = late.replica(writer.own.key);
    await arrived(replica, 50);
    expect(await collect(replica.read({ from: 45 }))).toEqual(storedEntries(45, 50));
  });

  it('keeps replicas when it is opened again, and goes on downloading them', async () => {
    const dir = await tempDir();
    const writer = await openedJournals();
    const reader = await openedJournals({ dir });
    await appendRange(writer, 0, 20);
    await linked(reader, writer);
    await arrived(reader.replica(writer.own.key), 20);
    await reader.close();

    const reopened = await openedJournals({ dir });
    expect(reopened.replicas().map((replica) => replica.key)).toEqual([writer.own.key]);
    const [replica] = reopened.replicas();
    if (replica === undefined) throw new Error('no replica');
    expect(await collect(replica.read())).toEqual(storedEntries(0, 20));
    await appendRange(writer, 20, 30);
    await linked(reopened, writer);
    await arrived(replica, 30);
  });

  it('joins a log to streams that are already open, both ways', async () => {
    const [left, right] = [await openedJournals(), await openedJournals()];
    await linked(left, right);
    await appendRange(left, 0, 5);
    await appendRange(right, 0, 7);
    await arrived(right.replica(left.own.key), 5);
    await arrived(left.replica(right.own.key), 7);
  });

  it('ends who follows when it is closed or told to', async () => {
    const journals = await openedJournals();
    const replica = journals.replica((await openedJournals()).own.key);
    const controller = new AbortController();
    const aborted = collect(replica.follow({ signal: controller.signal }));
    const closed = collect(replica.follow());
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    await journals.close();
    expect(await closed).toEqual([]);
  });
});

async function appendRange(journals: Journals, from: number, end: number): Promise<void> {
  const indexes = Array.from({ length: end - from }, (_, offset) => from + offset);
  await Promise.all(indexes.map((index) => journals.own.append(entryOf(index))));
}

/** Waits until so many entries are here. */
async function arrived(replica: Replica, length: number): Promise<void> {
  if (length === 0) return;
  for await (const { seq } of replica.follow({ from: length - 1 })) if (seq >= length - 1) return;
}
