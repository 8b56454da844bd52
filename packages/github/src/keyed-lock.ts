import { untilAborted } from './abort.ts';

/** One piece of work at a time for each key, in the order in which they came. */
export interface KeyedLock {
  /** Throws `aborted` when the signal fires before the turn comes; else as `work` does. */
  run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** Pieces of work that run or wait. */
  busy(key: string): number;
}

export function createKeyedLock(): KeyedLock {
  const queues = new Map<string, { tail: Promise<void>; count: number }>();
  return {
    async run(key, signal, work) {
      const queue = queues.get(key) ?? { tail: Promise.resolve(), count: 0 };
      queues.set(key, queue);
      const before = queue.tail;
      const { promise: done, resolve } = Promise.withResolvers<void>();
      // Also behind an aborted waiter the order holds: its place is kept until its turn.
      queue.tail = before.then(() => done);
      queue.count += 1;
      try {
        await untilAborted(before, signal);
        return await work();
      } finally {
        resolve();
        queue.count -= 1;
        if (queue.count === 0) queues.delete(key);
      }
    },
    busy: (key) => queues.get(key)?.count ?? 0,
  };
}
