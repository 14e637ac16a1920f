import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageingRules, weakAt } from '../../../src/log/stamps/ageing.ts';
import { type CalendarStamp, stampCalendar } from '../../../src/log/stamps/calendar.ts';

const stamp = (change: Partial<CalendarStamp> = {}): CalendarStamp => ({
  size: 7,
  stampedAt: '2026-03-01T12:00:00.000Z',
  certificateEnds: '2036-03-01T00:00:00.000Z',
  algorithms: [
    { name: 'sha256', bits: null },
    { name: 'rsa', bits: 4096 },
  ],
  digests: ['sha256'],
  ...change,
});
const on = (day: string, stamps: readonly CalendarStamp[], options: Parameters<typeof stampCalendar>[2] = {}): string[] =>
  stampCalendar(stamps, Date.parse(day), options).map(
    ({ size, renewal, state, dueFrom, dueBy, reason }) => `${size} ${renewal} ${state} ${dueFrom.slice(0, 10)} ${dueBy.slice(0, 10)} ${reason}`,
  );

describe('the calendar of renewals', () => {
  it('alarms a year before the certificates expire', () => {
    expect(on('2035-03-01', [stamp()])).toEqual(['7 time-stamp later 2035-03-02 2036-03-01 its certificates expire']);
    expect(on('2035-03-02', [stamp()])).toEqual(['7 time-stamp due 2035-03-02 2036-03-01 its certificates expire']);
    expect(on('2036-03-01', [stamp()])).toEqual(['7 time-stamp due 2035-03-02 2036-03-01 its certificates expire']);
    expect(on('2036-03-02', [stamp()])).toEqual(['7 time-stamp lost 2035-03-02 2036-03-01 its certificates expire']);
    expect(on('2035-03-02', [stamp()], { aheadMs: 86_400_000 })).toEqual(['7 time-stamp later 2036-02-29 2036-03-01 its certificates expire']);
  });
  it('does not ask for a renewal on the day after a renewal if certificates are short', () => {
    expect(on('2026-03-02', [stamp({ certificateEnds: '2026-09-01T12:00:00.000Z' })])).toEqual([
      '7 time-stamp later 2026-06-01 2026-09-01 its certificates expire',
    ]);
  });
  it('includes the time when a key under the signature becomes weak before its certificate expires', () => {
    const short = stamp({
      algorithms: [
        { name: 'sha256', bits: null },
        { name: 'rsa', bits: 2048 },
      ],
    });
    expect(on('2026-04-01', [short])).toEqual(['7 time-stamp later 2029-12-31 2030-12-31 rsa 2048 under its signature becomes weak']);
  });
  it('asks to hash the log again if a digest has an end, because a new stamp alone would not help', () => {
    const ageing = [{ algorithm: 'sha256', belowBits: null, weakFrom: '2033-01-01' }];
    expect(on('2032-06-01', [stamp()], { ageing })).toEqual([
      '7 hash-tree due 2032-01-01 2032-12-31 sha256 grows weak',
      '7 time-stamp later 2035-03-02 2036-03-01 its certificates expire',
    ]);
    const stronger = stamp({
      algorithms: [
        { name: 'sha512', bits: null },
        { name: 'sha256', bits: null },
      ],
      digests: ['sha512'],
    });
    expect(on('2032-06-01', [stronger], { ageing })).toEqual(['7 time-stamp due 2032-01-01 2032-12-31 sha256 under its signature becomes weak']);
    // The log's own tree, although the stamp covers a SHA-512.
    expect(on('2032-06-01', [stamp({ digests: ['sha512', 'sha256'] })], { ageing })[0]).toBe(
      '7 hash-tree due 2032-01-01 2032-12-31 sha256 grows weak',
    );
  });
  it('has the most urgent first', () => {
    const stamps = [1, 2, 3].map((size) => stamp({ size, certificateEnds: `203${4 - size}-01-01T00:00:00.000Z` }));
    expect(stampCalendar(stamps, 0).map(({ size }) => size)).toEqual([3, 2, 1]);
  });
  it('is due at the very millisecond that it names', () => {
    const short = stamp({ stampedAt: new Date(15).toISOString(), certificateEnds: new Date(46).toISOString(), algorithms: [] });
    expect(stampCalendar([short], 30)).toMatchObject([{ state: 'due', dueFrom: new Date(30).toISOString() }]);
  });
  it('never leaves less time than required, for any dates', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 4e11 }), fc.integer({ min: 0, max: 5e12 }), (from, long, now) => {
        const [one] = stampCalendar(
          [stamp({ stampedAt: new Date(from).toISOString(), certificateEnds: new Date(from + long).toISOString(), algorithms: [] })],
          now,
        );
        const [dueFrom, dueBy] = [Date.parse(one?.dueFrom ?? ''), Date.parse(one?.dueBy ?? '')];
        expect(dueBy).toBe(from + long);
        expect(dueFrom).toBeGreaterThanOrEqual(from + Math.floor(long / 2));
        expect(dueFrom).toBeLessThanOrEqual(dueBy);
        expect(one?.state).toBe(now > dueBy ? 'lost' : now >= dueFrom ? 'due' : 'later');
      }),
    );
  });
});

describe('the table of ageing algorithms', () => {
  it('lists SHA-1 and MD5 as weak already, SHA-2 and SHA-3 without an end, short keys with one', () => {
    const weak = (name: string, bits: number | null, day: string): boolean => weakAt([{ name, bits }], Date.parse(day), ageingRules) !== null;
    expect([weak('md5', null, '2026-01-01'), weak('sha1', null, '2026-01-01'), weak('sha1', null, '2013-12-31')]).toEqual([true, true, false]);
    expect(['sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-512'].filter((name) => weak(name, null, '2060-01-01'))).toEqual([]);
    expect([
      weak('rsa', 1024, '2026-01-01'),
      weak('rsa', 2048, '2030-12-31'),
      weak('rsa', 2048, '2031-01-01'),
      weak('rsa', 3072, '2060-01-01'),
    ]).toEqual([true, false, true, false]);
    expect([weak('ec', 192, '2026-01-01'), weak('ec', 224, '2031-01-01'), weak('ec', 255, '2060-01-01'), weak('ec', 256, '2060-01-01')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
