import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationUnits, parseDuration } from '../../../src/tables/values/duration.ts';

describe('a length of time', () => {
  it.each([
    ['12,5', 's', 12_500],
    ['12.5', 's', 12_500],
    ['65', 's', 65_000],
    ['60,25', 'min', 3_615_000],
    ['65000', 'ms', 65_000],
    ['1500400', 'us', 1_500],
    ['0', 's', 0],
    ['0:01:05', 'h:mm:ss', 65_000],
    ['100:00:00,5', 'h:mm:ss', 360_000_500],
    ['0:01:05', 'auto-clock', 65_000],
    ['1:05', 'auto-clock', 65_000],
    ['90:05', 'auto-clock', 5_405_000],
    ['1.05.00', 'auto-clock', 3_900_000],
    ['1.02:03:04.5', 'auto-clock', 93_784_500],
    ['PT1H5M3.5S', 'auto-clock', 3_903_500],
    ['P1DT1S', 'auto-clock', 86_401_000],
    ['1h 5m 3s', 'auto-clock', 3_903_000],
    ['90 min', 'auto-clock', 5_400_000],
    ['5 sec', 'auto-clock', 5_000],
  ] as const)('%s in %s is %i ms', (raw, unit, ms) => {
    expect(parseDuration(raw, unit)).toBe(ms);
  });

  it.each([
    ['', 's'],
    ['-5', 's'],
    ['1:05', 's'],
    ['1 234', 's'],
    ['########', 's'],
    ['1e3', 's'],
    ['1:05', 'h:mm:ss'],
    ['0:60:00', 'h:mm:ss'],
    ['0:00:60', 'h:mm:ss'],
    ['1.24:00:00', 'auto-clock'],
    ['65', 'auto-clock'],
    ['P', 'auto-clock'],
    ['PT', 'auto-clock'],
    ['', 'auto-clock'],
  ] as const)('%s in %s is invalid', (raw, unit) => {
    expect(parseDuration(raw, unit)).toBeNull();
  });

  it('of any text is null or a whole number of milliseconds', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('1', '0', ':', '.', ',', 'P', 'T', 'h', 'm', 's', 'd', ' ', 'E') })),
        fc.constantFrom(...durationUnits),
        (raw, unit) => {
          const ms = parseDuration(raw, unit);
          expect(ms === null || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true);
        },
      ),
    );
  });

  it('written as a clock time is read back', () => {
    fc.assert(
      fc.property(fc.nat(1e9), (seconds) => {
        const two = (n: number) => String(n).padStart(2, '0');
        const text = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
        expect([parseDuration(text, 'h:mm:ss'), parseDuration(text, 'auto-clock')]).toEqual([seconds * 1_000, seconds * 1_000]);
      }),
    );
  });
});
