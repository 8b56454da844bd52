/** Work that several want at once is done once, and is given up when nobody wants it any more. */
import { BzzzError } from '@bzzz/protocol';

export interface SharedWork {
  /**
   * Begins the work, or waits for what another began. Throws what the work throws, and `aborted`; then, if
   * nobody else wanted it, nothing of the work goes on any more.
   */
  join(
    key: string,
    work: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<void>;
}

interface Shared {
  readonly done: Promise<void>;
  readonly abort: AbortController;
  waiting: number;
}

export function createSharedWork(): SharedWork {
  const running = new Map<string, Shared>();

  function forget(key: string, shared: Shared): void {
    if (running.get(key) === shared) running.delete(key);
  }

  function begin(key: string, work: (signal: AbortSignal) => Promise<void>): Shared {
    const abort = new AbortController();
    const shared = { done: work(abort.signal), abort, waiting: 0 };
    running.set(key, shared);
    const over = () => forget(key, shared);
    shared.done.then(over, over);
    return shared;
  }

  return {
    async join(key, work, signal) {
      if (signal?.aborted === true) throw cancelled();
      const shared = running.get(key) ?? begin(key, work);
      shared.waiting += 1;
      const given = Promise.withResolvers<never>();
      const giveUp = () => given.reject(cancelled());
      signal?.addEventListener('abort', giveUp, { once: true });
      try {
        await Promise.race([shared.done, given.promise]);
      } finally {
        signal?.removeEventListener('abort', giveUp);
        shared.waiting -= 1;
        if (shared.waiting === 0) {
          // Who comes now begins anew.
          forget(key, shared);
          shared.abort.abort();
          await shared.done.catch(() => undefined);
        }
      }
    },
  };
}

function cancelled(): BzzzError {
  return new BzzzError('aborted', 'the setup was cancelled');
}
