import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { howManyNow } from '../../../src/verify/schedule/even-pace.ts';
import { dayMs } from '../schedule-log.ts';

const target = 90 * dayMs;

/** A number of bags of the same size, by their ages in days. */
function alike(ages: readonly number[]): { ageMs: number; weight: number }[] {
  return ages.map((age) => ({ ageMs: age * dayMs, weight: 1 }));
}

describe('the number of bags to read now', () => {
  test.each([
    ['nothing there', [], 0],
    ['a new one', [10], 0],
    ['one at the maximum age', [90.1], 1],
    ['a few, spread over the period', [80, 50, 20], 0],
    ['a few, one too old', [91, 50, 20], 1],
    ['a few, two too old', [95, 91, 20], 2],
    ['all read on one day, one per day of the period, a day later', Array.from({ length: 90 }, () => 1), 0],
    ['the same two days later', Array.from({ length: 90 }, () => 2), 1],
    ['the same forty days later: the missed ones are spread over the rest', Array.from({ length: 90 }, () => 40), 2],
    ['the same with ten days left', Array.from({ length: 90 }, () => 80), 9],
    ['the same on the last day, when the last of them would be within the margin tomorrow', Array.from({ length: 90 }, () => 89.5), 89],
    ['evenly spread, one per day, in time for the run', Array.from({ length: 90 }, (_, at) => 90.5 - at), 1],
    ['evenly spread, one per day, after the run', Array.from({ length: 90 }, (_, at) => 89 - at), 0],
  ])('%s', (_title, ages, expected) => {
    expect(howManyNow(alike(ages), target, dayMs)).toBe(expected);
  });

  test('weights count, not bags', () => {
    const large = { ageMs: 45 * dayMs, weight: 1_000 };
    const small = Array.from({ length: 10 }, () => ({ ageMs: 45 * dayMs, weight: 1 }));
    expect(howManyNow([large, ...small], target, dayMs)).toBe(1);
    // There is almost nothing to do before the large one, so it may wait.
    expect(howManyNow([...small, large], target, dayMs)).toBe(0);
    expect(howManyNow([...small, { ...large, ageMs: 90 * dayMs }].reverse(), target, dayMs)).toBe(1);
  });

  test('it includes all that are too old, and never exceeds their number', () => {
    const bags = fc.array(fc.record({ ageMs: fc.integer({ min: 0, max: 200 * dayMs }), weight: fc.integer({ min: 1, max: 1_000 }) }), {
      maxLength: 50,
    });
    fc.assert(
      fc.property(bags, (unsorted) => {
        const aged = unsorted.sort((a, b) => b.ageMs - a.ageMs);
        const count = howManyNow(aged, target, dayMs);
        expect(count).toBeGreaterThanOrEqual(aged.filter(({ ageMs }) => ageMs > target + 1).length);
        expect(count).toBeLessThanOrEqual(aged.length);
      }),
    );
  });
});
