import type { BudgetLimits } from './budget.ts';
import type { DueState } from './due-state.ts';

/** Whether the budget of a run is enough to keep the period, in numbers. */
export interface Forecast {
  /** Bytes that each run must read to keep an even pace. */
  readonly neededBytes: number;
  /** Bytes that the budget lets a run read; null: as many as it wants, or nothing is known of the rate yet. */
  readonly givenBytes: number | null;
  /** Null where it cannot be told: the budget is a time, and no run has been measured. */
  readonly suffices: boolean | null;
  /** Shortest period that the budget keeps; null where it has none or cannot be told. */
  readonly keepsMs: number | null;
}

/**
 * Holds a budget against what there is to read. A run that decodes is slower: the rate that was measured has that in it.
 * @param bytesPerMs as runs were measured; null: not yet
 */
export function forecast(state: DueState, budget: BudgetLimits | null, bytesPerMs: number | null): Forecast {
  const { bytes, shareBytes, runEveryMs, marginMs } = state;
  if (budget === null || (budget.ms === null && budget.bytes === null))
    return { neededBytes: shareBytes, givenBytes: null, suffices: true, keepsMs: null };
  const givenBytes = bytesOfBudget(budget, bytesPerMs);
  // A size alone that is too small is too small at any rate; one that is enough says nothing while the time beside it cannot be told.
  const told = bytesPerMs !== null || budget.ms === null || (givenBytes !== null && givenBytes < shareBytes);
  if (givenBytes === null || !told) return { neededBytes: shareBytes, givenBytes, suffices: null, keepsMs: null };
  return {
    neededBytes: shareBytes,
    givenBytes,
    suffices: givenBytes >= shareBytes,
    keepsMs: Math.ceil((bytes * runEveryMs) / Math.max(1, givenBytes)) + marginMs,
  };
}

/** Bytes that a budget lets a run read; null: as many as it wants, or nothing is known of the rate yet. */
export function bytesOfBudget({ ms, bytes }: BudgetLimits, bytesPerMs: number | null): number | null {
  const byTime = ms === null || bytesPerMs === null ? null : ms * bytesPerMs;
  const limits = [bytes, byTime].filter((limit) => limit !== null);
  return limits.length === 0 ? null : Math.floor(Math.min(...limits));
}
