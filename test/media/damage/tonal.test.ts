import { describe, expect, test } from 'vitest';
import { isTonal } from '../../../src/media/damage/tonal.ts';
import { speech } from '../medium-rig.ts';

const rateHz = 8_000;
const tone = (hz: readonly number[], onSeconds = 9, offSeconds = 0): Float64Array =>
  Float64Array.from({ length: 2 * rateHz }, (_, i) =>
    (i / rateHz) % (onSeconds + offSeconds) < onSeconds ? hz.reduce((sum, f) => sum + 0.1 * Math.sin((2 * Math.PI * f * i) / rateHz), 0) : 0,
  );
const pattern = (...values: readonly number[]): Float64Array => Float64Array.from({ length: rateHz }, (_, i) => values[i % values.length] ?? 0);

describe('tones of telephone lines', () => {
  test.each<[string, readonly number[], number, number]>([
    ['dial tone of 425 Hz', [425], 9, 0],
    ['dial tone of two', [350, 440], 9, 0],
    ['ringing', [440, 480], 2, 4],
    ['busy', [480, 620], 0.5, 0.5],
    ['keys', [770, 1336], 0.1, 0.1],
    ['a handset off its hook', [1400, 2060, 2450, 2600], 0.1, 0.1],
    ['a fax that answers', [2100], 9, 0],
  ])('%s is tonal', (_, hz, on, off) => {
    expect(isTonal(tone(hz, on, off), rateHz)).toBe(true);
  });

  test('a square wave is tonal', () => {
    expect(isTonal(pattern(...[1, 1, 1, 1, -1, -1, -1, -1].map((value) => 0.1 * value)), rateHz)).toBe(true);
  });
});

describe('sounds that are not tones', () => {
  test('include speech, and a repeated block of it', () => {
    const said = Float64Array.from(speech(rateHz, 2), (value) => value / 32_768);
    expect(isTonal(said, rateHz)).toBe(false);
    for (const period of [160, 512, 2_048]) expect(isTonal(pattern(...said.subarray(4_000, 4_000 + period)), rateHz)).toBe(false);
  });

  test('include silence, one value, two alternating values, a ramp', () => {
    expect(isTonal(new Float64Array(rateHz), rateHz)).toBe(false);
    expect(isTonal(pattern(0.3), rateHz)).toBe(false);
    expect(isTonal(pattern(0.3, -0.1), rateHz)).toBe(false);
    expect(isTonal(pattern(...Array.from({ length: 256 }, (_, i) => (i - 128) / 256)), rateHz)).toBe(false);
  });

  test('include fewer samples than a burst has', () => {
    expect(isTonal(tone([425]).subarray(0, 100), rateHz)).toBe(false);
  });
});
