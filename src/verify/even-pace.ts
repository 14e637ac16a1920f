/** A bag in the order of its age, the oldest first. */
export interface Aged {
  /** Since it was last done, in milliseconds. */
  readonly ageMs: number;
  /** What it costs to do it again; above zero. */
  readonly weight: number;
}

/**
 * How many of the oldest must be done now, so that from then on an even pace keeps the period: each bag's age is then not more than
 * its share, the period less the time that those before it in the order take at that pace.
 *
 * Where each run does this many, and runs are not further apart than the margin by which `targetMs` is less than the true period, no
 * bag ever grows older than the true period; and each run costs the weight of all, times the pause between runs, divided by
 * `targetMs`, and one bag. Without it a whole archive that was read on one day would be due again on one day.
 *
 * Everything that is older than `targetMs` is among them.
 * @param aged sorted by age, the oldest first
 */
export function howManyNow(aged: readonly Aged[], targetMs: number): number {
  // Walked from the youngest to the oldest, with the weight of those that are older than the place where it stands.
  let older = aged.reduce((sum, { weight }) => sum + weight, 0);
  const msOfWeight = targetMs / older;
  // How much the worst of the younger ones is behind its share: so much work, in time at the even pace, must be done before it.
  let behindMs = Number.NEGATIVE_INFINITY;
  for (let count = aged.length; count > 0; count--) {
    if (behindMs > older * msOfWeight + tolerableMs) return count + 1;
    const { ageMs = 0, weight = 0 } = aged[count - 1] ?? {};
    older -= weight;
    behindMs = Math.max(behindMs, ageMs - targetMs + older * msOfWeight);
  }
  return behindMs > tolerableMs ? 1 : 0;
}

/** What floating point may get wrong in ten years of milliseconds. */
const tolerableMs = 1;
