import type { BudgetLimits } from './budget.ts';
import type { DueState } from './due-state.ts';

/** Tells in numbers whether the budget of a run suffices to keep the period. */
export interface Forecast {
  /** Bytes that each run must read at an even pace. */
  readonly neededBytes: number;
  /** Bytes that the budget permits per run; null: unlimited, or the rate is unknown. */
  readonly givenBytes: number | null;
  /** Null if unknown: the budget is a time, and no run has been measured. */
  readonly suffices: boolean | null;
  /** Shortest period that can be kept within the budget; null if there is none or it is unknown. */
  readonly keepsMs: number | null;
}

/**
 * Compares a budget with the work. Runs that decode are slower; the measured rate includes decoding.
 * @param bytesPerMs measured rate of runs; null: no run was measured
 */
export function forecast(state: DueState, budget: BudgetLimits | null, bytesPerMs: number | null): Forecast {
  const { bytes, shareBytes, runEveryMs, marginMs } = state;
  if (budget === null || (budget.ms === null && budget.bytes === null))
    return { neededBytes: shareBytes, givenBytes: null, suffices: true, keepsMs: null };
  const givenBytes = bytesOfBudget(budget, bytesPerMs);
  // A size limit that is too small is too small whatever the time limit. One that suffices decides nothing while the effect of the time limit is unknown.
  const told = bytesPerMs !== null || budget.ms === null || (givenBytes !== null && givenBytes < shareBytes);
  if (givenBytes === null || !told) return { neededBytes: shareBytes, givenBytes, suffices: null, keepsMs: null };
  return {
    neededBytes: shareBytes,
    givenBytes,
    suffices: givenBytes >= shareBytes,
    keepsMs: Math.ceil((bytes * runEveryMs) / Math.max(1, givenBytes)) + marginMs,
  };
}

/** Returns the bytes that a budget permits per run; null: unlimited, or the rate is unknown. */
export function bytesOfBudget({ ms, bytes }: BudgetLimits, bytesPerMs: number | null): number | null {
  const byTime = ms === null || bytesPerMs === null ? null : ms * bytesPerMs;
  const limits = [bytes, byTime].filter((limit) => limit !== null);
  return limits.length === 0 ? null : Math.floor(Math.min(...limits));
}
