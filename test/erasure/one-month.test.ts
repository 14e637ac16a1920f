import { expect, test } from 'vitest';
import { oneMonthAfter } from '../../src/erasure/request/request.ts';

test.each([
  ['2026-12-01T10:00:00.000Z', '2027-01-01'],
  ['2027-01-31T23:59:59.999Z', '2027-02-28'],
  ['2028-01-30T00:00:00.000Z', '2028-02-29'],
  ['2027-03-31T12:00:00.000Z', '2027-04-30'],
])('a request of %s is due by %s', (time, day) => {
  expect(oneMonthAfter(time)).toBe(day);
});
