/** The `fetch` under Octokit: counted, and bounded in time and size. */
import { BzzzError } from '@bzzz/protocol';
import type { Settings } from '../options.ts';
import type { StatsKeeper } from '../stats.ts';
import type { LimitGate } from './limit-gate.ts';

/** A page of 100 issues with the longest bodies stays well below. */
const responseBytesMax = 64 * 1024 * 1024;

export interface TransportDeps {
  readonly stats: StatsKeeper;
  readonly gate: Pick<LimitGate, 'close'>;
}

export function createForgeFetch({ stats, gate }: TransportDeps, settings: Settings): typeof fetch {
  return async (input, init = {}) => {
    const url = urlOf(input);
    stats.count(isRead(init) ? 'reads' : 'writes');
    const timeout = AbortSignal.timeout(settings.requestTimeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    const response = await fetch(url, { ...init, signal, redirect: 'manual' });
    if (response.status === 304) stats.count('notModified');
    // Before anybody else can send something: whoever asked hears of it only once all has been read.
    if (response.status === 403 || response.status === 429)
      gate.close(toldWaitMs(response.headers));
    noteRateLimit(stats, response.headers);
    return await wholeResponse(response);
  };
}

/** Of GraphQL every request is a POST. */
function isRead({ method, body }: RequestInit): boolean {
  const isQuery = typeof body === 'string' && body.startsWith('{"query":"query');
  return method === 'GET' || method === undefined || isQuery;
}

function urlOf(input: string | URL | Request): string {
  return input instanceof Request ? input.url : String(input);
}

/** 0: it names no time of its own. */
function toldWaitMs(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds * 1000) : 0;
}

function noteRateLimit(stats: StatsKeeper, headers: Headers): void {
  // GraphQL has a limit of its own, beside the one that is shown.
  if (headers.get('x-ratelimit-resource') === 'graphql') return;
  const [remaining, limit, reset] = ['remaining', 'limit', 'reset'].map((name) =>
    Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN),
  );
  if (Number.isInteger(remaining) && Number.isInteger(limit) && Number.isInteger(reset)) {
    stats.rateLimit({
      remaining: Number(remaining),
      limit: Number(limit),
      resetAtMs: Number(reset) * 1000,
    });
  }
}

/**
 * Reads the body to its end here, where one that breaks off is no answer; Octokit would take what
 * came for the whole.
 */
async function wholeResponse(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > responseBytesMax) {
      throw new BzzzError('forge_invalid_answer', `more than ${responseBytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  const hasBody = status !== 204 && status !== 205 && status !== 304;
  return new Response(hasBody ? new Blob(chunks) : null, { status, statusText, headers });
}
