/** What a failed exchange means, by its status and headers; messages are for people. */
import { BzzzError, limits, reasonOf } from '@bzzz/protocol';
import { RequestError } from '@octokit/request-error';
import { TokenRefused, withoutToken } from '../credentials.ts';
import { unnamedWaitMs, waitOf } from './told-wait.ts';

export interface FailureContext {
  readonly token: string;
  /** The wait that the throttling plugin made out, for limits that are told in words only. */
  readonly toldMs: number | undefined;
}

export function statusOf(error: unknown): number | null {
  return error instanceof RequestError ? error.status : null;
}

export function restFailure(error: unknown, context: FailureContext): BzzzError {
  if (error instanceof BzzzError) return error;
  // Octokit wraps what the transport throws.
  if (error instanceof Error && error.cause instanceof BzzzError) return error.cause;
  const reason = withoutToken(reasonOf(error), context.token).slice(0, limits.reasonCharsMax);
  const response = error instanceof RequestError ? error.response : undefined;
  // GraphQL answers 200 also to whoever has used up its limit; the throttling plugin throws that itself.
  if (!(error instanceof RequestError) && context.toldMs !== undefined) {
    return coded('forge_rate_limited', reason, error, context.toldMs || unnamedWaitMs);
  }
  if (response === undefined) return coded('forge_unreachable', reason, error);
  const { status, headers } = response;
  const waitMs = waitOf(headers);
  if (status >= 500) return coded('forge_unreachable', reason, error, waitMs);
  if (status === 403 || status === 429) {
    const limit = waitMs ?? context.toldMs ?? (status === 429 ? unnamedWaitMs : undefined);
    if (limit !== undefined) return coded('forge_rate_limited', reason, error, limit);
    return coded('forge_unauthorized', reason, error);
  }
  if (status === 401) {
    return coded('forge_unauthorized', reason, new TokenRefused(reason, { cause: error }));
  }
  if (status === 404 || status === 410 || status === 451) {
    return coded('forge_not_found', reason, error);
  }
  if (status === 409 || status === 422) return coded('forge_refused', reason, error);
  return coded('forge_invalid_answer', `answered ${status}: ${reason}`, error);
}

function coded(
  code:
    | 'forge_unreachable'
    | 'forge_rate_limited'
    | 'forge_unauthorized'
    | 'forge_not_found'
    | 'forge_refused'
    | 'forge_invalid_answer',
  reason: string,
  cause: unknown,
  retryAfterMs?: number,
): BzzzError {
  return new BzzzError(code, reason, {
    cause,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
