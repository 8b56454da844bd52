/** Replicas whose beginning is let go: what is kept, what is told of it, and that nothing comes back. */
import { treeHashOf } from '@bzzz/protocol';
import { collect, entryOf, storedEntries } from '@bzzz/testkit/contracts/journal';
import { expect, it } from 'vitest';
import type { Journals, Replica } from '../src/index.ts';
import { arrivedOver, type Link, linked } from './hosts.ts';
import { appendRange, onCleanup, openedJournals, tempDir } from './support.ts';

/** The entries of these tests are years old. */
const small = { replicaBytesMax: 4_000, replicaAgeMsMax: 3_155_760_000_000 };

/** Appends one after the other, so that each has a block of its own. */
async function appendEach(journals: Journals, from: number, end: number): Promise<void> {
  for (let index = from; index < end; index += 1) await appendRange(journals, index, index + 1);
}

/** Waits until all that a writer has is here. */
function caughtUp(reader: Journals, writer: Journals, link: Link): Promise<Link> {
  const replica = reader.replica(writer.own.key);
  return arrivedOver(link, () => linked(reader, writer), replica, writer.own.length());
}

/** What is here is the end of the log, as long as the log is. */
async function expectEnd(replica: Replica, length: number): Promise<number> {
  // What came last may be the reason why something is being let go just now.
  await replica.trim();
  const start = replica.start();
  expect(replica.length()).toBe(length);
  expect(await collect(replica.read())).toEqual(storedEntries(start, length));
  expect(await collect(replica.read({ from: start + 1 }))).toEqual(
    storedEntries(start + 1, length),
  );
  return start;
}

const until = async (holds: () => boolean) => {
  await expect.poll(holds, { timeout: 20_000 }).toBe(true);
};

it('keeps the end of a log that has too many bytes, over a restart too', async () => {
  const writer = await openedJournals();
  const dir = await tempDir();
  const reader = await openedJournals({ dir, ...small });
  const { key } = writer.own;
  const replica = reader.replica(key);
  let link = await linked(reader, writer);
  await appendEach(writer, 0, 100);
  link = await caughtUp(reader, writer, link);
  const start = await expectEnd(replica, 100);
  expect(start).toBeGreaterThan(20);
  expect(start).toBeLessThan(95);
  // The head can be checked all the same.
  const { length, treeHash } = writer.own.head();
  const tree = await replica.witness();
  expect(tree && treeHashOf(length, tree.roots)).toBe(treeHash);
  await link.cut();
  await reader.close();

  const again = await openedJournals({ dir, ...small });
  const reopened = again.replica(key);
  const relink = await linked(again, writer);
  await appendEach(writer, 100, 101);
  await caughtUp(again, writer, relink);
  // What was let go is not fetched again: only the end moves.
  expect(reopened.start()).toBeGreaterThanOrEqual(start);
  await expectEnd(reopened, 101);
});

it('lets go of what is too old, and of the last block never', async () => {
  let nowMs = entryOf(0).at.wallMs + 1_000;
  const writer = await openedJournals();
  const deps = { wallMs: () => nowMs };
  const reader = await openedJournals({ deps, replicaAgeMsMax: 10_000 });
  const replica = reader.replica(writer.own.key);
  let link = await linked(reader, writer);
  await appendEach(writer, 0, 20);
  link = await caughtUp(reader, writer, link);
  await replica.trim();
  expect(replica.start()).toBe(0);
  nowMs = entryOf(5).at.wallMs + 10_000;
  await replica.trim();
  expect(await expectEnd(replica, 20)).toBe(5);
  nowMs = entryOf(19).at.wallMs + 1_000_000;
  await replica.trim();
  expect(await expectEnd(replica, 20)).toBe(19);
  await appendEach(writer, 20, 21);
  await caughtUp(reader, writer, link);
  await expectEnd(replica, 21);
});

it('fetches of a log that is far too long no more than the end', async () => {
  const writer = await openedJournals();
  await appendEach(writer, 0, 300);
  const reader = await openedJournals({ ...small });
  const replica = reader.replica(writer.own.key);
  await linked(reader, writer);
  await until(() => replica.length() === 300);
  const start = await expectEnd(replica, 300);
  expect(start).toBeGreaterThan(200);
});

it('goes on with what others have where the beginning is gone everywhere', async () => {
  const writer = await openedJournals();
  const middle = await openedJournals({ ...small });
  const { key } = writer.own;
  middle.replica(key);
  const link = await linked(middle, writer);
  await appendEach(writer, 0, 100);
  await caughtUp(middle, writer, link);
  // What came last may be the reason why something is being let go just now.
  const start = await expectEnd(middle.replica(key), 100);
  await writer.close();

  const reader = await openedJournals({ replicaAgeMsMax: small.replicaAgeMsMax });
  const replica = reader.replica(key);
  await linked(reader, middle);
  await until(() => replica.head().length === 100);
  const looking = new AbortController();
  onCleanup(async () => looking.abort());
  await expect
    .poll(
      async () => {
        await replica.skipMissing();
        return replica.length();
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBe(100);
  expect(await expectEnd(replica, 100)).toBe(start);
});

it('lets whoever follows it go on', async () => {
  const writer = await openedJournals();
  const reader = await openedJournals({ ...small });
  const replica = reader.replica(writer.own.key);
  const link = await linked(reader, writer);
  const seen: number[] = [];
  const follow = async () => {
    for await (const { seq } of replica.follow()) {
      seen.push(seq);
      if (seq === 149) return;
    }
  };
  const follows = follow();
  await appendEach(writer, 0, 150);
  await caughtUp(reader, writer, link);
  await follows;
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(149);
});

it('lets a whole log go, over a restart too, and takes it in anew when it is asked for', async () => {
  const writer = await openedJournals();
  const dir = await tempDir();
  const reader = await openedJournals({ dir });
  const { key } = writer.own;
  const replica = reader.replica(key);
  let link = await linked(reader, writer);
  await appendEach(writer, 0, 10);
  link = await caughtUp(reader, writer, link);
  await reader.letGo(key);
  expect(reader.replicas()).toEqual([]);
  expect(await collect(replica.read())).toEqual([]);
  await link.cut();
  await reader.close();

  const again = await openedJournals({ dir });
  expect(again.replicas()).toEqual([]);
  const anew = again.replica(key);
  expect(await collect(anew.read())).toEqual([]);
  expect(anew.head()).toEqual(writer.own.head());
  link = await caughtUp(again, writer, await linked(again, writer));
  expect(await collect(anew.read())).toEqual(storedEntries(0, 10));
  // Asked for while it is still being let go.
  const leaving = again.letGo(key);
  again.replica(key);
  await leaving;
  link = await caughtUp(again, writer, link);
  expect(await collect(again.replica(key).read())).toEqual(storedEntries(0, 10));
  await link.cut();
  await again.close();
  expect((await openedJournals({ dir })).replicas().map((one) => one.key)).toEqual([key]);
});
