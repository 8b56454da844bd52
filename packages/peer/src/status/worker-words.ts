import type { WorkerState } from '@bzzz/execution';
import { span } from './span.ts';

/** How workers of a kind died, for people; null: none did. */
export function workerWords(state: WorkerState): string | null {
  const { kind, deaths, recent, lastReason, lastAgoMs, breaker, trialInMs } = state;
  if (deaths === 0) return null;
  const often = `${deaths} ${deaths === 1 ? 'worker' : 'workers'} of ${kind} died, ${recent} of them lately`;
  const last = `the last ${span(lastAgoMs ?? 0)} ago: ${lastReason}`;
  if (breaker === 'closed') return `${often} (${last})`;
  const when = trialInMs === null ? 'now' : `in ${span(trialInMs)}`;
  return `${often} (${last}); nothing of it is begun, but for one trial ${when}`;
}
