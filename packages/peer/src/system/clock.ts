import type { Clock } from '@bzzz/coordination';

/** Timers of the machine hold 31 bits of milliseconds; a longer one would fire at once. */
const timerMsMax = 2_147_483_647;

/** The machine's own time. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number) => {
      const stepMs = Math.min(leftMs, timerMsMax);
      timer = setTimeout(() => (stepMs < leftMs ? arm(leftMs - stepMs) : run()), stepMs);
    };
    arm(Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};
