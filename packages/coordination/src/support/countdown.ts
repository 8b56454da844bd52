/** A time that runs out only while nobody holds it. */
import type { Clock } from '../ports/index.ts';

export interface Countdown {
  /** It has its full time again. */
  restart(): void;
  /** It stands still until there were as many `go`. */
  hold(): void;
  go(): void;
  end(): void;
}

export interface CountdownOptions {
  readonly timeMs: number;
  /**
   * So much counts at most between two looks. Default: all of it. Less: a peer that was itself stopped for
   * long does not hold its own absence against others.
   */
  readonly stepMs?: number;
  readonly onOver: () => void;
}

export function startCountdown(clock: Clock, options: CountdownOptions): Countdown {
  const { timeMs, stepMs = timeMs, onOver } = options;
  let leftMs = timeMs;
  let sinceMs = clock.monotonicMs();
  let holds = 0;
  let over = false;
  let cancel = () => {};

  function count(): void {
    const nowMs = clock.monotonicMs();
    leftMs -= Math.min(nowMs - sinceMs, stepMs);
    sinceMs = nowMs;
  }

  function wait(): void {
    cancel = clock.after(Math.min(leftMs, stepMs), () => {
      count();
      if (leftMs > 0) return wait();
      over = true;
      onOver();
    });
  }

  wait();
  return {
    // Called for each thing that an executor says: the timer that runs comes too early then, and waits on.
    restart() {
      leftMs = timeMs;
      sinceMs = clock.monotonicMs();
    },
    hold() {
      holds += 1;
      if (holds > 1 || over) return;
      cancel();
      count();
    },
    go() {
      holds -= 1;
      if (holds > 0 || over) return;
      sinceMs = clock.monotonicMs();
      leftMs = Math.max(0, leftMs);
      wait();
    },
    end() {
      over = true;
      cancel();
    },
  };
}
