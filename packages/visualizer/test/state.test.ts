import type { StreamEvent } from '@bzzz/protocol/api';
import { describe, expect, it } from 'vitest';
import { earlierOf, olderMax } from '../src/live/earlier.ts';
import { nothingKnown, reduce, withOlder } from '../src/live/state.ts';
import { createStore } from '../src/live/store.ts';
import { said } from './entries.ts';

const entry = (position: string): StreamEvent => ({
  type: 'entry',
  position,
  entry: said({ atMs: Number(position), body: { kind: 'peer.started', version: '1' } }),
});

describe('what the stream says', () => {
  it('adds entries, and remembers where to go on', () => {
    const state = reduce(nothingKnown, [entry('1'), entry('2')], 0);
    expect(state.history.entries).toHaveLength(2);
    expect(state.position).toBe('2');
    expect(nothingKnown.history.entries).toEqual([]);
  });

  it('forgets all entries before a reset, also those of the same batch', () => {
    const before = reduce(nothingKnown, [entry('1')], 0);
    const after = reduce(before, [entry('2'), { type: 'reset', position: '7' }, entry('8')], 0);
    expect(after.history.entries).toHaveLength(1);
    expect(after.position).toBe('8');
  });

  it('puts a later word in the place of an earlier one', () => {
    const state = reduce(nothingKnown, [{ type: 'tasks', tasks: [] }, entry('1')], 0);
    expect(state.tasks).toEqual([]);
    expect(state.peers).toBeNull();
  });
});

describe('the store', () => {
  it('takes a burst in at once', () => {
    const asked: (() => void)[] = [];
    const store = createStore({ nowMs: () => 0, soon: (call) => asked.push(call) });
    let told = 0;
    store.subscribe(() => {
      told += 1;
    });
    for (let at = 0; at < 1_000; at += 1) store.push(entry(String(at)));
    expect(told).toBe(0);
    expect(asked).toHaveLength(1);
    asked[0]?.();
    expect(told).toBe(1);
    expect(store.get().history.entries).toHaveLength(1_000);
  });

  it('rests the longer, the more a batch costs, and never for long', () => {
    const rests: number[] = [];
    let nowMs = 0;
    const calls: (() => void)[] = [];
    const store = createStore({
      // Each look at the clock is 20 ms later: so long a batch takes.
      nowMs: () => (nowMs += 20),
      soon(call, afterMs) {
        rests.push(afterMs);
        calls.push(call);
      },
    });
    store.push(entry('1'));
    calls[0]?.();
    store.push(entry('2'));
    expect(rests[0]).toBe(0);
    expect(rests[1]).toBeGreaterThanOrEqual(200);
    expect(rests[1]).toBeLessThanOrEqual(1_000);
  });
});

describe('what is earlier than what the page holds', () => {
  const at = (atMs: number, seq: number) =>
    said({ atMs, seq, body: { kind: 'peer.started', version: '1' } });
  const told = (atMs: number): StreamEvent => ({
    type: 'entry',
    position: String(atMs),
    entry: at(atMs, atMs),
  });
  const begun = reduce(
    nothingKnown,
    [{ type: 'held', entries: 1_220, sinceMs: 500 }, told(500), told(501)],
    0,
  );

  it('is asked for by where the page is whole, not by its first entry', () => {
    expect(earlierOf(begun)).toEqual({ kind: 'more', untilMs: 500 });
    // Of a journal that came late: between it and 500 others may have told something.
    const late = reduce(begun, [{ type: 'held', entries: 1_221 }, told(7)], 0);
    expect(late.history.entries[0]?.entry.at.wallMs).toBe(7);
    expect(late.held).toBe(1_221);
    expect(earlierOf(late)).toEqual({ kind: 'more', untilMs: 500 });
  });

  it('reaches further back by each full answer, and is all when less comes', () => {
    const full = Array.from({ length: olderMax }, (_, seq) => at(100 + (seq % 400), 2_000 + seq));
    const more = withOlder(begun, { untilMs: 500, entries: full });
    // Of that moment itself some may be missing.
    expect(earlierOf(more)).toEqual({ kind: 'more', untilMs: 101 });
    const all = withOlder(more, { untilMs: 101, entries: [at(100, 1), at(3, 9_000)] });
    expect(earlierOf(all)).toEqual({ kind: 'whole' });
    expect(all.history.entries).toHaveLength(2 + olderMax + 2);
  });

  it('goes on where one moment has more than an answer', () => {
    const full = Array.from({ length: olderMax }, (_, seq) => at(499, 2_000 + seq));
    const more = withOlder(begun, { untilMs: 500, entries: full });
    expect(earlierOf(more)).toEqual({ kind: 'more', untilMs: 499 });
  });

  it('is not taken from an answer to another question', () => {
    const reset = reduce(begun, [{ type: 'reset', position: '9' }], 0);
    expect(reset).toMatchObject({ held: null, sinceMs: null });
    expect(withOlder(reset, { untilMs: 500, entries: [at(3, 1)] })).toBe(reset);
  });

  it('does not fit any more once the oldest gave way', () => {
    const history = { ...begun.history, dropped: 512 };
    expect(earlierOf({ ...begun, history })).toEqual({ kind: 'full' });
  });

  it('is nothing where the peer told everything', () => {
    const whole = reduce(nothingKnown, [{ type: 'held', entries: 1, sinceMs: 0 }, told(5)], 0);
    expect(earlierOf(whole)).toEqual({ kind: 'whole' });
  });
});
