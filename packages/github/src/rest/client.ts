/**
 * One way out to the REST API: Octokit with its throttling and retry plugins, every exchange
 * counted, every failure a coded error.
 *
 * Who retries what: the throttling plugin waits out a short told wait, once (a refused request had
 * no effect, so this is safe for writes too). The retry plugin repeats reads without an answer, a
 * bounded number of times. A write without an answer is never repeated here: it may have taken
 * effect, and only a read can tell.
 */
import type { Clock } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import Bottleneck from 'bottleneck';
import { assertLive, sleep, untilAborted } from '../abort.ts';
import { withToken } from '../credentials.ts';
import { createKeyedLock } from '../keyed-lock.ts';
import type { Settings } from '../options.ts';
import type { StatsKeeper } from '../stats.ts';
import type { TokenSource } from '../token/source.ts';
import { restFailure, statusOf } from './failures.ts';
import { createLimitGate, type LimitGate } from './limit-gate.ts';
import { createForgeFetch } from './transport.ts';
import { createWriteShare } from './write-share.ts';

export interface RestRequest {
  /** `GET /repos/{owner}/{repo}`; placeholders are filled from `parameters` and encoded. */
  readonly route: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly etag?: string | null;
  readonly signal: AbortSignal;
}

export interface RestAnswer {
  /** 2xx, or 304 when an ETag was sent. */
  readonly status: number;
  readonly data: unknown;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

/** Both throw what the port says, and `forge_refused` for 409 and 422. */
export interface Rest {
  read(request: RestRequest): Promise<RestAnswer>;
  /**
   * One at a time, in order, with the pause between them that the settings say, and within our share of
   * the account's rate.
   */
  write(request: RestRequest): Promise<RestAnswer>;
  shareAccount(peers: number): void;
}

export interface RestDeps {
  readonly clock: Clock;
  readonly token: TokenSource;
  readonly stats: StatsKeeper;
}

/** Milliseconds that the throttling plugin was told to wait, by kind of limit. */
type ToldWaits = Map<'wait', number>;

const ThrottledOctokit = Octokit.plugin(throttling, retry);

export function createRest(deps: RestDeps, settings: Settings): Rest {
  const gate = createLimitGate(deps.clock, { waitMsMax: settings.rateLimitWaitMsMax });
  const octokit = createOctokit({ ...deps, gate }, settings);
  const lock = createKeyedLock();
  const share = createWriteShare(deps.clock, settings);

  /** A short wait is waited out, as one that the forge asks for is. */
  async function takeShare(signal: AbortSignal): Promise<void> {
    const retryAfterMs = share.waitMs();
    if (retryAfterMs > settings.rateLimitWaitMsMax) {
      const reason = 'our share of what the account may write is used up';
      throw new BzzzError('forge_rate_limited', reason, { retryAfterMs });
    }
    if (retryAfterMs > 0) await sleep(deps.clock, retryAfterMs, signal);
    share.wrote();
  }

  const send = (request: RestRequest, isWrite: boolean): Promise<RestAnswer> =>
    withToken(deps.token, request.signal, async (token) => {
      assertLive(request.signal);
      assertOwnHost(request.route, settings.apiUrl);
      await gate.pass(request.signal);
      const told: ToldWaits = new Map();
      const headers: Record<string, string> = { authorization: `token ${token}` };
      if (typeof request.etag === 'string') headers['if-none-match'] = request.etag;
      // For reads the number stands in the plugin's options: given here, it would hold for every
      // answer, a 404 and a 304 included.
      const options = { signal: request.signal, told, ...(isWrite ? { retries: 0 } : {}) };
      const sent = octokit.request(request.route, {
        ...request.parameters,
        headers,
        request: options,
      });
      try {
        const answer = await untilAborted(sent, request.signal);
        assertNotMoved(answer.status);
        return { status: answer.status, data: answer.data, headers: answer.headers };
      } catch (error) {
        if (statusOf(error) === 304) return { status: 304, data: undefined, headers: {} };
        const failure = restFailure(error, { token, toldMs: told.get('wait') });
        if (failure.code === 'forge_rate_limited') gate.close(failure.retryAfterMs ?? 0);
        throw failure;
      }
    });

  return {
    read: (request) => send(request, false),
    async write(request) {
      const waiting = lock.busy('write');
      if (waiting > settings.writesWaitingMax) {
        const retryAfterMs = Math.max(1000, waiting * settings.writeGapMs);
        const reason = `${waiting} writes are waiting for their turn`;
        throw new BzzzError('forge_rate_limited', reason, { retryAfterMs });
      }
      return await lock.run('write', request.signal, async () => {
        await takeShare(request.signal);
        return send(request, true);
      });
    },
    shareAccount: (peers) => share.setPeers(peers),
  };
}

function createOctokit(deps: RestDeps & { readonly gate: LimitGate }, settings: Settings) {
  const onLimit = (
    retryAfterSeconds: number,
    options: { request: Readonly<Record<string, unknown>> },
    _octokit: unknown,
    retryCount: number,
  ): boolean => {
    const told = options.request['told'];
    if (told instanceof Map) told.set('wait', retryAfterSeconds * 1000);
    // Also for those that are sent while this one waits.
    deps.gate.close(retryAfterSeconds * 1000);
    return retryCount < 1 && retryAfterSeconds * 1000 <= settings.rateLimitWaitMsMax;
  };
  return new ThrottledOctokit({
    baseUrl: settings.apiUrl,
    userAgent: 'bzzz',
    // Nothing of ours is logged from here: failures become errors, and the caller decides.
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: createForgeFetch(deps, settings) },
    retry: {
      doNotRetry: [304, 400, 401, 403, 404, 409, 410, 422, 429, 451],
      retries: settings.readRetries,
      retryAfterBaseValue: settings.readRetryMs,
    },
    throttle: {
      // Its own queues, so that the pause is ours to set and belongs to this account alone.
      write: new Bottleneck.Group({ maxConcurrent: 1, minTime: settings.writeGapMs }),
      notifications: new Bottleneck.Group({ maxConcurrent: 1, minTime: settings.writeGapMs }),
      onRateLimit: onLimit,
      onSecondaryRateLimit: onLimit,
    },
  });
}

/** The token goes out with every request: a link to the next page that leads elsewhere is a trap. */
function assertOwnHost(route: string, apiUrl: string): void {
  const url = route.slice(route.indexOf(' ') + 1);
  if (url.startsWith('/') || url.startsWith(`${new URL(apiUrl).origin}/`)) return;
  throw new BzzzError('forge_invalid_answer', 'the forge answered with a link to another host');
}

/** Redirects are not followed: one would turn a POST into a GET, and send the token elsewhere. */
function assertNotMoved(status: number): void {
  if (status < 300) return;
  throw new BzzzError('forge_not_found', `answered ${status}: it has moved; use its new name`);
}

function silent(): void {}
