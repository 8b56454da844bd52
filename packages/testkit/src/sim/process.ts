/**
 * One run of one peer's process. Everything that comes to it from the virtual world passes `enter`:
 * a paused process gets it when it goes on, a dead one never. Its own calls on the world pass
 * `leave`: those of a dead process never return, which is how code under test is cut off in the
 * middle of anything.
 */
import type { Clock } from '@bzzz/coordination';
import type { Timeline } from './timeline.ts';

export interface Process {
  readonly clock: Clock;
  alive(): boolean;
  enter(event: () => void): void;
  /** A promise that the process only sees while it lives. */
  leave<T>(
    start: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
  ): Promise<T>;
  pause(): void;
  resume(): void;
  kill(): void;
}

export function createProcess(timeline: Timeline, skewMs: number): Process {
  const backlog: (() => void)[] = [];
  let state: 'running' | 'paused' | 'dead' = 'running';

  function enter(event: () => void): void {
    if (state === 'running') event();
    else if (state === 'paused') backlog.push(event);
  }

  return {
    alive: () => state !== 'dead',
    enter,
    clock: {
      wallMs: () => epochMs + timeline.nowMs() + skewMs,
      monotonicMs: () => timeline.nowMs(),
      after: (delayMs, run) => timeline.after(delayMs, () => enter(run)),
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
      if (state === 'running') state = 'paused';
    },
    resume() {
      if (state !== 'paused') return;
      state = 'running';
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
