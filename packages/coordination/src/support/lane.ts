/** A few jobs at a time; others wait for their turn, and may leave the queue. */
import { abortError } from './sleep.ts';

export interface Lane {
  /** Whether one more may wait. */
  hasRoom(): boolean;
  /** Throws the signal's error when it fires before the turn has come. */
  run<T>(signal: AbortSignal, job: () => Promise<T>): Promise<T>;
}

export function createLane(width: number, waitingMax: number): Lane {
  const waiting = new Set<() => void>();
  let running = 0;

  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        waiting.delete(begin);
        reject(abortError(signal));
      };
      waiting.add(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  return {
    hasRoom: () => running < width || waiting.size < waitingMax,
    async run(signal, job) {
      if (signal.aborted) throw abortError(signal);
      if (running < width) running += 1;
      else await turn(signal);
      try {
        return await job();
      } finally {
        const [next] = waiting;
        // Whoever waits takes our place, so that nobody slips in between.
        if (next === undefined) running -= 1;
        else {
          waiting.delete(next);
          next();
        }
      }
    },
  };
}
