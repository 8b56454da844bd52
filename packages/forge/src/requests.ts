/** What one account (or everybody) asked of the forge. */
export interface RequestCounts {
  readonly reads: number;
  readonly writes: number;
  /** Of the reads, those answered 304. */
  readonly notModified: number;
  readonly graphql: number;
  readonly gitFetches: number;
  readonly gitPushes: number;
  /** Refused by a rate limit. */
  readonly limited: number;
}

export type RequestKind = keyof RequestCounts;

export interface RequestCounters {
  total(): RequestCounts;
  /** By login; requests without a token are under `anonymous`. */
  byAccount(): Readonly<Record<string, RequestCounts>>;
  /**
   * What was asked to be changed, by everybody and by kind: `POST /repos/ada/demo/issues/:number/comments`, or
   * `mutation NAME` for GraphQL.
   */
  changes(): Readonly<Record<string, number>>;
  reset(): void;
}

export interface RequestTally extends RequestCounters {
  count(account: string, kind: RequestKind): void;
  countChange(what: string): void;
}

export function createRequestCounters(): RequestTally {
  const accounts = new Map<string, Record<RequestKind, number>>();
  const changes = new Map<string, number>();
  return {
    count(account, kind) {
      const counts = accounts.get(account) ?? { ...none };
      accounts.set(account, counts);
      counts[kind] += 1;
    },
    countChange(what) {
      changes.set(what, (changes.get(what) ?? 0) + 1);
    },
    total() {
      const sum = { ...none };
      for (const counts of accounts.values()) {
        for (const kind of kinds) sum[kind] += counts[kind];
      }
      return sum;
    },
    byAccount: () =>
      Object.fromEntries([...accounts].map(([login, counts]) => [login, { ...counts }])),
    changes: () => Object.fromEntries(changes),
    reset() {
      accounts.clear();
      changes.clear();
    },
  };
}

/** The kind of a REST write: the numbers in its path are not told apart. */
export function restChange({ method, path }: { readonly method: string; readonly path: string }) {
  return `${method} ${path.replaceAll(/\/\d+(?=\/|$)/g, '/:number')}`;
}

const none: Record<RequestKind, number> = {
  reads: 0,
  writes: 0,
  notModified: 0,
  graphql: 0,
  gitFetches: 0,
  gitPushes: 0,
  limited: 0,
};

const kinds: readonly RequestKind[] = [
  'reads',
  'writes',
  'notModified',
  'graphql',
  'gitFetches',
  'gitPushes',
  'limited',
];
