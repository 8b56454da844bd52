/** What comes of a request to the virtual forge. */
import { BzzzError } from '@bzzz/protocol';

export function limited(retryAfterMs: number): BzzzError {
  return new BzzzError('forge_rate_limited', 'wait', { retryAfterMs });
}

export function unreachable(): BzzzError {
  return new BzzzError('forge_unreachable', 'no answer');
}

type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

export function attempt<T>(effect: () => T): Outcome<T> {
  try {
    return { ok: true, value: effect() };
  } catch (error) {
    return { ok: false, error };
  }
}
