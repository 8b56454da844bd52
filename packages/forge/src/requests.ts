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
  reset(): void;
}

export function createRequestCounters(): RequestCounters & {
  count(account: string, kind: RequestKind): void;
} {
  const accounts = new Map<string, Record<RequestKind, number>>();
  return {
    count(account, kind) {
      const counts = accounts.get(account) ?? { ...none };
      accounts.set(account, counts);
      counts[kind] += 1;
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
    reset: () => accounts.clear(),
  };
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
