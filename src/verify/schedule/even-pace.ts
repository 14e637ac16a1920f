/** A bag with its age; lists are ordered by age, oldest first. */
export interface Aged {
  /** Time since the bag was last processed, in milliseconds. */
  readonly ageMs: number;
  /** Cost of processing it again; above zero. */
  readonly weight: number;
}

/**
 * Returns how many of the oldest bags this run must process, so that no bag grows older than `targetMs` and no run does more than necessary. The result is the
 * smaller of two numbers:
 *
 * - Enough to return all bags to an even pace, in which each bag's age is at most its share: `targetMs` less the time that the bags before it
 *   in the order take at that pace. Bags that are spread over the period stay spread, and with few bags most runs do nothing.
 * - Enough that the same amount in each further run would suffice: the maximum, over all bags, of the work up to that bag divided by the runs that remain until
 *   it reaches that age. If everything was read on one day some time ago, the work that an even pace would have done since is spread over the remaining time.
 *
 * If each run processes that many and runs are no further apart than the margin by which `targetMs` is less than the true period, no bag ever grows older than
 * the true period. From an even spread on, each run costs the total weight, times the interval between runs, divided by `targetMs`, and one bag. Everything
 * older than `targetMs` is included.
 * @param aged sorted by age, oldest first
 * @param pauseMs time from one run to the next
 */
export function howManyNow(aged: readonly Aged[], targetMs: number, pauseMs: number): number {
  const all = aged.reduce((sum, { weight }) => sum + weight, 0);
  return Math.min(toEvenPace(aged, targetMs, all), toSteadyWork(aged, targetMs, pauseMs));
}

function toEvenPace(aged: readonly Aged[], targetMs: number, all: number): number {
  const msOfWeight = targetMs / all;
  // Walked from youngest to oldest, with the weight of those older than the current one.
  let older = all;
  // Largest delay of a younger bag behind its share. This amount of work, expressed as time at the even pace, must be done before that bag.
  let behindMs = Number.NEGATIVE_INFINITY;
  for (let count = aged.length; count > 0; count--) {
    if (behindMs > older * msOfWeight + tolerableMs) return count + 1;
    const { ageMs = 0, weight = 0 } = aged[count - 1] ?? {};
    older -= weight;
    behindMs = Math.max(behindMs, ageMs - targetMs + older * msOfWeight);
  }
  return behindMs > tolerableMs ? 1 : 0;
}

function toSteadyWork(aged: readonly Aged[], targetMs: number, pauseMs: number): number {
  let upTo = 0;
  let wanted = 0;
  for (const { ageMs, weight } of aged) {
    upTo += weight;
    wanted = Math.max(wanted, upTo / Math.max(1, (targetMs - ageMs) / pauseMs));
  }
  let done = 0;
  let count = 0;
  // Less a tolerance for floating point errors, which must not add a bag.
  while (count < aged.length && done < wanted * (1 - 1e-9)) done += aged[count++]?.weight ?? 0;
  return count;
}

/** Bound on the floating point error of ten years in milliseconds. */
const tolerableMs = 1;
