import path from 'node:path';
import { BzzzError } from '@bzzz/protocol';

export interface GithubOptions {
  /** REST root without a trailing slash: `https://api.github.com`, or `https://HOST/api/v3`. */
  readonly apiUrl?: string;
  /** Root of the clone URLs, `<gitUrl>/<owner>/<repo>.git`. */
  readonly gitUrl?: string;
  /** The mirrors live in `mirrors/` below it. Belongs to one process. */
  readonly dataDir: string;
  /**
   * Least pause between two REST writes. Default 1000 on github.com and any other public host,
   * 0 on a loopback host. GitHub asks for a second; lower risks its secondary limit.
   */
  readonly writeGapMs?: number;
  /**
   * REST writes of the whole account, which its peers share; the defaults are what GitHub lets pass, and
   * no limit on a loopback host. Lower when other programs use the account too.
   */
  readonly writesPerMinuteMax?: number;
  readonly writesPerHourMax?: number;
  /** Writes that may wait for their turn; one more is `forge_rate_limited`. Default 256. */
  readonly writesWaitingMax?: number;
  /**
   * A told wait up to this is waited out inside the call, once; a longer one is thrown as
   * `forge_rate_limited`. Higher: fewer errors, longer calls. Default 5000.
   */
  readonly rateLimitWaitMsMax?: number;
  /** Further tries of a REST read without an answer. Writes are never tried again. Default 1. */
  readonly readRetries?: number;
  /** Pause before the first further try; the n-th waits n squared times this. Default 250. */
  readonly readRetryMs?: number;
  /** One REST exchange. Default 20,000. */
  readonly requestTimeoutMs?: number;
  /** One exchange of refs, or a push. Default 60,000. */
  readonly gitTimeoutMs?: number;
  /** A fetch of the base branch; the first one clones. Default 1,800,000. */
  readonly fetchTimeoutMs?: number;
  /**
   * How far `since` of the next poll reaches back behind the newest change seen. Higher: a list
   * that lags longer loses nothing, more issues are told twice. Default 60,000.
   */
  readonly sinceOverlapMs?: number;
  /**
   * How far lists of comments and pull requests may lag. When the forge refuses a pull request and
   * shows none, or did not answer to a comment and shows none, so long is the list read again.
   * Higher: fewer false refusals and fewer second comments, but longer waits after true refusals and
   * lost requests. Default 6000.
   */
  readonly listLagMs?: number;
}

export type Settings = Required<GithubOptions>;

/** Fills in the defaults. Throws `config_invalid` for a URL that is not http or https. */
export function settingsOf(options: GithubOptions): Settings {
  const apiUrl = rootUrl('forge.apiUrl', options.apiUrl ?? 'https://api.github.com');
  const gitUrl = rootUrl('forge.gitUrl', options.gitUrl ?? 'https://github.com');
  const defaults = {
    writeGapMs: isLoopback(apiUrl) ? 0 : 1000,
    writesPerMinuteMax: isLoopback(apiUrl) ? Number.POSITIVE_INFINITY : 80,
    writesPerHourMax: isLoopback(apiUrl) ? Number.POSITIVE_INFINITY : 500,
    writesWaitingMax: 256,
    rateLimitWaitMsMax: 5_000,
    readRetries: 1,
    readRetryMs: 250,
    requestTimeoutMs: 20_000,
    gitTimeoutMs: 60_000,
    fetchTimeoutMs: 1_800_000,
    sinceOverlapMs: 60_000,
    listLagMs: 6_000,
  };
  // Git runs elsewhere than the peer.
  const dataDir = path.resolve(options.dataDir);
  return { ...defaults, ...withoutUndefined(options), apiUrl, gitUrl, dataDir };
}

/** Whether requests to this URL stay on the machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

function rootUrl(name: string, text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw new BzzzError('config_invalid', `${name} is not a plain http or https URL`);
  }
  return url.href.replace(/\/+$/, '');
}

function withoutUndefined(options: GithubOptions): GithubOptions {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  // Reason for the cast: the same object with fewer keys; `dataDir` is required and was there.
  return Object.fromEntries(entries) as unknown as GithubOptions;
}
