import { expect, test } from 'vitest';
import { type DayCount, periods, thinDays } from '../../../src/report/calls/coverage.ts';

const dayMs = 86_400_000;

/** Days from 2018-01-01 (a Monday) on: `calls` of a day by its number and its weekday, Monday 0. */
function days(count: number, calls: (day: number, weekday: number) => number, audio = (all: number, _day: number): number => all): DayCount[] {
  return Array.from({ length: count }, (_, day) => {
    const all = calls(day, day % 7);
    return {
      day: new Date(Date.UTC(2018, 0, 1) + day * dayMs).toISOString().slice(0, 10),
      calls: all,
      withAudio: audio(all, day),
      durationMs: all * 1_000,
    };
  }).filter((day) => day.calls > 0);
}
const office = (weekday: number): number => (weekday < 5 ? 100 : 0);
const named = (found: DayCount[]): string[] => thinDays(found).map(({ from, to, days: number }) => `${from} ${to} ${number}`);

test('an office that never works at weekends has no thin day', () => {
  expect(named(days(365, (_day, weekday) => office(weekday)))).toEqual([]);
});

test('a gap of three months is one gap: it does not become usual in its middle, and weekends do not split it', () => {
  const found = thinDays(days(730, (day, weekday) => (day >= 100 && day < 191 ? 0 : office(weekday))));
  expect(found).toEqual([{ from: '2018-04-11', to: '2018-07-10', days: 65, calls: 0, withAudio: 0, usualCalls: 6_500, usualWithAudio: 6_500 }]);
});

test('days with rows and without audio are thin although their calls are as usual', () => {
  const found = thinDays(
    days(
      200,
      () => 50,
      (all, day) => (day === 80 ? 3 : all),
    ),
  );
  expect(found).toEqual([{ from: '2018-03-22', to: '2018-03-22', days: 1, calls: 50, withAudio: 3, usualCalls: 50, usualWithAudio: 50 }]);
});

test('a fifth of the usual number is not thin, less is', () => {
  expect(named(days(200, (day) => (day === 80 ? 20 : 100)))).toEqual([]);
  expect(named(days(200, (day) => (day === 80 ? 19 : 100)))).toEqual(['2018-03-22 2018-03-22 1']);
});

test('few calls per day, few weeks, and a growing business give no result', () => {
  expect(named(days(200, (day) => (day === 80 ? 0 : 9)))).toEqual([]);
  expect(named(days(14, (day) => (day === 8 ? 0 : 100)))).toEqual([]);
  expect(named(days(1_000, (day) => 1 + Math.floor(day / 2)))).toEqual([]);
});

test('a call of a clock that showed 1970 makes no gap of decades', () => {
  const stray = { day: '1970-01-01', calls: 1, withAudio: 1, durationMs: 0 };
  expect(named([stray, ...days(365, () => 100)])).toEqual([]);
  // One of a few calls is not an outlier.
  expect(named([stray, ...days(60, () => 12)])).toEqual(['1970-01-01 2017-12-31 17532']);
});

test('months and years are the sums of the days', () => {
  const all = days(500, (day) => day % 3);
  for (const by of ['month', 'year'] as const) {
    const found = periods(all, by);
    expect(found.reduce((sum, { calls }) => sum + calls, 0)).toBe(all.reduce((sum, { calls }) => sum + calls, 0));
    expect(found.reduce((sum, { days: active }) => sum + active, 0)).toBe(all.length);
  }
  expect(periods(all, 'year').map(({ period }) => period)).toEqual(['2018', '2019']);
});
