import { BzzzError } from '@bzzz/protocol';
import type { Clock } from '../ports/index.ts';

/** A signal that also fires, with `timeout`, after `delayMs`. `cancel` when it is not needed any more. */
export function deadline(clock: Clock, delayMs: number, what: string, signal: AbortSignal) {
  const controller = new AbortController();
  const reason = new BzzzError('timeout', `${what} took longer than ${delayMs} ms`);
  const cancel = clock.after(delayMs, () => controller.abort(reason));
  return { signal: AbortSignal.any([signal, controller.signal]), cancel };
}
