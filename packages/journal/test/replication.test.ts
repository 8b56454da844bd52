import { type JournalEntry, Sha256Hex, TaskId } from '@bzzz/protocol';
import { collect, entryOf, storedEntries } from '@bzzz/testkit/contracts/journal';
import { describe, expect, it } from 'vitest';
import { linked, protocol, startedHost } from './hosts.ts';
import { appendRange, arrived, codeOf, openedJournals, tempDir } from './support.ts';

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

  it('carries large entries, more than any buffer holds', async () => {
    const [writer, reader] = [await openedJournals(), await openedJournals()];
    const large = Array.from({ length: 400 }, (_, index) => largeEntry(index));
    await Promise.all(large.map((entry) => writer.own.append(entry)));
    const replica = reader.replica(writer.own.key);
    await linked(reader, writer);
    await arrived(replica, 400);
    expect((await collect(replica.read())).map(({ entry }) => entry)).toEqual(large);
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

  it('goes on after the connection died in the middle, without a gap', async () => {
    const [writer, reader] = [await openedJournals(), await openedJournals()];
    // One a block, so that there is a middle.
    for (let index = 0; index < 300; index += 1) await writer.own.append(entryOf(index));
    const replica = reader.replica(writer.own.key);
    const link = await linked(reader, writer);
    await arrived(replica, 20);
    await link.drop();
    expect(await collect(replica.read())).toEqual(storedEntries(0, replica.length()));
    await linked(reader, writer);
    await arrived(replica, 300);
    expect(await collect(replica.read())).toEqual(storedEntries(0, 300));
  });

  it('does not begin when it is already told to end', async () => {
    const journals = await openedJournals();
    const [dialler, listener] = [await startedHost(), await startedHost()];
    await listener.handle(protocol, (stream) => {
      stream.addEventListener('message', () => undefined);
    });
    const stream = await dialler.dialProtocol(listener.getMultiaddrs(), protocol);
    const signal = AbortSignal.abort();
    expect(await journals.replicate(stream, { initiator: true, signal })).toEqual({ reason: null });
    expect(stream.status).toBe('aborted');
  });

  it('refuses a stream when it is closed, and lets go of it', async () => {
    const journals = await openedJournals();
    await journals.close();
    const [dialler, listener] = [await startedHost(), await startedHost()];
    await listener.handle(protocol, () => undefined);
    const stream = await dialler.dialProtocol(listener.getMultiaddrs(), protocol);
    expect(await codeOf(journals.replicate(stream, { initiator: true }))).toBe('stopped');
    expect(stream.status).toBe('aborted');
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

  it('shows the own journal live too', async () => {
    const { own } = await openedJournals();
    const following = own.follow()[Symbol.asyncIterator]();
    for (let index = 0; index < 5; index += 1) {
      const next = following.next();
      await own.append(entryOf(index));
      expect((await next).value).toEqual(storedEntries(index, index + 1)[0]);
    }
  });

  it('lets go of who leaves in the middle', async () => {
    const journals = await openedJournals();
    await appendRange(journals, 0, 5);
    for await (const { seq } of journals.own.follow()) if (seq === 2) break;
    const following = journals.own.follow({ from: 4 })[Symbol.asyncIterator]();
    await following.next();
    await following.return?.();
    await journals.close();
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

/** An entry of 60 kB. */
function largeEntry(index: number): JournalEntry {
  const { body, ...rest } = entryOf(index);
  if (body.kind !== 'trouble') throw new Error('another kind of entry');
  const title = String.fromCharCode(97 + (index % 26)).repeat(60_000);
  const bodySha256 = Sha256Hex.parse('0'.repeat(64));
  return { ...rest, body: { kind: 'task.seen', task: TaskId.parse('o/r#1'), title, bodySha256 } };
}
