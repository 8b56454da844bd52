/** Wakes whoever waits for news, and at the signal. */
export interface Bell {
  readonly ring: () => void;
  /** Resolves at the first ring after this call. */
  next(): Promise<void>;
  /** Whether the signal has come. */
  isOver(): boolean;
  close(): void;
}

export function createBell(signal: AbortSignal): Bell {
  let waiting = Promise.withResolvers<void>();
  // Remembered: a signal that is made of others looks through all of them when it is asked.
  let over = signal.aborted;
  const ring = () => {
    waiting.resolve();
    waiting = Promise.withResolvers<void>();
  };
  const end = () => {
    over = true;
    ring();
  };
  signal.addEventListener('abort', end, { once: true });
  return {
    ring,
    next: () => (over ? Promise.resolve() : waiting.promise),
    isOver: () => over,
    close: () => signal.removeEventListener('abort', end),
  };
}
