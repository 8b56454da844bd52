/** Token buckets, one for each key; the fullest burst is one second's worth. */
export interface RateLimiter {
  /** Takes a token, or says no. */
  allow(key: string): boolean;
}

const KEYS_MAX = 1_024;

export function createRateLimiter(
  options: { perSecondMax: number },
  nowMs: () => number = () => performance.now(),
): RateLimiter {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    allow(key) {
      const now = nowMs();
      const bucket = buckets.get(key) ?? { tokens: options.perSecondMax, atMs: now };
      const earned = ((now - bucket.atMs) / 1000) * options.perSecondMax;
      bucket.tokens = Math.min(options.perSecondMax, bucket.tokens + earned);
      bucket.atMs = now;
      // Last used last: what falls out is the longest idle, whose bucket is full anyway.
      buckets.delete(key);
      buckets.set(key, bucket);
      const [oldest] = buckets.keys();
      if (buckets.size > KEYS_MAX && oldest !== undefined) buckets.delete(oldest);
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}
