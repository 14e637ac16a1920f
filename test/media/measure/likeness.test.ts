import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Measurement } from '../../../src/core/model/measurement.ts';
import { likenessOf, sameness } from '../../../src/media/measure/likeness.ts';
import { createMeasure, framesPerPeak } from '../../../src/media/measure/measure.ts';
import { digestSamples } from '../../../src/media/measure/sample-digest.ts';
import { speech } from '../medium-rig.ts';

const rateHz = 8_000;
const plain = speech(rateHz, 20);

function measured(samples: Int16Array, hz = rateHz): Measurement {
  const measure = createMeasure(hz, 1, 's16le');
  measure.push(samples);
  return measure.finish();
}

const changed = (change: (value: number, index: number) => number): Measurement => measured(plain.map(change));
const louder = (db: number): Measurement => changed((value) => Math.round(value * 10 ** (db / 20)));
/** A tenth of a second is missing where a word is loudest. */
const loudest = plain.reduce((at, value, index) => (Math.abs(value) > Math.abs(plain[at] ?? 0) ? index : at), 0);
const hole = changed((value, index) => (Math.abs(index - loudest) < 400 ? 0 : value));
const oneSample = changed((value, index) => (index === 80_000 ? value ^ 1 : value));
const dithered = changed((value, index) => value + ((index * 7) % 3) - 1);
const longer = (samples: number): Measurement => measured(Int16Array.from({ length: plain.length + samples }, (_, index) => plain[index] ?? 0));

const ours = 'longplay 0.1.0 gsm';
const ffmpeg = 'FFmpeg 7.1.5 mp3';
const kinds: readonly [what: string, then: string, now: string, heard: Measurement, kind: string][] = [
  ['the same samples by any decoder', ours, ffmpeg, measured(plain), 'same'],
  ['one bit by our own decoder of one version', ours, ours, oneSample, 'different'],
  ['one bit by our own decoder of another version', ours, 'longplay 0.2.0 gsm', oneSample, 'near'],
  ['one bit by several decoders of ours', `${ours}, longplay 0.1.0 alaw`, `${ours}, longplay 0.1.0 alaw`, oneSample, 'different'],
  ['one sample more by our own decoder of another version', ours, 'longplay 0.2.0 gsm', longer(1), 'different'],
  ['last bits by one version of FFmpeg', ffmpeg, ffmpeg, dithered, 'near'],
  ['last bits by another version of FFmpeg', ffmpeg, 'FFmpeg 8.0 mp3', dithered, 'near'],
  ['a hole by one version of FFmpeg', ffmpeg, ffmpeg, hole, 'different'],
  ['a tenth of a decibel by one version of FFmpeg', ffmpeg, ffmpeg, louder(-0.1), 'different'],
  ['a tenth of a decibel by another version of FFmpeg', ffmpeg, 'FFmpeg 8.0 mp3', louder(-0.1), 'near'],
  ['a decibel by another version of FFmpeg', ffmpeg, 'FFmpeg 8.0 mp3', louder(-1), 'different'],
  ['a frame more by one version of FFmpeg', ffmpeg, ffmpeg, longer(576), 'different'],
  ['a frame more by another version of FFmpeg', ffmpeg, 'FFmpeg 8.0 mp3', longer(1_152), 'near'],
  ['more than a frame by another version of FFmpeg', ffmpeg, 'FFmpeg 8.0 mp3', longer(1_153), 'different'],
  ['the same bytes at another rate', ffmpeg, 'FFmpeg 8.0 mp3', measured(plain, 16_000), 'different'],
  ['silence by another version of FFmpeg', ffmpeg, 'FFmpeg 8.0 mp3', measured(new Int16Array(plain.length)), 'different'],
];

test.each(kinds)('%s has the expected similarity', (_, then, now, heard, kind) => {
  const found = sameness({ decoder: then, heard: measured(plain) }, { decoder: now, heard });
  expect(found.kind, found.reasons.join('; ')).toBe(kind);
  // A digest alone gives the same result, as for a copy.
  expect(sameness({ decoder: then, heard: likenessOf(measured(plain)) }, { decoder: now, heard }).kind).toBe(kind);
  if (kind !== 'same') expect(found.reasons[0]).toContain(now);
});

describe('a likeness', () => {
  test('has pictures of at most 32 stretches, each as loud as its loudest sample', () => {
    fc.assert(
      fc.property(fc.int16Array({ minLength: 1, maxLength: 5_000 }), (samples) => {
        const { peaks } = likenessOf(measured(samples));
        const picture = Buffer.from(peaks[0] ?? '', 'base64');
        expect(picture.length).toBeLessThanOrEqual(32);
        const loudest = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(Math.max(...picture)).toBe(Math.min(255, Math.round((loudest / 32_768) * 255)));
      }),
    );
  });

  test('of a length on another grid is compared on the grid of the stored one', () => {
    // From 256,000 samples on a peak covers 512.
    for (const length of [255_990, 256_000, 256_010]) {
      const then = measured(speech(rateHz, 33).subarray(0, length));
      const now = measured(speech(rateHz, 33).subarray(0, length + 20));
      const found = sameness({ decoder: ffmpeg, heard: likenessOf(then) }, { decoder: 'FFmpeg 8.0 mp3', heard: now });
      expect(found.kind, `${length}: ${found.reasons.join('; ')}`).toBe('near');
    }
  });
});

test('the number of frames per peak is that of a measurement', () => {
  for (const frames of [0, 1, 999, 1_000, 1_001, 1_999, 2_000, 2_001, 255_999, 256_000, 256_001, 300_000])
    expect([frames, framesPerPeak(frames)]).toEqual([frames, measured(new Int16Array(frames)).peaks.samplesPerPeak]);
});

test('a digest gives the same values as a measurement', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.int16Array({ maxLength: 50 }).map((part) => part.subarray(0, part.length - (part.length % 2))),
        { maxLength: 5 },
      ),
      (parts) => {
        const [digest, measure] = [digestSamples(rateHz, 2, 's16le'), createMeasure(rateHz, 2, 's16le')];
        for (const part of parts) {
          digest.push(part);
          measure.push(part);
        }
        expect(measure.finish()).toMatchObject(digest.finish());
      },
    ),
  );
});
