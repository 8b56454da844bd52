import { type BzzzError, isBzzzError } from '@bzzz/protocol';
import type { Clock, Random } from '../ports/index.ts';
import { sleep, throwIfAborted } from './sleep.ts';

/** Longest pause between two tries, whatever the number of failures. */
export const backoffMsMax = 300_000;

/** Doubles from `firstMs`, with full jitter in its upper half so that peers do not march in step. */
export function backoffMs(firstMs: number, failures: number, random: Random): number {
  const ceiling = Math.min(backoffMsMax, firstMs * 2 ** Math.min(failures, 30));
  return ceiling / 2 + (ceiling / 2) * random.unit();
}

export interface PatienceDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Told each failure before the pause, so that a person can see why nothing moves. */
  readonly onTrouble: (error: BzzzError) => void;
}

export interface PatienceOptions {
  readonly firstMs: number;
  readonly signal: AbortSignal;
}

/**
 * Repeats `work` until it succeeds, pausing as the forge asks or with doubling backoff. Errors that
 * a later try cannot mend, and abort, are thrown on. A refused token is waited out too: an operator
 * replaces it under a running peer, and no task may be lost in between.
 */
export async function patiently<T>(
  deps: PatienceDeps,
  options: PatienceOptions,
  work: () => Promise<T>,
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    throwIfAborted(options.signal);
    try {
      return await work();
    } catch (error) {
      if (!isMendable(error) || options.signal.aborted) throw error;
      deps.onTrouble(error);
      const pauseMs = backoffMs(options.firstMs, failures, deps.random);
      await sleep(deps.clock, Math.max(pauseMs, error.retryAfterMs ?? 0), options.signal);
    }
  }
}

/** Whether a later try can succeed: by itself, or since an operator replaced the token. */
export function isMendable(error: unknown): error is BzzzError {
  return isBzzzError(error) && (error.retryable || error.code === 'forge_unauthorized');
}
