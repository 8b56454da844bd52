/**
 * One run of one peer's process. Everything that comes to it from the virtual world passes `enter`:
 * a paused process gets it when it goes on, a slow one after a while, a dead one never. Its own calls
 * on the world pass `leave`: those of a dead process never return, which is how code under test is cut
 * off in the middle of anything.
 */
import type { Clock } from '@bzzz/coordination';
import type { Timeline } from './timeline.ts';

export interface Process {
  readonly clock: Clock;
  alive(): boolean;
  /** Alive and not paused. */
  running(): boolean;
  /** Since when it has been running, or standing still. */
  sinceMs(): number;
  enter(event: () => void): void;
  /** A promise that the process only sees while it lives. */
  leave<T>(
    start: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
  ): Promise<T>;
  pause(): void;
  resume(): void;
  kill(): void;
}

export interface ProcessOptions {
  /** How far its wall clock is off. */
  readonly skewMs: number;
  /** How much faster both its clocks run than the world's; negative: slower. Default 0. */
  readonly drift?: number;
  /** How long it takes to come to the next event. */
  readonly sluggishMs?: () => number;
}

export function createProcess(timeline: Timeline, options: ProcessOptions): Process {
  const { skewMs, drift = 0, sluggishMs = () => 0 } = options;
  const backlog: (() => void)[] = [];
  const rate = 1 + drift;
  let state: 'running' | 'paused' | 'dead' = 'running';
  let changedAtMs = timeline.nowMs();
  /** When a slow process has come to the last event that entered. */
  let busyUntilMs = 0;

  function enter(event: () => void): void {
    if (state === 'paused') backlog.push(event);
    if (state !== 'running') return;
    const waitMs = sluggishMs();
    if (waitMs === 0 && busyUntilMs <= timeline.nowMs()) return event();
    busyUntilMs = Math.max(busyUntilMs, timeline.nowMs() + waitMs);
    timeline.after(busyUntilMs - timeline.nowMs(), () => {
      if (state === 'paused') backlog.push(event);
      else if (state === 'running') event();
    });
  }

  return {
    alive: () => state !== 'dead',
    running: () => state === 'running',
    sinceMs: () => changedAtMs,
    enter,
    clock: {
      wallMs: () => epochMs + timeline.nowMs() * rate + skewMs,
      monotonicMs: () => timeline.nowMs() * rate,
      after: (delayMs, run) => timeline.after(delayMs / rate, () => enter(run)),
    },
    leave(start) {
      return new Promise((resolve, reject) => {
        if (state === 'dead') return;
        start(
          (value) => enter(() => resolve(value)),
          (error) => enter(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
      });
    },
    pause() {
      if (state !== 'running') return;
      state = 'paused';
      changedAtMs = timeline.nowMs();
    },
    resume() {
      if (state !== 'paused') return;
      state = 'running';
      changedAtMs = timeline.nowMs();
      for (const event of backlog.splice(0)) timeline.after(0, () => enter(event));
    },
    kill() {
      state = 'dead';
      backlog.length = 0;
    },
  };
}

/** 2026-01-01, where virtual time begins. */
const epochMs = 1_767_225_600_000;
