export interface RateLimit {
  /** Requests left in the window, as the forge last told. */
  readonly remaining: number;
  readonly limit: number;
  /** End of the window, milliseconds since 1970 on the forge's clock. */
  readonly resetAtMs: number;
}

/** What was sent so far; every exchange counts, also one without an answer. */
export interface GithubStats {
  /** REST reads, those answered 304 included. */
  readonly reads: number;
  /** REST reads answered 304: free of the primary limit. */
  readonly notModified: number;
  /** REST writes. */
  readonly writes: number;
  /** Of refs, and `git fetch`. */
  readonly gitReads: number;
  readonly gitPushes: number;
  /** Issues left out of a poll since their body is over the limit. */
  readonly issuesLeftOut: number;
  /** Null until the forge has told one. */
  readonly rateLimit: RateLimit | null;
}

type Counter = Exclude<keyof GithubStats, 'rateLimit'>;

export interface StatsKeeper {
  count(counter: Counter): void;
  rateLimit(limit: RateLimit): void;
  snapshot(): GithubStats;
}

export function createStats(): StatsKeeper {
  const counts: Record<Counter, number> = {
    reads: 0,
    notModified: 0,
    writes: 0,
    gitReads: 0,
    gitPushes: 0,
    issuesLeftOut: 0,
  };
  let rateLimit: RateLimit | null = null;
  return {
    count(counter) {
      counts[counter] += 1;
    },
    rateLimit(limit) {
      rateLimit = limit;
    },
    snapshot: () => ({ ...counts, rateLimit }),
  };
}
