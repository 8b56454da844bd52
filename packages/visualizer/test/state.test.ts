import type { StreamEvent } from '@bzzz/protocol/api';
import { describe, expect, it } from 'vitest';
import { nothingKnown, reduce } from '../src/live/state.ts';
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
