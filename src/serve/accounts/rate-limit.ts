/** Allowed frequency: `burst` events at once, then `perSecond`. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Limits how often something may happen per key, e.g. per address or account. Memory is bounded: the least recently used key is forgotten. */
export interface RateLimit {
  /** Uses up one event and returns true; returns false if none is left. */
  take(key: string): boolean;
  /** Returns true if `take` would return true. */
  has(key: string): boolean;
}

/** Creates a limit. @param now monotonic ms @param keys largest number of keys that are remembered */
export function createRateLimit({ burst, perSecond }: Rate, now: () => number, keys = 10_000): RateLimit {
  const buckets = new Map<string, { readonly left: number; readonly at: number }>();
  const leftOf = (key: string): number => {
    const bucket = buckets.get(key);
    return bucket === undefined ? burst : Math.min(burst, bucket.left + ((now() - bucket.at) / 1_000) * perSecond);
  };
  return {
    take: (key) => {
      const left = leftOf(key);
      buckets.delete(key);
      buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now() });
      const [oldest] = buckets.keys();
      if (buckets.size > keys && oldest !== undefined) buckets.delete(oldest);
      return left >= 1;
    },
    has: (key) => leftOf(key) >= 1,
  };
}
