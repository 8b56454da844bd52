/** Wakes whoever waits for news, and at the signal. */
export interface Bell {
  readonly ring: () => void;
  /** Resolves at the first ring after this call. */
  next(): Promise<void>;
  close(): void;
}

export function createBell(signal: AbortSignal): Bell {
  let waiting = Promise.withResolvers<void>();
  const ring = () => {
    waiting.resolve();
    waiting = Promise.withResolvers<void>();
  };
  signal.addEventListener('abort', ring, { once: true });
  if (signal.aborted) ring();
  return {
    ring,
    next: () => (signal.aborted ? Promise.resolve() : waiting.promise),
    close: () => signal.removeEventListener('abort', ring),
  };
}
