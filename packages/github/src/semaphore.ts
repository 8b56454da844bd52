import { untilAborted } from './abort.ts';

/** Lets so many pieces of work run at a time; the others wait in the order in which they came. */
export interface Semaphore {
  /** Throws `aborted` when the signal fires while waiting; else as `work` does. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

export function createSemaphore(places: number): Semaphore {
  let free = places;
  const waiting = new Set<() => void>();

  const acquire = async (signal: AbortSignal): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    try {
      await untilAborted(promise, signal);
    } catch (error) {
      // Not waiting any more means that the place was handed over in the same moment.
      if (!waiting.delete(resolve)) release();
      throw error;
    }
  };

  const release = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  };

  return {
    async run(signal, work) {
      await acquire(signal);
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}
