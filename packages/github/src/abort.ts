import type { Clock } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';

/** Throws `aborted` when the signal has fired. */
export function assertLive(signal: AbortSignal): void {
  if (signal.aborted) throw abortedError();
}

/** Settles as `promise` does, or rejects with `aborted` as soon as the signal fires. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: abort, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(abortedError());
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal.aborted) onAbort();
    return await Promise.race([promise, abort]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Throws `aborted` when the signal fires before. */
export async function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(delayMs, resolve);
  try {
    await untilAborted(promise, signal);
  } finally {
    cancel();
  }
}

export function abortedError(): BzzzError {
  return new BzzzError('aborted', 'the operation was cancelled');
}
