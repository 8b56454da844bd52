import { GitHubError } from './reply.ts';

/** GitHub's rate limits for one account. Each is a number of requests or points in its window. */
export interface RateLimits {
  /** Requests an hour; a 304 costs nothing. Default 5000. */
  readonly primaryPerHour: number;
  /** Requests that create content, a minute. Default 80. */
  readonly contentPerMinute: number;
  /** Requests that create content, an hour. Default 500. */
  readonly contentPerHour: number;
  /** Points a minute: a read costs 1, a write 5. Default 900. */
  readonly pointsPerMinute: number;
  /** Requests under way at once. Default 100. */
  readonly concurrent: number;
  /** The status of a refusal by a secondary limit: GitHub uses both. Default 403. */
  readonly secondaryStatus: 403 | 429;
}

export const defaultRateLimits: RateLimits = {
  primaryPerHour: 5000,
  contentPerMinute: 80,
  contentPerHour: 500,
  pointsPerMinute: 900,
  concurrent: 100,
  secondaryStatus: 403,
};

export interface RateMeter {
  /** Counts a request in, or throws the 403/429 that GitHub would answer. */
  enter(account: string, write: boolean): void;
  /** Counts it out; `free` gives back what it cost of the primary limit. */
  leave(account: string, free: boolean): void;
  headers(account: string): Record<string, string>;
  /** What GET /rate_limit shows for `core`. */
  core(account: string): {
    limit: number;
    used: number;
    remaining: number;
    reset: number;
    resource: string;
  };
}

interface Meter {
  resetAtMs: number;
  used: number;
  underWay: number;
  /** Times of writes of the last hour, and of points of the last minute; oldest first. */
  writesMs: number[];
  points: { atMs: number; cost: number }[];
}

const minuteMs = 60_000;
const hourMs = 3_600_000;

export function createRateMeter(limits: RateLimits, now: () => number): RateMeter {
  const meters = new Map<string, Meter>();
  const meterOf = (account: string): Meter => {
    const timeMs = now();
    const found = meters.get(account) ?? emptyMeter(timeMs);
    meters.set(account, found);
    if (timeMs >= found.resetAtMs) Object.assign(found, { resetAtMs: timeMs + hourMs, used: 0 });
    found.writesMs = found.writesMs.filter((at) => at > timeMs - hourMs);
    found.points = found.points.filter((one) => one.atMs > timeMs - minuteMs);
    return found;
  };
  const core: RateMeter['core'] = (account) => {
    const { used, resetAtMs } = meterOf(account);
    const limit = limits.primaryPerHour;
    const remaining = Math.max(0, limit - used);
    return { limit, used, remaining, reset: Math.ceil(resetAtMs / 1000), resource: 'core' };
  };
  const headers: RateMeter['headers'] = (account) =>
    Object.fromEntries(
      Object.entries(core(account)).map(([key, value]) => [`x-ratelimit-${key}`, String(value)]),
    );

  return {
    core,
    headers,
    enter(account, write) {
      const meter = meterOf(account);
      const timeMs = now();
      if (meter.used >= limits.primaryPerHour) {
        throw new GitHubError(403, `API rate limit exceeded for user ${account}.`, {
          headers: headers(account),
        });
      }
      const waitMs = secondaryWaitMs(meter, limits, { timeMs, write });
      if (waitMs > 0) throw secondary(limits, waitMs);
      meter.used += 1;
      meter.underWay += 1;
      meter.points.push({ atMs: timeMs, cost: write ? 5 : 1 });
      if (write) meter.writesMs.push(timeMs);
    },
    leave(account, free) {
      const meter = meterOf(account);
      meter.underWay -= 1;
      if (free) meter.used = Math.max(0, meter.used - 1);
    },
  };
}

/** How long until the request would be let in; 0 when it is now. */
function secondaryWaitMs(
  meter: Meter,
  limits: RateLimits,
  request: { readonly timeMs: number; readonly write: boolean },
): number {
  const { timeMs, write } = request;
  const waits: number[] = [0];
  if (meter.underWay >= limits.concurrent) waits.push(1000);
  const spent = meter.points.reduce((sum, one) => sum + one.cost, 0);
  const oldest = meter.points[0];
  if (spent + (write ? 5 : 1) > limits.pointsPerMinute && oldest !== undefined) {
    waits.push(oldest.atMs + minuteMs - timeMs);
  }
  if (write) {
    const lastMinute = meter.writesMs.filter((at) => at > timeMs - minuteMs);
    const windows = [
      { times: lastMinute, most: limits.contentPerMinute, lengthMs: minuteMs },
      { times: meter.writesMs, most: limits.contentPerHour, lengthMs: hourMs },
    ];
    for (const { times, most, lengthMs } of windows) {
      const freeing = times[times.length - most];
      if (freeing !== undefined) waits.push(freeing + lengthMs - timeMs);
    }
  }
  return Math.max(...waits);
}

function secondary(limits: RateLimits, waitMs: number): GitHubError {
  const message =
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) };
  return new GitHubError(limits.secondaryStatus, message, { headers });
}

function emptyMeter(timeMs: number): Meter {
  return { resetAtMs: timeMs + hourMs, used: 0, underWay: 0, writesMs: [], points: [] };
}
