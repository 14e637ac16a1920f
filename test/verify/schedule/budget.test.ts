import { expect, test } from 'vitest';
import { LongplayError } from '../../../src/core/base/error.ts';
import { createBudget, parseBudget, parsePeriod } from '../../../src/verify/schedule/budget.ts';
import { dayMs } from '../schedule-log.ts';

const hour = 3_600_000;

function codeOf(work: () => unknown): string {
  try {
    return `no error: ${JSON.stringify(work())}`;
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    expect([error.kind, error.hint.length > 10]).toEqual(['usage', true]);
    return error.code;
  }
}

test.each([
  ['90d', 90 * dayMs],
  ['12w', 84 * dayMs],
  ['6mo', 6 * 30.4375 * dayMs],
  ['1y', 365.25 * dayMs],
  ['1.5y', 1.5 * 365.25 * dayMs],
  ['36h', 36 * hour],
  [' 2 W ', 14 * dayMs],
])('the period %s', (text, ms) => {
  expect(parsePeriod(text, '--every')).toBe(ms);
});

test.each(['', '90', 'd', '90m', '90min', '-1d', '0d', '0.01h', '101y', '1e3d', '1d2h', '1,5d', '99999999999d', '90 days', 'Infinityd', '½y', '1.d'])(
  'the period %j is refused',
  (text) => {
    expect(codeOf(() => parsePeriod(text, '--every'))).toBe('U300');
  },
);

test('an ambiguous period is refused with the reason', () => {
  expect(() => parsePeriod('6m', '--play-every')).toThrow("--play-every '6m' is in minutes, or in months");
});

test.each([
  ['2h', 2 * hour, null],
  ['90m', 90 * 60_000, null],
  ['90min', 90 * 60_000, null],
  ['1.5h', 1.5 * hour, null],
  ['45s', 45_000, null],
  ['1d', dayMs, null],
  ['500GB', null, 500e9],
  ['500GiB', null, 500 * 1_024 ** 3],
  ['1.5tb', null, 1.5e12],
  ['750kB', null, 750_000],
  ['100b', null, 100],
  ['2h,500GB', 2 * hour, 500e9],
  ['500 GB, 2 h', 2 * hour, 500e9],
])('the budget %s', (text, ms, bytes) => {
  expect(parseBudget(text)).toEqual({ ms, bytes });
});

test.each(['', '2', 'h', '2h,', '2h,3h', '1GB,2GB', '0h', '0.0001s', '-2h', '2x', '500GBps', '2h 500GB', 'all'])(
  'the budget %j is refused',
  (text) => {
    expect(codeOf(() => parseBudget(text))).toBe('U301');
  },
);

test('a bag is begun while something is left, the first always, and a begun one counts in full', () => {
  let clock = 1_000;
  const budget = createBudget({ ms: 100, bytes: 50 }, () => clock);
  expect([budget.begin(), budget.left()]).toEqual([true, { ms: 100, bytes: 50 }]);
  budget.spent(49);
  clock += 99;
  expect([budget.begin(), budget.left()]).toEqual([true, { ms: 1, bytes: 1 }]);
  budget.spent(500);
  expect([budget.begin(), budget.left()]).toEqual([false, { ms: 1, bytes: 0 }]);

  const time = createBudget({ ms: 100, bytes: null }, () => clock);
  clock += 500;
  expect([time.begin(), time.begin(), time.left()]).toEqual([true, false, { ms: 0, bytes: null }]);

  const none = createBudget({ ms: null, bytes: null }, () => clock);
  for (let bag = 0; bag < 3; bag++) {
    none.spent(1e15);
    clock += 1e9;
    expect(none.begin()).toBe(true);
  }
});
