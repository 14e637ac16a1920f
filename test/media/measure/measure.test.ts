import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Samples } from '../../../src/core/model/format.ts';
import type { Measurement } from '../../../src/core/model/measurement.ts';
import { createMeasure } from '../../../src/media/measure/measure.ts';
import { bytesOf, speech, woven } from '../medium-rig.ts';

function measure(samples: Samples, rateHz = 8_000, channels = 1, cuts: readonly number[] = []): Measurement {
  const work = createMeasure(rateHz, channels, samples instanceof Int16Array ? 's16le' : 'f32le');
  let from = 0;
  for (const cut of [...cuts.map((frame) => frame * channels), samples.length]) {
    work.push(samples.subarray(from, cut));
    from = cut;
  }
  return work.finish();
}

const peaksOf = (text: string | undefined): number[] => [...Buffer.from(text ?? '', 'base64')];

test('the same samples in any pieces give the same measurement, even if the table of peaks is halved several times', () => {
  const long = woven(speech(8_000, 3), speech(8_000, 3, 2));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: long.length / 2 }), { maxLength: 20 }), (cuts) => {
      expect(
        measure(
          long,
          8_000,
          2,
          cuts.sort((a, b) => a - b),
        ),
      ).toEqual(measure(long, 8_000, 2));
    }),
    { numRuns: 40 },
  );
});

test('the digest is that of the samples as sha256sum reads them', () => {
  const samples = speech(8_000, 1.37);
  const judge = execFileSync('sha256sum', { input: bytesOf(samples), encoding: 'utf8' }).slice(0, 64);
  expect(measure(samples).pcmSha256).toBe(judge);
});

test('a sine at half of full scale has a peak of −6.02 dB and a level of −9.03 dB', () => {
  const sine = Int16Array.from({ length: 8_000 }, (_, index) => Math.round(16_384 * Math.sin((2 * Math.PI * index) / 80)));
  const [level] = measure(sine).levels;
  expect(level).toEqual({ rmsDb: -9.03, peakDb: -6.02, clippedSamples: 0, silentShare: 0 });
});

test('sox finds the same level and peak', () => {
  const samples = speech(8_000, 4, 3);
  const input = bytesOf(samples);
  const stats = execFileSync('sh', ['-c', 'sox -t s16 -r 8000 -c 1 - -n stats 2>&1'], { input, encoding: 'utf8' });
  const of = (name: string): number => Number(new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(stats)?.[1]);
  const [level] = measure(samples).levels;
  expect(level?.rmsDb).toBeCloseTo(of('RMS lev dB'), 1);
  expect(level?.peakDb).toBeCloseTo(of('Pk lev dB'), 1);
});

test('channels are measured separately, silence has no level, and both ends of full scale are clipped', () => {
  const loud = Int16Array.from([32_767, -32_768, -32_767, 0]);
  expect(measure(woven(loud, new Int16Array(4)), 8_000, 2).levels).toEqual([
    { rmsDb: -1.25, peakDb: 0, clippedSamples: 3, silentShare: 0 },
    { rmsDb: null, peakDb: null, clippedSamples: 0, silentShare: 1 },
  ]);
});

test('the silent share counts windows of 20 ms below −60 dBFS, the last one however short', () => {
  // 160 samples per window at 8 kHz: one of 40 (−58.3 dBFS), two of 30 (−60.8 dBFS), 10 samples of silence.
  const samples = Int16Array.from({ length: 490 }, (_, index) => (index < 160 ? 40 : index < 480 ? 30 : 0));
  expect(measure(samples).levels[0]?.silentShare).toBe(0.75);
});

test('there are at most 1,000 peaks, each the highest of the stated number of samples', () => {
  for (const length of [1, 999, 1_000, 1_001, 2_000, 2_001, 123_457]) {
    const samples = Int16Array.from({ length }, (_, index) => ((index * 7919) % 65_536) - 32_768);
    const { samplesPerPeak, channels } = measure(samples).peaks;
    const expected: number[] = [];
    for (let from = 0; from < length; from += samplesPerPeak) {
      const peak = samples.subarray(from, from + samplesPerPeak).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      expected.push(Math.round((peak / 32_768) * 255));
    }
    expect(peaksOf(channels[0])).toEqual(expected);
    expect(expected.length).toBeLessThanOrEqual(1_000);
    if (length >= 1_000) expect(expected.length).toBeGreaterThan(499);
  }
});

test('no input gives 0 samples without levels', () => {
  const { samples, durationMs, levels, peaks } = createMeasure(8_000, 1, 's16le').finish();
  expect({ samples, durationMs, levels, peaks }).toEqual({
    samples: 0,
    durationMs: 0,
    levels: [{ rmsDb: null, peakDb: null, clippedSamples: 0, silentShare: 0 }],
    peaks: { samplesPerPeak: 1, channels: [''] },
  });
});

test('floats beyond full scale count as clipped, and together with NaN they leave the level a number', () => {
  const samples = Float32Array.from([Number.NaN, Number.POSITIVE_INFINITY, -3, 0.5, 0, 0, 0, 0]);
  expect(measure(samples).levels).toEqual([{ rmsDb: -3.91, peakDb: 0, clippedSamples: 2, silentShare: 0 }]);
});

test('a frame that is split in two is a bug, not a measurement', () => {
  expect(() => createMeasure(8_000, 2, 's16le').push(new Int16Array(3))).toThrow(RangeError);
});
