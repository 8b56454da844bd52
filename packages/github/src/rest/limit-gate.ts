import type { Clock } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';

/**
 * Remembers how long the forge asked to be left alone. Requests sent meanwhile would be refused,
 * and GitHub bans those who go on (invariant 10).
 */
export interface LimitGate {
  /** Throws `forge_rate_limited` with the rest of the wait. */
  assertOpen(): void;
  /** Takes note when the failure is a rate limit. */
  tell(failure: BzzzError): void;
}

export function createLimitGate(clock: Clock): LimitGate {
  let openAtMs = 0;
  return {
    assertOpen() {
      const retryAfterMs = Math.ceil(openAtMs - clock.monotonicMs());
      if (retryAfterMs > 0) {
        throw new BzzzError('forge_rate_limited', 'the forge asked to wait', { retryAfterMs });
      }
    },
    tell(failure) {
      if (failure.code !== 'forge_rate_limited') return;
      openAtMs = Math.max(openAtMs, clock.monotonicMs() + (failure.retryAfterMs ?? 0));
    },
  };
}
