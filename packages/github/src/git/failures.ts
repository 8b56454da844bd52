import { BzzzError, limits } from '@bzzz/protocol';
import { TokenRefused } from '../credentials.ts';
import type { GitOutcome } from './process.ts';
import type { HttpExchange } from './trace.ts';

/** The coded error for a git process that talked to the forge and did not succeed. */
export function remoteFailure(outcome: GitOutcome): BzzzError {
  const reason = gitReason(outcome);
  if (outcome.timedOut) return new BzzzError('forge_unreachable', `git took too long: ${reason}`);
  const last = outcome.exchanges.at(-1);
  if (last === undefined || last.status === null || last.status >= 500) {
    return unreachable(reason, last);
  }
  return answeredFailure(last, last.status, reason);
}

/** The coded error for a git process that had only the mirror to do with. */
export function localFailure(what: string, outcome: GitOutcome): BzzzError {
  return new BzzzError('git_failed', `${what}: ${gitReason(outcome)}`);
}

/** What git said last, on one line, without control characters, short enough to be journalled. */
export function gitReason(outcome: GitOutcome): string {
  const text = outcome.stderr
    .split('\n')
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trim())
    .filter((line) => line !== '')
    .slice(-3)
    .join('; ');
  const exit = outcome.exitCode === null ? 'ended by a signal' : `exit ${outcome.exitCode}`;
  return (text === '' ? exit : text).slice(0, limits.reasonCharsMax);
}

export function unreachable(
  reason: string,
  last: HttpExchange | undefined,
  cause?: unknown,
): BzzzError {
  const wait = last?.retryAfterMs ?? undefined;
  return new BzzzError('forge_unreachable', reason, {
    ...(cause === undefined ? {} : { cause }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

/** For a status below 500. */
export function answeredFailure(last: HttpExchange, status: number, reason: string): BzzzError {
  if (status === 429 || (status === 403 && last.retryAfterMs !== null)) {
    return new BzzzError('forge_rate_limited', reason, {
      retryAfterMs: last.retryAfterMs ?? 60_000,
    });
  }
  if (status === 401) {
    return new BzzzError('forge_unauthorized', reason, { cause: new TokenRefused(reason) });
  }
  if (status === 403) return new BzzzError('forge_unauthorized', reason);
  if (status >= 300) return new BzzzError('forge_not_found', `answered ${status}: ${reason}`);
  // A whole answer would have made git succeed: it broke off in the middle.
  if (last.method === 'POST') return new BzzzError('forge_unreachable', reason);
  return new BzzzError('git_failed', reason);
}
