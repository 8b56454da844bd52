import type { Clock } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';
import { sleep } from '../abort.ts';

/**
 * Remembers how long the forge asked to be left alone. Requests sent meanwhile would be refused,
 * and GitHub bans those who go on (invariant 10).
 */
export interface LimitGate {
  /** Waits out a short rest of the wait; of a longer one throws `forge_rate_limited`. */
  pass(signal: AbortSignal): Promise<void>;
  /** The forge asks for so long a wait, from now on. */
  close(waitMs: number): void;
}

export function createLimitGate(
  clock: Clock,
  { waitMsMax }: { readonly waitMsMax: number },
): LimitGate {
  let openAtMs = 0;
  return {
    async pass(signal) {
      const retryAfterMs = Math.ceil(openAtMs - clock.monotonicMs());
      if (retryAfterMs > waitMsMax) {
        throw new BzzzError('forge_rate_limited', 'the forge asked to wait', { retryAfterMs });
      }
      if (retryAfterMs > 0) await sleep(clock, retryAfterMs, signal);
    },
    close(waitMs) {
      openAtMs = Math.max(openAtMs, clock.monotonicMs() + waitMs);
    },
  };
}
