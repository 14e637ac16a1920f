import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Samples } from '../../../src/core/model/format.ts';
import type { Comparison } from '../../../src/core/model/measurement.ts';
import { createCompare } from '../../../src/media/copy/compare-copy.ts';
import { demandsOf } from '../../../src/media/copy/compare-demands.ts';
import { createCopyDecoder } from '../../../src/media/copy/copy-decoder.ts';
import { createCopyEncoder } from '../../../src/media/copy/copy-encoder.ts';
import { findOpusLibrary } from '../../../src/media/libopus/libopus.ts';
import { speech, usual, woven } from '../medium-rig.ts';

const opus = findOpusLibrary();
const rateHz = 8_000;

/** Decoded samples of an Opus copy. */
async function copyOf(samples: Int16Array, channels = 1): Promise<Int16Array> {
  const decoder = createCopyDecoder('opus', { opus, ffmpeg: null }, rateHz);
  const heard: Samples[] = [];
  const written: Uint8Array[] = [];
  const encoder = createCopyEncoder(usual, { sampleRateHz: rateHz, channels, serialName: 'access-1', opus, ffmpeg: null }, (bytes) => {
    written.push(bytes);
  });
  await encoder.push(samples);
  await encoder.finish();
  for (const bytes of written) heard.push((await decoder.push(bytes)).slice());
  heard.push((await decoder.finish()).slice());
  return Int16Array.from(heard.flatMap((piece) => [...piece]));
}

function compare(original: Samples, copy: Samples, channels = 1, cut = 7_777): Comparison {
  const work = createCompare({ sampleRateHz: rateHz, channels, bitratePerChannel: usual.bitratePerChannel });
  for (let from = 0; from < Math.max(original.length, copy.length); from += cut * channels) {
    work.expect(original.subarray(from, from + cut * channels));
    work.found(copy.subarray(from, from + cut * channels));
  }
  return work.finish();
}

const shifted = (copy: Int16Array, by: number): Int16Array => Int16Array.from(copy, (_, index) => copy[index - by] ?? 0);

describe.skipIf(opus === null)('an Opus copy at 32 kbit/s', async () => {
  const original = speech(rateHz, 6);
  const copy = opus === null ? original : await copyOf(original);

  test('passes, nearly all of it explained by the original', () => {
    const result = compare(original, copy);
    expect(result).toMatchObject({ samplesExpected: 48_000, samplesFound: 48_000, passed: true, reasons: [] });
    const [channel] = result.channels;
    expect(channel?.similarity).toBeGreaterThan(0.98);
    expect(channel?.worstWindow).toBeGreaterThan(0.9);
    expect(Math.abs(channel?.levelDifferenceDb ?? 9)).toBeLessThan(0.3);
  });

  test.each<[string, (copy: Int16Array) => Int16Array, RegExp]>([
    ['is of another recording', (y) => speech(rateHz, 6, 5).subarray(0, y.length), /in whole similar by/],
    ['is late by 1 ms', (y) => shifted(y, 8), /in whole similar by/],
    ['is early by one sample', (y) => shifted(y, -1), /similar/],
    ['is late by 20 ms', (y) => shifted(y, 160), /in whole similar by/],
    ['is silent for a second', (y) => y.slice().fill(0, 20_000, 28_000), /one second similar by/],
    [
      'repeats a second of itself',
      (y) => Int16Array.from(y, (v, i) => (i >= 30_000 && i < 38_000 ? (y[i - 9_000] ?? 0) : v)),
      /one second similar by/,
    ],
    ['is quieter by 6 dB', (y) => y.map((v) => Math.round(v / 2)), /^level differs by -6\.\d+ dB$/],
    ['has inverted polarity', (y) => y.map((v) => -v), /in whole similar by 0, less than 0.9/],
    ['lacks the last sample', (y) => y.subarray(0, y.length - 1), /^47999 samples instead of 48000$/],
    ['has an additional sample', (y) => Int16Array.of(...y, 0), /^48001 samples instead of 48000$/],
    ['is stretched by 0.1 %', (y) => Int16Array.from(y, (_, i) => y[Math.floor(i * 1.001)] ?? 0), /in whole similar by/],
    ['is only silence', (y) => new Int16Array(y.length), /in whole similar by 0, less than 0.9/],
  ])('fails when it %s', (_, harm, reason) => {
    const result = compare(original, harm(copy));
    expect(result.passed).toBe(false);
    expect(result.reasons.filter((text) => reason.test(text)).length).toBeGreaterThan(0);
  });

  test('fails when its channels are swapped, each of them by name', async () => {
    const [left, right] = [speech(rateHz, 4), speech(rateHz, 4, 6)];
    const stereo = await copyOf(woven(left, right), 2);
    expect(compare(woven(left, right), stereo, 2)).toMatchObject({ passed: true, reasons: [] });
    const { passed, reasons } = compare(woven(right, left), stereo, 2);
    expect(passed).toBe(false);
    expect(reasons.some((text) => text.startsWith('channel 0: '))).toBe(true);
    expect(reasons.some((text) => text.startsWith('channel 1: '))).toBe(true);
  });

  test('passes when the sides of a call alternate, cut hard, with digital silence or faint noise between', async () => {
    const other = speech(rateHz, 6, 6);
    for (const loudness of [0, 1]) {
      const turns = other.map((sample, index) => sample * (Math.floor(index / 16_000) % 2) + loudness * ((index * 7919) % 11));
      const call = woven(original, turns);
      expect(compare(call, await copyOf(call, 2), 2)).toMatchObject({ passed: true, reasons: [] });
    }
  });

  test('fails when a quiet side contains the sound of the loud one', async () => {
    const call = woven(original, new Int16Array(original.length));
    const both = await copyOf(woven(original, original), 2);
    expect(compare(call, both, 2).reasons).toEqual([expect.stringMatching(/^channel 1: -\d+(\.\d+)? dBFS where the original is quiet$/)]);
  });

  test('passes although the original has a DC offset, which Opus removes', async () => {
    const biased = original.map((sample) => Math.round(sample / 3) + 6_000);
    expect(compare(biased, await copyOf(biased))).toMatchObject({ passed: true, reasons: [] });
  });

  test('passes when the original is digital silence, and fails when it is not silent there', async () => {
    const silence = new Int16Array(16_000);
    const channel = { levelDifferenceDb: null, similarity: null, worstWindow: null };
    expect(compare(silence, await copyOf(silence))).toMatchObject({ passed: true, channels: [channel], reasons: [] });
    const { reasons } = compare(silence, speech(rateHz, 2));
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(/dBFS where the original is quiet$/);
  });

  test('of less than a second is judged as one window', async () => {
    const short = speech(rateHz, 2).subarray(9_000, 13_000);
    const [channel] = compare(short, await copyOf(short)).channels;
    expect(channel?.worstWindow).toBe(channel?.similarity);
    expect(compare(short, shifted(await copyOf(short), 8)).passed).toBe(false);
  });
});

