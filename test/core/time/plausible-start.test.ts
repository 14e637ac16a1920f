import { expect, test } from 'vitest';
import { emptyRecording, type TimeValue } from '../../../src/core/model/recording.ts';
import { latestPlausible, withoutFalseCertainty } from '../../../src/core/time/plausible-start.ts';
import { parseTime } from '../../../src/tables/values/time.ts';

const latest = latestPlausible(Date.parse('2026-11-30T12:00:00Z'));
const judged = (callStart: TimeValue | null, callEnd: TimeValue | null = null) =>
  withoutFalseCertainty({ ...emptyRecording('x', 'documented', 'k'), callStart, callEnd }, latest);

test.each([
  ['63643701394', 'epoch-s', 'assumed'], // Gregorian seconds read as an epoch: the year 3986
  ['2125551234', 'epoch-s', 'assumed'], // a telephone number of ten digits: 2037
  ['2026-12-01T12:00:01Z', 'iso', 'assumed'],
  ['2026-12-01T12:00:00Z', 'iso', 'exact'],
  ['1981-01-01T00:00:00Z', 'iso', 'exact'],
  ['1980-12-31T23:59:59Z', 'iso', 'assumed'],
  ['12345678901234', 'filetime', 'assumed'], // 1601
])('%s as %s has the certainty %s', (raw, format, certainty) => {
  const value = parseTime(raw, { format, zone: null });
  expect(judged(value).callStart).toEqual({ ...value, certainty });
});

test('only an implausible time of a recording is changed, and nothing without one', () => {
  const start = parseTime('2024-05-02T10:00:00Z', { format: 'iso', zone: null });
  const end = parseTime('3024-05-02T10:00:00Z', { format: 'iso', zone: null });
  expect(judged(start, end)).toMatchObject({ callStart: start, callEnd: { certainty: 'assumed', utc: '3024-05-02T10:00:00.000Z' } });
  const plain = emptyRecording('x', 'documented', 'k');
  expect(withoutFalseCertainty(plain, latest)).toBe(plain);
  const local = parseTime('3024-05-02 10:00:00', { format: 'iso', zone: null });
  expect(judged(local).callStart).toBe(local);
});
