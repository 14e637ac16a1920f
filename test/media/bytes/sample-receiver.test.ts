import { expect, test } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import { excessOf } from '../../../src/media/bytes/sample-receiver.ts';

const hours = (count: number, rateHz: number): number => count * 3_600 * rateHz;

test('sound as recorders and encoders write it stays within the limits', () => {
  // A month of G.711, less one second.
  const month = limits.mediumSeconds - 1;
  expect(excessOf(8_000 * month, 8_000 * month, 8_000 * month, 8_000)).toBeNull();
  // A day of an open line in FLAC: 16 bytes per 4,096 samples, as encoders choose.
  const day = hours(24, 8_000);
  expect(excessOf(day, (day / 4_096) * 16, day, 8_000)).toBeNull();
  // 12 hours of it in the largest blocks of FLAC, 65,535 samples in 16 bytes.
  const half = hours(12, 8_000);
  expect(excessOf(half, (half / 65_535) * 16, half, 8_000)).toBeNull();
  // Silence of AMR: 7 bytes for 8 frames, and 7 of one byte for frames without data.
  expect(excessOf(day, (day / 1_280) * 14, day, 8_000)).toBeNull();
  // A second of anything in a few bytes.
  expect(excessOf(48_000, 10, 48_000, 48_000)).toBeNull();
});

test('a decompression bomb is stopped by the number of its bytes, or by its length', () => {
  // 112 kB of FLAC in blocks of 65,535 samples of silence: more than 12 hours of telephone, 1 byte per 4,096 samples.
  expect(excessOf(65_535 * 7_100, 16 * 7_100, 65_535 * 7_100, 8_000)).toBe('more than 345600000 samples and 1024 more per coded byte');
  expect(excessOf(4_000_000, 100, 4_000_000, 8_000)).toBe('more than 8192 samples per coded byte');
  const month = limits.mediumSeconds + 1;
  expect(excessOf(8_000 * month, 8_000 * month, 8_000 * month, 8_000)).toBe('more than 31 days of audio');
});
