/** A bag in the order of its age, the oldest first. */
export interface Aged {
  /** Since it was last done, in milliseconds. */
  readonly ageMs: number;
  /** What it costs to do it again; above zero. */
  readonly weight: number;
}

/**
 * How many of the oldest must be done by this run, so that none grows older than `targetMs` and no run has more to do than it must. The
 * smaller of two answers:
 *
 * - Enough to bring all back to an even pace, where each bag's age is not more than its share: `targetMs` less the time that those before it
 *   in the order take at that pace. Bags that are spread over the period stay so, and where there are few of them most runs do nothing.
 * - Enough that the same in each further run would do: the largest of what must be done up to a bag, divided by the runs that are left until
 *   it is as old as that. Where all was read on one day some time ago, what an even pace would have done since then is spread over what is left.
 *
 * Where each run does as many and runs are no further apart than the margin by which `targetMs` is less than the true period, no bag ever
 * grows older than the true period. From an even spread on that costs each run the weight of all, times the pause between runs, divided by
 * `targetMs`, and one bag. Everything older than `targetMs` is among them.
 * @param aged sorted by age, the oldest first
 * @param pauseMs from one run to the next
 */
export function howManyNow(aged: readonly Aged[], targetMs: number, pauseMs: number): number {
  const all = aged.reduce((sum, { weight }) => sum + weight, 0);
  return Math.min(toEvenPace(aged, targetMs, all), toSteadyWork(aged, targetMs, pauseMs));
}

function toEvenPace(aged: readonly Aged[], targetMs: number, all: number): number {
  const msOfWeight = targetMs / all;
  // Walked from the youngest to the oldest, with the weight of those that are older than the place where it stands.
  let older = all;
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

function toSteadyWork(aged: readonly Aged[], targetMs: number, pauseMs: number): number {
  let upTo = 0;
  let wanted = 0;
  for (const { ageMs, weight } of aged) {
    upTo += weight;
    wanted = Math.max(wanted, upTo / Math.max(1, (targetMs - ageMs) / pauseMs));
  }
  let done = 0;
  let count = 0;
  // Less by what floating point may get wrong: it must not cost a bag.
  while (count < aged.length && done < wanted * (1 - 1e-9)) done += aged[count++]?.weight ?? 0;
  return count;
}

/** What floating point may get wrong in ten years of milliseconds. */
const tolerableMs = 1;
