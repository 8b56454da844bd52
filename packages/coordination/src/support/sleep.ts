import { BzzzError } from '@bzzz/protocol';
import type { Clock } from '../ports/index.ts';

/** Resolves after `delayMs`; throws `aborted` when the signal fires first. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortError(signal));
      return;
    }
    const onAbort = () => {
      cancel();
      reject(abortError(signal));
    };
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Ends early, without an error, when the signal fires. */
export async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(clock, delayMs, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The coded error that a signal was aborted with, or `aborted`. */
export function abortError(signal: AbortSignal): BzzzError {
  return signal.reason instanceof BzzzError
    ? signal.reason
    : new BzzzError('aborted', 'the operation was cancelled');
}

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortError(signal);
}
