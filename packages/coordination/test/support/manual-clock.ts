/** Time that moves only when a test says so. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/index.ts';

export interface ManualClock extends Clock {
  /** Moves time on; what falls due on the way runs in order, and promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Lets time pass until the work is settled. Throws when nothing is left that could settle it. */
  drive<T>(work: Promise<T>): Promise<T>;
  /** Calls that are waiting for their time. */
  waiting(): number;
  /** Moves the wall clock alone, as an operator or NTP does. */
  turnWall(ms: number): void;
}

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Where the wall clock stands at first: 2026-01-01. */
export const wallStartMs = 1_767_225_600_000;

export function createManualClock(): ManualClock {
  const timers = new Set<Timer>();
  let nowMs = 0;
  let turnedMs = 0;

  function next(): Timer | undefined {
    // Ties keep the order in which they were put in: a stable sort over an insertion-ordered set.
    return [...timers].sort((a, b) => a.atMs - b.atMs)[0];
  }

  async function runNext(timer: Timer): Promise<void> {
    timers.delete(timer);
    nowMs = Math.max(nowMs, timer.atMs);
    timer.run();
    await settle();
  }

  return {
    wallMs: () => Math.floor(wallStartMs + nowMs + turnedMs),
    monotonicMs: () => nowMs,
    waiting: () => timers.size,
    turnWall(ms) {
      turnedMs += ms;
    },
    after(delayMs, run) {
      const timer = { atMs: nowMs + Math.max(0, delayMs), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const endMs = nowMs + ms;
      await settle();
      for (let timer = next(); timer !== undefined && timer.atMs <= endMs; timer = next()) {
        await runNext(timer);
      }
      nowMs = endMs;
    },
    async drive(work) {
      const progress = { over: false };
      const end = () => {
        progress.over = true;
      };
      work.then(end, end);
      await settle();
      while (!progress.over) {
        const timer = next();
        if (timer === undefined) throw new Error('nothing is left that could settle the work');
        await runNext(timer);
      }
      return work;
    },
  };
}

/** Every promise reaction that can run has run. */
export async function settle(): Promise<void> {
  await setImmediate();
}
