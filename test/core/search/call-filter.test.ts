import { expect, test } from 'vitest';
import { filterTest, isOneMonth, parseLength, parseTimeOfDay, parseWeekdays, weekdayText } from '../../../src/core/search/call-filter.ts';

test.each([
  ['90', 90_000],
  ['90s', 90_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1h 5m 3s', 3_903_000],
  ['1:30', 90_000],
  ['1:02:03', 3_723_000],
  ['0,5', 500],
  ['0', 0],
  ['', null],
  ['x', null],
  ['1:70', null],
  ['-5', null],
  ['5 weeks', null],
  ['999999999', null],
])('the length %j is %j ms', (text, ms) => {
  expect(parseLength(text)).toBe(ms);
});

test.each([
  ['mon', [1]],
  ['sun, MON', [1, 7]],
  ['mon-fri', [1, 2, 3, 4, 5]],
  ['sat-sun', [6, 7]],
  ['fri-mon', [1, 5, 6, 7]],
  ['monday', null],
  ['', null],
  ['mon-', null],
])('the weekdays %j are %j', (text, days) => {
  expect(parseWeekdays(text)).toEqual(days);
  if (days !== null) expect(parseWeekdays(weekdayText(days))).toEqual(days);
});

test.each([
  ['09:00-17:30', { fromMin: 540, toMin: 1_050 }],
  ['22-6', { fromMin: 1_320, toMin: 360 }],
  ['18:00-24:00', { fromMin: 1_080, toMin: 1_440 }],
  ['09:00-09:00', null],
  ['24:00-06:00', null],
  ['9', null],
  ['09:60-10:00', null],
])('the time of day %j is %j', (text, time) => {
  expect(parseTimeOfDay(text)).toEqual(time);
});

test('weekday and time of day are those of the clock by which a start is read, across midnight as well', () => {
  const night = filterTest({ timeOfDay: { fromMin: 1_320, toMin: 360 }, zone: 'Europe/Stockholm' });
  // 22:30 and 06:30 in summer, 22:30 and 05:59 in winter; the last two are local times.
  const starts = [
    '2019-07-01T20:30:00Z',
    '2019-07-01T04:30:00Z',
    '2019-01-01T21:30:00Z',
    '2019-01-01T04:59:59Z',
    '2019-01-01T22:00:00',
    '2019-01-01T06:00:00',
  ];
  expect(starts.map((start) => night(start, null))).toEqual([true, false, true, true, true, false]);
  // A Sunday in UTC, and a Monday in Stockholm.
  const monday = { weekdays: [1] };
  expect([filterTest(monday), filterTest({ ...monday, zone: 'Europe/Stockholm' })].map((passes) => passes('2019-03-10T23:30:00Z', null))).toEqual([
    false,
    true,
  ]);
  expect(filterTest(monday)(null, null)).toBe(false);
  expect(filterTest({ minLengthMs: 1_000 })('2019-03-10T23:30:00Z', null)).toBe(false);
});

test('a range covers one month if its last moment is in the month in which it begins', () => {
  expect(isOneMonth({ from: '2019-03', to: '2019-04' })).toBe(true);
  expect(isOneMonth({ from: '2019-12-30', to: '2020-01-01' })).toBe(true);
  expect(isOneMonth({ from: '2019-03-12', to: '2019-04-02' })).toBe(false);
  expect(isOneMonth({ from: '2019' })).toBe(false);
  expect(isOneMonth({ from: '2019', to: '2020' })).toBe(false);
});
