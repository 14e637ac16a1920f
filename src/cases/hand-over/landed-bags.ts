import { createLandings, type LandingEntry, standingBags } from '../../archive/bag/landing.ts';

/** Bags that must exist according to the log. */
export interface LandedBags {
  /** Takes the next entry. */
  take(entry: LandingEntry): void;
  /** Returns their names. */
  standing(): readonly string[];
}

/** Collects the bags that must exist according to the log. */
export function landedBags(): LandedBags {
  const landings = createLandings();
  return { take: (entry) => landings.take(entry), standing: () => standingBags(landings) };
}
