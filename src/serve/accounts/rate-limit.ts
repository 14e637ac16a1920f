/** How often somebody may do something: so many at once, and then so many a second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Counts by keys such as an address or an account, and forgets the one that was asked about longest ago: bounded, however many keys are tried. */
export interface RateLimit {
  /** True, and one is used up, or false. */
  take(key: string): boolean;
  /** True where `take` would be. */
  has(key: string): boolean;
}

/** @param now monotonic ms @param keys at most remembered */
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
