import type { LoggedStep } from '../../src/log/history/logged-step.ts';

/** A day in milliseconds. */
export const dayMs = 24 * 3_600_000;

/** Milliseconds since 1970 of a day of the tests' own calendar. */
export function day(number: number): number {
  return Date.UTC(2026, 0, 1) + number * dayMs;
}

type Detail = LoggedStep['detail'];

/** A log written as by the program, with a clock that the test sets. */
export interface TestLog {
  readonly steps: readonly LoggedStep[];
  /** @param at milliseconds since 1970, or a text that is not a time */
  add(at: number | string, type: string, detail?: Detail): void;
  landed(at: number, bag: string): void;
  verified(at: number, bag: string, more?: Detail): void;
}

/** An empty log. */
export function createTestLog(): TestLog {
  const steps: LoggedStep[] = [];
  const add = (at: number | string, type: string, detail: Detail = {}): void => {
    steps.push({ seq: steps.length + 1, time: typeof at === 'string' ? at : new Date(at).toISOString(), type, detail });
  };
  return {
    steps,
    add,
    landed: (at, bag) => add(at, 'bag-landed', { bag, recordings: 1 }),
    verified: (at, bag, more = {}) =>
      add(at, 'bag-verified', { run: 'r', replica: null, bag, verdict: 'ok', faults: '', played: 'none', bytes: 1_000, ...more }),
  };
}
