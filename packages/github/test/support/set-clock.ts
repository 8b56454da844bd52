import type { Clock } from '@bzzz/coordination';

/** Stands still until a test moves it; then what is due runs in its order. */
export interface SetClock extends Clock {
  advance(ms: number): void;
  /** Timers that are set. */
  timers(): number;
}

export function createSetClock(startMs = Date.UTC(2026, 0, 2, 3, 4, 5)): SetClock {
  let nowMs = startMs;
  const due = new Map<object, { readonly atMs: number; readonly run: () => void }>();
  return {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, run) {
      const key = {};
      due.set(key, { atMs: nowMs + delayMs, run });
      return () => void due.delete(key);
    },
    timers: () => due.size,
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const next = [...due]
          .filter(([, { atMs }]) => atMs <= untilMs)
          .toSorted(([, a], [, b]) => a.atMs - b.atMs)[0];
        if (next === undefined) break;
        const [key, { atMs, run }] = next;
        due.delete(key);
        nowMs = Math.max(nowMs, atMs);
        run();
      }
      nowMs = untilMs;
    },
  };
}
