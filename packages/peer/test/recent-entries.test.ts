/** What many readers are told is read once, and everybody is told everything after where they stand. */
import type { StoryEntry } from '@bzzz/protocol/api';
import { expect, it } from 'vitest';
import { createRecentEntries } from '../src/wiring/recent-entries.ts';

function history() {
  let generation = 'a';
  let entries: { readonly id: number; readonly entry: StoryEntry }[] = [];
  let reads = 0;
  return {
    position: () => `${generation}.${entries.at(-1)?.id ?? 0}`,
    since(afterId: number, limit: number) {
      reads += 1;
      return entries.filter(({ id }) => id > afterId).slice(0, limit);
    },
    add(id: number, peer: string | null = 'p') {
      const at = { wallMs: 0, counter: 0 };
      const entry = { v: 1, at, body: { kind: 'peer.stopped' } };
      entries.push({ id, entry: { peer, name: peer, seq: id, aheadMs: 0, entry } });
    },
    anew() {
      generation = 'b';
      entries = [];
    },
    reads: () => reads,
  };
}

const idsOf = (news: readonly { readonly id: number }[]) => news.map(({ id }) => id);

it('gives all who stand at the same place the same objects, read once', () => {
  const source = history();
  const recent = createRecentEntries(source);
  expect(recent.since(0, 10)).toEqual([]);
  for (const id of [1, 2, 5]) source.add(id);
  const before = source.reads();
  const first = recent.since(0, 10);
  expect(idsOf(first)).toEqual([1, 2, 5]);
  expect(recent.since(0, 10).map(({ event }) => event)).toEqual(first.map(({ event }) => event));
  expect(recent.since(0, 10)[0]?.event).toBe(first[0]?.event);
  expect(recent.since(2, 10)[0]?.event).toBe(first[2]?.event);
  expect(source.reads()).toBe(before + 1);
  expect(first[2]?.event).toMatchObject({ type: 'entry', position: 'a.5' });
});

it('gives no more than is asked for, to readers at any place, and goes on behind what is kept', () => {
  const source = history();
  const recent = createRecentEntries(source);
  for (let id = 1; id <= 2_500; id += 1) source.add(id);
  for (const start of [0, 0, 2_000, 100, 2_499]) {
    let at = start;
    const got: number[] = [];
    for (;;) {
      const news = recent.since(at, 200);
      expect(news.length).toBeLessThanOrEqual(200);
      if (news.length === 0) break;
      got.push(...idsOf(news));
      at = news.at(-1)?.id ?? at;
    }
    expect(got).toEqual(Array.from({ length: 2_500 - start }, (_, index) => start + 1 + index));
  }
});

it('reads on where what is kept ends, so that fewer than asked for are the last', () => {
  const source = history();
  const recent = createRecentEntries(source);
  for (let id = 1; id <= 100; id += 1) source.add(id);
  recent.since(0, 200);
  for (let id = 101; id <= 150; id += 1) source.add(id);
  expect(idsOf(recent.since(90, 200))).toEqual(Array.from({ length: 60 }, (_, at) => 91 + at));
});

it('keeps nothing of an index that was made anew, nor of writers that are not known yet', () => {
  const source = history();
  const recent = createRecentEntries(source);
  source.add(1);
  expect(idsOf(recent.since(0, 10))).toEqual([1]);
  source.anew();
  source.add(1, null);
  expect(recent.since(0, 10)[0]?.event).toMatchObject({ position: 'b.1', entry: { peer: null } });
  source.anew();
  const before = source.reads();
  source.add(1, 'known');
  expect(recent.since(0, 10)[0]?.event.entry.peer).toBe('known');
  expect(source.reads()).toBe(before + 1);
});
