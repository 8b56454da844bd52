import { BzzzError } from '@bzzz/protocol';

/** Wakes whoever waits for a change. A ring between two waits of one waiter is not lost. */
export interface ChangeBell {
  /** Rises with every ring. */
  count(): number;
  ring(): void;
  /** Resolves at the first ring after `count` was seen. Throws `aborted`. */
  after(count: number, options: { signal?: AbortSignal | undefined }): Promise<void>;
}

export function createChangeBell(): ChangeBell {
  const waiters = new Set<() => void>();
  let rings = 0;
  return {
    count: () => rings,
    ring() {
      rings += 1;
      for (const wake of waiters) wake();
      waiters.clear();
    },
    async after(count, { signal }) {
      throwIfAborted(signal);
      if (rings !== count) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      waiters.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
      try {
        await promise;
      } finally {
        waiters.delete(wake);
        signal?.removeEventListener('abort', wake);
      }
      throwIfAborted(signal);
    },
  };
}

/** Throws `aborted`. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new BzzzError('aborted', 'reading the journal was cancelled', { cause: signal.reason });
  }
}
