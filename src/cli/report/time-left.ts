import type { Work, WorkKind } from '../../core/base/work.ts';

/** Estimates the remaining time from the remaining amount of each kind of work and its recent cost. */
export interface TimeLeft {
  /** Updates the state of the work. */
  take(work: Work, nowMs: number): void;
  /** Returns the remaining ms from the last call of `take` on; null if nothing was measured yet. */
  leftMs(): number | null;
}

/** Cost of a kind of work, as a factor of its usual cost. The covariance of the errors of all factors is kept separately. */
interface Cost {
  name: string;
  factor: number;
}

/** Uncertainty of a kind's usual cost in relation to other kinds, as a share. */
const usualSpread = 0.7;
/** Uncertainty of the first measurement, during which threads are still loading. */
const firstSpread = 1;
/** Uncertainty of one measurement: its standard deviation as a share, and in ms. */
const [measuredSpread, measuredMs] = [0.2, 30] as const;
/** How much the machine and the kinds change between measurements, as shares. */
const [machineDrift, kindDrift] = [0.05, 0.02] as const;
/** Smallest factor of a kind, as a share of the largest factor: a smaller measured one may be noise. */
const leastFactor = 0.1;
/**
 * Cost of work on a thread that runs alone, as a share of its cost beside others. Measured on two hyperthreads of one core: 0.77; on separate cores
 * the share is closer to 1. The value is a compromise.
 */
const aloneShare = 0.87;
/**
 * Length of one measurement: a share of the elapsed time, so that the estimate for a night does not change every minute; limited to [least, most].
 */
const [leastSpanMs, mostSpanMs, spanShare] = [500, 30_000, 1 / 30] as const;

/** The costs of kinds of work, learned from measurements. */
interface Costs {
  /** Returns the usual ms of amounts of work, by the index of their kind. */
  usual(kinds: readonly WorkKind[], amount: (kind: WorkKind, at: number) => number): readonly number[];
  /** Returns the ms that usual ms take at the present costs. */
  timeOf(vector: readonly number[]): number;
  /** Sets all costs to the usual ones, scaled by the first measurement, which is itself uncertain. */
  begin(vector: readonly number[], ms: number): void;
  /** Adjusts the costs of the kinds that took part in a later measurement. */
  measure(vector: readonly number[], ms: number): void;
}

function createCosts(): Costs {
  const costs: Cost[] = [];
  let errors: number[][] = [];
  const indexOf = (kind: WorkKind): number => {
    const at = costs.findIndex(({ name }) => name === kind.name);
    if (at >= 0) return at;
    const mean = costs.length === 0 ? 1 : costs.reduce((sum, { factor }) => sum + factor, 0) / costs.length;
    costs.push({ name: kind.name, factor: mean });
    for (const row of errors) row.push(0);
    errors.push([...costs.slice(1).map(() => 0), (usualSpread * mean) ** 2]);
    return costs.length - 1;
  };
  const timeOf = (vector: readonly number[]): number => vector.reduce((sum, ms, index) => sum + ms * (costs[index]?.factor ?? 1), 0);
  return {
    usual: (kinds, amount) => {
      const vector: number[] = [];
      for (const [at, kind] of kinds.entries()) {
        const index = indexOf(kind);
        vector[index] = (vector[index] ?? 0) + kind.usualMs * amount(kind, at);
      }
      return costs.map((_, index) => vector[index] ?? 0);
    },
    timeOf,
    begin: (vector, ms) => {
      const scale = ms / vector.reduce((sum, one) => sum + one, 0);
      for (const cost of costs) cost.factor = scale;
      errors = costs.map((_, i) => costs.map((__, j) => (firstSpread * scale) ** 2 + (i === j ? (usualSpread * scale) ** 2 : 0)));
    },
    measure: (vector, ms) => {
      if (errors.length === 0) return;
      const scale = Math.max(...costs.map(({ factor }) => factor));
      errors = errors.map((row, i) => row.map((value, j) => value + (machineDrift * scale) ** 2 + (i === j ? (kindDrift * scale) ** 2 : 0)));
      const reach = errors.map((row) => row.reduce((sum, value, j) => sum + value * (vector[j] ?? 0), 0));
      const spread = reach.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0) + (measuredSpread * ms) ** 2 + measuredMs ** 2;
      const surprise = ms - timeOf(vector);
      const gain = reach.map((value) => value / spread);
      for (const [i, cost] of costs.entries()) cost.factor += (gain[i] ?? 0) * surprise;
      errors = errors.map((row, i) => row.map((value, j) => value - (gain[i] ?? 0) * (reach[j] ?? 0)));
      const least = leastFactor * Math.max(...costs.map(({ factor }) => factor));
      for (const cost of costs) cost.factor = Math.max(cost.factor, least);
    },
  };
}

/**
 * Creates an estimator: a Kalman filter over the costs of kinds of work. Each measurement states how much thread time was spent on which amounts, and
 * adjusts the costs of the kinds that were worked on. The first measurement scales the usual costs.
 */
export function createTimeLeft(): TimeLeft {
  const costs = createCosts();
  let began: number | null = null;
  let last: { readonly work: Work; readonly nowMs: number } | null = null;
  let newest: { readonly work: Work; readonly nowMs: number } | null = null;
  return {
    take: (work, nowMs) => {
      newest = { work, nowMs };
      const before = last;
      const was = new Map(before?.work.kinds.map(({ name, done }) => [name, done]));
      const vector = costs.usual(work.kinds, ({ name, done }) => Math.max(0, done - (was.get(name) ?? 0)));
      const isIdle = vector.every((ms) => ms === 0);
      // The time until the first finished work is not representative: threads start and load programs.
      if (before === null || (began === null && isIdle)) {
        last = newest;
        return;
      }
      const passed = nowMs - before.nowMs;
      const span = began === null ? leastSpanMs : Math.min(mostSpanMs, Math.max(leastSpanMs, (nowMs - began) * spanShare));
      if (isIdle || passed < span) return;
      const busy = Math.max(1, (before.work.busy + work.busy) / 2);
      const threadMs = (passed * busy) / (busy === 1 && work.lanes > 1 ? aloneShare : 1);
      if (began === null) {
        began = before.nowMs;
        costs.begin(vector, threadMs);
      } else costs.measure(vector, threadMs);
      last = newest;
    },
    leftMs: () => {
      if (newest === null || began === null) return null;
      const { work } = newest;
      const pieces = work.pieces.map((amounts) => costs.timeOf(costs.usual(work.kinds, (_, at) => amounts[at] ?? 0)));
      const all = costs.timeOf(costs.usual(work.kinds, ({ left }) => left));
      return lastEnd(pieces, all, work.lanes);
    },
  };
}

/**
 * Returns when the last lane finishes. Pieces in progress come first, then always the longest piece goes to the lane that is free first; divisible
 * work goes to lanes that are free early.
 * @param pieces thread time of each piece, those in progress first
 * @param all thread time of everything
 */
function lastEnd(pieces: readonly number[], all: number, lanes: number): number {
  const loads = pieces.slice(0, lanes);
  while (loads.length < lanes) loads.push(0);
  for (const piece of pieces.slice(lanes).sort((a, b) => b - a)) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] = (loads[least] ?? 0) + piece;
  }
  const [longest = 0, second = 0] = loads.sort((a, b) => b - a);
  if (lanes === 1 || all / lanes >= longest) return all / lanes;
  // From then on one thread works alone.
  const together = Math.max(second, (all - longest) / (lanes - 1));
  return together + (longest - together) * aloneShare;
}
