import type { Clock } from '@bzzz/coordination';

/** Time in which only waiting takes any: who waits is there at once, and the clock shows it. */
export function createLeapingClock(): Clock {
  let nowMs = 0;
  return {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, run) {
      const leap = setImmediate(() => {
        nowMs += delayMs;
        run();
      });
      return () => clearImmediate(leap);
    },
  };
}
