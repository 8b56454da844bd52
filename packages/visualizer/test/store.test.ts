import { describe, expect, it } from 'vitest';
import { createStore } from '../src/live/store.ts';

describe('the store', () => {
  it('rests for what taking in and drawing cost together, so that most frames are free of it', async () => {
    let nowMs = 0;
    const rests: number[] = [];
    let flush = () => {};
    const store = createStore({
      nowMs: () => nowMs,
      soon(call, afterMs) {
        rests.push(afterMs);
        flush = call;
      },
    });
    // As React does: it is told, and draws when the caller has ended.
    store.subscribe(() => queueMicrotask(() => (nowMs += 20)));
    for (let batch = 0; batch < 3; batch += 1) {
      for (let event = 0; event < 100; event += 1) store.push({ type: 'tasks', tasks: [] });
      flush();
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(rests).toEqual([0, 280, 280]);
    expect(store.get().events).toBe(300);
  });
});
