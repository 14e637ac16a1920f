import { describe, expect, test } from 'vitest';
import { zoneClock } from '../../../src/core/time/zone-clock.ts';
import { endOfPeriod, parseCalendarPeriod } from '../../../src/policy/rules/period.ts';

const stockholm = zoneClock('Europe/Stockholm');
const end = (period: string, from: string): string => {
  const parsed = parseCalendarPeriod(period);
  if (parsed === null || stockholm === null) throw new Error('no period');
  return new Date(endOfPeriod(parsed, Date.parse(from), stockholm)).toISOString();
};

describe('a calendar period', () => {
  test('is days, weeks, months or years, and nothing else', () => {
    expect(['90d', '12w', '18mo', '5y'].map(parseCalendarPeriod)).toEqual([
      { days: 90, months: 0 },
      { days: 84, months: 0 },
      { days: 0, months: 18 },
      { days: 0, months: 60 },
    ]);
    expect(['', '5', 'y', '5Y', '-1y', '1.5y', '5m', '201y', '73201d', '1y2mo'].map(parseCalendarPeriod)).toEqual(Array(10).fill(null));
  });

  test.each([
    // The day of the event does not count, the last day counts completely.
    ['5y', '2020-03-12T09:15:00Z', '2025-03-12T23:00:00.000Z'],
    // By the clock of the zone the call was on the 13th.
    ['5y', '2020-03-12T23:30:00Z', '2025-03-13T23:00:00.000Z'],
    // No such day in the last month, so its last day.
    ['1y', '2020-02-29T12:00:00Z', '2021-02-28T23:00:00.000Z'],
    ['1mo', '2021-01-31T12:00:00Z', '2021-02-28T23:00:00.000Z'],
    ['13mo', '2020-12-31T12:00:00Z', '2022-01-31T23:00:00.000Z'],
    // Across the beginning of summer time.
    ['3d', '2021-03-26T12:00:00Z', '2021-03-29T22:00:00.000Z'],
    ['0d', '2021-03-26T12:00:00Z', '2021-03-26T23:00:00.000Z'],
  ])('of %s from %s ends at %s', (period, from, expected) => {
    expect(end(period, from)).toBe(expected);
  });
});
