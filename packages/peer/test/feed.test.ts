/** What whoever begins to watch is told of journals that came to be known here one after the other. */
import { join } from 'node:path';
import type { JournalLog } from '@bzzz/coordination';
import { type JournalEntry, JournalKey } from '@bzzz/protocol';
import type { StreamEvent } from '@bzzz/protocol/api';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/system/clock.ts';
import { createFeed, type Feed } from '../src/wiring/feed.ts';
import { openHistory } from '../src/wiring/history.ts';
import { onCleanup, silent, tempDir } from './support.ts';

interface Log extends JournalLog {
  say(wallMs: number): void;
}

function logOf(letter: string): Log {
  const entries: JournalEntry[] = [];
  return {
    key: JournalKey.parse(letter.repeat(64)),
    length: () => entries.length,
    async *read({ from = 0 } = {}) {
      for (const [seq, entry] of entries.entries()) if (seq >= from) yield { seq, entry };
    },
    say(wallMs) {
      const body = { kind: 'trouble', code: 'forge_unreachable', reason: 'x' } as const;
      entries.push({ v: 1, at: { wallMs, counter: 0 }, body });
    },
  };
}

async function watched(logs: readonly [Log, ...Log[]]) {
  const dir = await tempDir();
  const [own, ...others] = logs;
  const history = openHistory(
    {
      clock: systemClock,
      journals: { own, replicas: () => others },
      members: () => [],
      former: [],
      setAside: () => new Set(),
      logger: silent,
    },
    { path: join(dir, 'index.sqlite') },
  );
  onCleanup(() => history.close());
  return { history, feed: createFeed({ clock: systemClock, history, looks: [] }) };
}

type Begin = Parameters<Feed['events']>[0];

/** The first so many events. */
async function first(feed: Feed, begin: Begin, count: number): Promise<StreamEvent[]> {
  const enough = new AbortController();
  const found: StreamEvent[] = [];
  for await (const event of feed.events(begin, enough.signal)) {
    found.push(event);
    if (found.length >= count) enough.abort();
  }
  return found;
}

const times = (events: readonly StreamEvent[]) =>
  events.flatMap((event) => (event.type === 'entry' ? [event.entry.entry.at.wallMs] : []));

/** Of 60 times each has every third, and the last came to be known last. */
function threeLogs(): [Log, Log, Log] {
  const logs: [Log, Log, Log] = [logOf('a'), logOf('b'), logOf('c')];
  for (let at = 0; at < 60; at += 1) logs[at % 3]?.say(1_000 + at);
  return logs;
}

describe('who begins to watch', () => {
  it('is told the newest by their time, of whichever journal they are', async () => {
    const { feed } = await watched(threeLogs());
    const events = await first(feed, { last: 12 }, 13);
    const newest = Array.from({ length: 12 }, (_, at) => 1_048 + at);
    expect(times(events).toSorted((a, b) => a - b)).toEqual(newest);
    // Of 1048 itself something may be missing.
    expect(events[0]).toEqual({ type: 'held', entries: 60, sinceMs: 1_049 });
  });

  it('is told that nothing is missing where everything was told', async () => {
    const { feed } = await watched(threeLogs());
    const [held, ...entries] = await first(feed, { last: 100 }, 61);
    expect(held).toEqual({ type: 'held', entries: 60, sinceMs: 0 });
    expect(times(entries)).toHaveLength(60);
  });

  it('and is cut off meanwhile, misses nothing of what it was promised', async () => {
    const { feed } = await watched(threeLogs());
    const begun = await first(feed, { last: 12 }, 6);
    const cut = begun.at(-1);
    if (cut?.type !== 'entry') throw new Error('it was cut at no entry');
    const told = times(begun);
    const on = times(await first(feed, { after: cut.position, last: 12 }, 24));
    const all = [...told, ...on];
    expect(new Set(all).size).toBe(all.length);
    for (let at = 1_048; at < 1_060; at += 1) expect(all).toContain(at);
  });

  it('is told of what comes later how many are here now, and anew after a reset', async () => {
    const [a, b, c] = threeLogs();
    const { feed, history } = await watched([a, b, c]);
    const over = new AbortController();
    onCleanup(() => over.abort());
    const events = feed.events({ last: 2 }, over.signal)[Symbol.asyncIterator]();
    const next = async () => (await events.next()).value;
    for (let at = 0; at < 3; at += 1) await next();
    // Older than all that were told, as of a journal that arrives late.
    b.say(5);
    expect(await next()).toEqual({ type: 'held', entries: 61 });
    expect(await next()).toMatchObject({ type: 'entry', entry: { entry: { at: { wallMs: 5 } } } });

    await history.rebuild(over.signal);
    const reset = await next();
    expect(reset).toMatchObject({ type: 'reset' });
    expect(await next()).toEqual({ type: 'held', entries: 61, sinceMs: 1_059 });
    const [one, other] = [await next(), await next()];
    expect(
      times([one, other].filter((event) => event !== undefined)).toSorted((a, b) => a - b),
    ).toEqual([1_058, 1_059]);
    // Whoever was cut right after the reset is told the same from there.
    const after = reset?.type === 'reset' ? reset.position : '';
    const again = times(await first(feed, { after, last: 0 }, 23));
    expect(again).toEqual(expect.arrayContaining([1_058, 1_059]));
  });
});
