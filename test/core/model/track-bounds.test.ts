import { expect, test } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import type { Codec, Track } from '../../../src/core/model/format.ts';
import { beyondBounds } from '../../../src/core/model/track-bounds.ts';
import { trackOf } from '../../media/medium-rig.ts';

const of = (more: Partial<Track>, codec?: Codec): string | null => beyondBounds(trackOf('any', 1_000, more), codec);
/** A codec of one byte per sample. */
const bytes = { id: 'any', frames: ({ spans }: Track) => spans.reduce((sum, [start, end]) => sum + end - start, 0) } as unknown as Codec;

test('rates from 1,000 to 768,000 Hz and 1 to 64 channels are within bounds, and nothing else is', () => {
  for (const sampleRateHz of [1_000, 4_000, 8_000, 11_025, 44_055.94, 192_000, 768_000]) expect(of({ sampleRateHz })).toBeNull();
  for (const sampleRateHz of [0, -8_000, 1, 999, 768_001, 2 ** 31, 2 ** 32 - 1, 1e300, Number.POSITIVE_INFINITY, Number.NaN])
    expect(of({ sampleRateHz })).toBe(`a rate of ${sampleRateHz} Hz, outside 1000 to 768000 Hz`);
  for (const channels of [1, 2, 64]) expect(of({ channels })).toBeNull();
  for (const channels of [0, -1, 65, 65_535]) expect(of({ channels })).toBe(`${channels} channels, outside 1 to 64`);
});

test('the length is bounded if it is stated, derived from the bytes, or silence', () => {
  const month = limits.mediumSeconds * 8_000;
  expect(of({ frames: month })).toBeNull();
  expect(of({ frames: month + 8_000 * 86_400 })).toBe('32 days of audio, more than 31 days');
  expect(beyondBounds(trackOf('any', month), bytes)).toBeNull();
  expect(beyondBounds(trackOf('any', 2 * month), bytes)).toBe('62 days of audio, more than 31 days');
  expect(of({ silences: [[0, limits.silenceSamples]] })).toBeNull();
  expect(of({ silences: [[0, limits.silenceSamples + 1]] })).toBe('4147200001 samples of stated silence, more than 4147200000');
});