test('gets the same verdict for any pieces, and for any delay of the copy', () => {
  const original = speech(rateHz, 3);
  const copy = original.map((sample) => sample + (sample % 7));
  const whole = compare(original, copy, 1, 1_000_000);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 0, max: 9_000 })), { maxLength: 30 }), (steps) => {
      const work = createCompare({ sampleRateHz: rateHz, channels: 1, bitratePerChannel: 32_000 });
      let given = 0;
      let heard = 0;
      for (const [more, back] of steps) {
        work.expect(original.subarray(given, given + more));
        given = Math.min(original.length, given + more);
        const to = Math.min(given, heard + back);
        work.found(copy.subarray(heard, to));
        heard = to;
      }
      work.expect(original.subarray(given));
      work.found(copy.subarray(heard));
      expect(work.finish()).toEqual(whole);
    }),
    { numRuns: 40 },
  );
});

test('no samples and an equal copy of none pass', () => {
  const channel = { levelDifferenceDb: null, similarity: null, worstWindow: null };
  const nothing = { samplesExpected: 0, samplesFound: 0, channels: [channel], passed: true, reasons: [] };
  expect(compare(new Int16Array(0), new Int16Array(0))).toEqual(nothing);
});

test('floats beyond full scale are compared as they were encoded, clipped', () => {
  const loud = Float32Array.from(speech(rateHz, 2), (sample) => sample / 8_000);
  const cut = Int16Array.from(loud, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))));
  expect(compare(loud, cut)).toMatchObject({ passed: true, reasons: [] });
});

test('the required quality increases with the bits per sample', () => {
  const rising = [6_000, 8_000, 12_000, 16_000, 20_000, 24_000, 32_000, 64_000, 256_000].map(
    (bitratePerChannel) => demandsOf({ sampleRateHz: 8_000, channels: 1, bitratePerChannel }).similarity,
  );
  expect(rising).toEqual([...rising].sort((a, b) => a - b));
  expect(rising.at(0)).toBeGreaterThan(0);
  expect(rising.at(-1)).toBeLessThan(0.95);
});
