import type { Work, WorkKind } from '../../core/base/work.ts';

/** Estimates how long work will go on, from what is left of each kind and what a unit of each kind took lately. */
export interface TimeLeft {
  /** Takes how far the work is. */
  take(work: Work, nowMs: number): void;
  /** Milliseconds from the last time that `take` was called; null where nothing was measured yet. */
  leftMs(): number | null;
}

/** How much slower a kind of work is than usual, as a factor; of all kinds together with the covariance of their errors. */
interface Cost {
  name: string;
  factor: number;
}

/** How sure the usual cost of a kind is beside those of the others, as a share of it. */
const usualSpread = 0.7;
/** How sure the first measurement is, during which threads still load what they need. */
const firstSpread = 1;
/** What one measurement is worth: its standard deviation as a share of it, and in milliseconds. */
const [measuredSpread, measuredMs] = [0.2, 30] as const;
/** How much machine and kinds change from one measurement to the next, as shares. */
const [machineDrift, kindDrift] = [0.05, 0.02] as const;
/** No kind is taken for cheaper than this share of the one that is dearest beside its usual cost: a measurement may be noise. */
const leastFactor = 0.1;
/**
 * What work takes of a thread that is alone, as a share of what it takes beside others. Measured on two hyperthreads of one core: 0.77; cores of their own share less. Between
 * that and nothing.
 */
const aloneShare = 0.87;
/** One measurement covers so much time: a share of what has passed, so that a night's estimate does not sway with every minute. */
const [leastSpanMs, mostSpanMs, spanShare] = [500, 30_000, 1 / 30] as const;

/**
 * A Kalman filter over the costs of kinds of work: each measurement says how much thread time went into which amounts, and shifts the costs of the kinds that were worked
 * on. Costs before the first measurement are the usual ones, on the scale that it shows.
 */
export function createTimeLeft(): TimeLeft {
  const costs: Cost[] = [];
  let errors: number[][] = [];
  let began: number | null = null;
  let last: { readonly work: Work; readonly nowMs: number } | null = null;
  let newest: { readonly work: Work; readonly nowMs: number } | null = null;

  const indexOf = (kind: WorkKind): number => {
    const at = costs.findIndex(({ name }) => name === kind.name);
    if (at >= 0) return at;
    const mean = costs.length === 0 ? 1 : costs.reduce((sum, { factor }) => sum + factor, 0) / costs.length;
    costs.push({ name: kind.name, factor: mean });
    for (const row of errors) row.push(0);
    errors.push([...costs.slice(1).map(() => 0), (usualSpread * mean) ** 2]);
    return costs.length - 1;
  };
  /** Usual milliseconds of amounts, by cost. */
  const usual = (kinds: readonly WorkKind[], amount: (kind: WorkKind, at: number) => number): number[] => {
    const vector: number[] = [];
    for (const [at, kind] of kinds.entries()) {
      const index = indexOf(kind);
      vector[index] = (vector[index] ?? 0) + kind.usualMs * amount(kind, at);
    }
    return costs.map((_, index) => vector[index] ?? 0);
  };
  const timeOf = (vector: readonly number[]): number => vector.reduce((sum, ms, index) => sum + ms * (costs[index]?.factor ?? 1), 0);

  const measure = (vector: readonly number[], ms: number): void => {
    if (began === null) return;
    if (errors.length === 0 || last === null) return;
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
  };

  /** All costs are the usual ones, on the scale of the first measurement, which is not certain either. */
  const begin = (vector: readonly number[], ms: number): void => {
    const scale = ms / vector.reduce((sum, one) => sum + one, 0);
    for (const cost of costs) cost.factor = scale;
    errors = costs.map((_, i) => costs.map((__, j) => (firstSpread * scale) ** 2 + (i === j ? (usualSpread * scale) ** 2 : 0)));
  };

  return {
    take: (work, nowMs) => {
      newest = { work, nowMs };
      const before = last;
      const was = new Map(before?.work.kinds.map(({ name, done }) => [name, done]));
      const vector = usual(work.kinds, ({ name, done }) => Math.max(0, done - (was.get(name) ?? 0)));
      const isIdle = vector.every((ms) => ms === 0);
      // What passes before the first is done says nothing of those to come: threads start, programs are loaded.
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
        begin(vector, threadMs);
      } else measure(vector, threadMs);
      last = newest;
    },
    leftMs: () => {
      if (newest === null || began === null) return null;
      const { work } = newest;
      const pieces = work.pieces.map((amounts) => timeOf(usual(work.kinds, (_, at) => amounts[at] ?? 0)));
      const all = timeOf(usual(work.kinds, ({ left }) => left));
      return lastEnd(pieces, all, work.lanes);
    },
  };
}

/**
 * When the last of the lanes is done: pieces under way first, then always the longest to the lane that is free first, and what can be shared to those that are free before the others.
 * @param pieces thread time of each, those under way first @param all thread time of everything
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
