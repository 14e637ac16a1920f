import { createLandings, type LandingEntry, standingBags } from '../../archive/bag/landing.ts';

/** Bags that must exist according to the log. */
export interface LandedBags {
  /** Takes the next entry. */
  take(entry: LandingEntry): void;
  /** Returns how many of these bags do not exist. */
  missing(there: readonly string[]): number;
}

/** Collects the bags that must exist according to the log. */
export function landedBags(): LandedBags {
  const landings = createLandings();
  return {
    take: (entry) => landings.take(entry),
    missing: (there) => {
      const known = new Set(there);
      return standingBags(landings).filter((bag) => !known.has(bag)).length;
    },
  };
}
