/**
 * The few questions to the forge that no task asks: filing an issue for the operator, and what
 * `bzzz doctor` wants to know. Everything about tasks goes through the `Forge` port.
 */
import type { TokenSource } from '@bzzz/github';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { z } from 'zod';

const exchangeMsMax = 15_000;

export interface RestDeps {
  readonly token: TokenSource;
  readonly apiUrl: string;
}

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** `/repos/owner/name`, its parts already encoded. */
  readonly path: string;
  readonly body?: unknown;
  /** Without the token. */
  readonly anonymous?: boolean;
  readonly signal?: AbortSignal;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/**
 * One exchange, and another where the forge does not know the token any more and the source has a new one: what
 * was refused had no effect. Throws `forge_unreachable`, `forge_unauthorized` without a token, `aborted`, and
 * what the source of the token throws.
 */
export async function exchange(deps: RestDeps, request: RestRequest): Promise<RestAnswer> {
  if (request.anonymous === true) return exchangeAs(null, deps, request);
  const { signal } = request;
  const token = await deps.token.get({ signal });
  const answer = await exchangeAs(token, deps, request);
  if (answer.status !== 401) return answer;
  const fresh = await deps.token.get({ refused: token, signal });
  return fresh === token ? answer : exchangeAs(fresh, deps, request);
}

async function exchangeAs(
  token: string | null,
  deps: RestDeps,
  request: RestRequest,
): Promise<RestAnswer> {
  const { method, path, body, signal } = request;
  const timeout = AbortSignal.timeout(exchangeMsMax);
  try {
    const response = await fetch(`${deps.apiUrl.replace(/\/+$/, '')}${path}`, {
      method,
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      headers: {
        accept: 'application/vnd.github+json',
        'user-agent': 'bzzz',
        'x-github-api-version': '2022-11-28',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: jsonOf(await response.text()),
    };
  } catch (error) {
    if (signal?.aborted === true) throw new BzzzError('aborted', 'cancelled', { cause: error });
    throw new BzzzError('forge_unreachable', `${deps.apiUrl}: ${networkReason(error)}`, {
      cause: error,
    });
  }
}

const Message = z.object({ message: z.string() });

/** The error for an answer that is none of the 200s. */
export function refusal({ status, headers, body }: RestAnswer, what: string): BzzzError {
  const said = Message.safeParse(body).data?.message.slice(0, 300) ?? 'no reason given';
  const reason = `${what}: ${status} ${said}`;
  const waitSeconds = Number(headers.get('retry-after') ?? Number.NaN);
  const limited =
    status === 429 || (status === 403 && headers.get('x-ratelimit-remaining') === '0');
  if (limited || Number.isFinite(waitSeconds)) {
    const retryAfterMs = Number.isFinite(waitSeconds) ? waitSeconds * 1000 : 60_000;
    return new BzzzError('forge_rate_limited', reason, { retryAfterMs });
  }
  if (status === 401 || status === 403) return new BzzzError('forge_unauthorized', reason);
  if (status === 404) return new BzzzError('forge_not_found', reason);
  if (status >= 500) return new BzzzError('forge_unreachable', reason);
  return new BzzzError('forge_refused', reason);
}

/** `fetch` hides why behind "fetch failed". */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ');
  return reasonOf(cause ?? error);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
