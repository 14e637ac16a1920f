import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSeconds, type Second } from '../../src/media/measure/seconds.ts';
import { createPlausibility } from '../../src/media/plausible.ts';

const rate = 8000;

function doubtsOf(samples: Int16Array | Float32Array, channels = 1, rateHz = rate): readonly string[] {
  const plausibility = createPlausibility(rateHz, channels, samples instanceof Int16Array ? 's16le' : 'f32le');
  plausibility.push(samples);
  return plausibility.finish();
}

function make(seconds: number, value: (time: number, index: number) => number, rateHz = rate): Int16Array {
  return Int16Array.from({ length: seconds * rateHz }, (_, i) => Math.max(-32_768, Math.min(32_767, Math.round(value(i / rateHz, i)))));
}

/** Park and Miller's generator, -1 to 1. */
function noise(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x3fffffff - 1;
  };
}

/** Vowel-like: harmonics of 130 Hz that fall by 12 dB an octave, four syllables a second. */
const speech = (time: number): number => {
  let sum = 0;
  for (let k = 1; k < 25; k++) sum += Math.sin(2 * Math.PI * 130 * k * time) / (k * k);
  return 6000 * sum * Math.abs(Math.sin(2 * Math.PI * 2 * time));
};

describe('sound of telephone lines is plausible', () => {
  const white = noise();
  test.each<[string, (time: number, index: number) => number]>([
    ['speech', speech],
    ['speech in noise 15 dB below', (time) => speech(time) + 1500 * white()],
    ['a busy tone', (time) => (time % 1 < 0.5 ? 8000 * Math.sin(2 * Math.PI * 425 * time) : 0)],
    ['the highest DTMF pair', (time) => 6000 * (Math.sin(2 * Math.PI * 941 * time) + Math.sin(2 * Math.PI * 1633 * time))],
    ['a fax carrier of 2100 Hz', (time) => 8000 * Math.sin(2 * Math.PI * 2100 * time)],
    ['speech on a hum of 100 Hz', (time) => speech(time) + 3000 * Math.sin(2 * Math.PI * 100 * time)],
    ['speech on a line that hums loudly', (time) => speech(time) / 3 + (time % 2 < 1.2 ? 9000 : 300) * Math.sin(2 * Math.PI * 50 * time)],
    ['speech overdriven by 6 dB', (time) => 6 * speech(time)],
    ['silence', () => 0],
    ['noise below -50 dBFS', () => 100 * white()],
  ])('%s', (_, value) => {
    expect(doubtsOf(make(5, value))).toEqual([]);
  });
});

describe('other sound is not', () => {
  const white = noise();
  test.each<[string, string, (time: number, index: number) => number]>([
    ['white noise', 'like white noise', () => 8000 * white()],
    ['samples of the wrong byte order', 'like white noise', (time) => (((speech(time) & 0xff) << 8) << 16) >> 16],
    ['a wandering predictor', 'below 80 Hz', (time) => speech(time) / 6 + 16_000 * Math.sin(2 * Math.PI * 9 * time)],
    ['direct current', 'below 80 Hz', (time) => 8000 + speech(time) / 8],
    ['a decoder at its limits', 'at full scale', (time) => (Math.sin(2 * Math.PI * 300 * time) > 0 ? 32_767 : -32_768)],
  ])('%s', (_, words, value) => {
    const doubts = doubtsOf(make(5, value));
    expect(doubts.join('; ')).toContain(words);
    expect(doubts[0]).toMatch(/^\d of 5 loud seconds are/);
  });

  test('white noise at 48 kHz, in floats, on one channel of two', () => {
    const samples = new Float32Array(48_000 * 6);
    for (let i = 0; i < samples.length; i += 2) {
      samples[i] = speech(i / 96_000) / 32_768;
      samples[i + 1] = white() / 4;
    }
    expect(doubtsOf(samples, 2, 48_000)).toEqual(['3 of 3 loud seconds on channel 2 are like white noise']);
  });
});

test('a fax in a call, a second of noise and a short noise are not doubtful', () => {
  const white = noise();
  expect(doubtsOf(make(30, (time) => (time > 20 ? 8000 * white() : speech(time))))).toEqual([]);
  expect(doubtsOf(make(1, () => 8000 * white()))).toEqual([]);
});

test('NaN samples do not hide what follows', () => {
  const white = noise();
  const samples = Float32Array.from({ length: 5 * rate }, (_, i) => (i < 100 ? Number.NaN : white() / 3));
  expect(doubtsOf(samples)).toHaveLength(1);
});

test('the split into pieces does not matter', () => {
  const white = noise();
  const samples = make(4, (time) => speech(time) + 900 * white()).subarray(0, 4 * rate - 3000);
  const measured = (cuts: readonly number[]): Second[] => {
    const found: Second[] = [];
    const seconds = createSeconds(rate, 2, 's16le', (_, second) => found.push(second));
    let from = 0;
    for (const cut of [...cuts].sort((a, b) => a - b)) {
      seconds.push(samples.subarray(2 * from, 2 * cut));
      from = cut;
    }
    seconds.push(samples.subarray(2 * from));
    seconds.finish();
    return found;
  };
  const whole = measured([]);
  expect(whole).toHaveLength(4);
  fc.assert(
    fc.property(fc.array(fc.nat(samples.length / 2)), (cuts) => {
      const parts = measured(cuts);
      expect(parts).toHaveLength(whole.length);
      for (const [index, second] of parts.entries()) {
        for (const key of ['power', 'unpredictable', 'lowShare', 'clippedShare'] as const)
          expect(second[key]).toBeCloseTo(whole[index]?.[key] ?? 0, 6);
      }
    }),
    { numRuns: 30 },
  );
});
