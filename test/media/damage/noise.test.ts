import { describe, expect, test } from 'vitest';
import { createPlausibility } from '../../../src/media/plausible.ts';
import { speech } from '../medium-rig.ts';

const rate = 8_000;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x3fffffff - 1;
  };
}

/** 20 s of speech, parts of which are replaced by noise. */
function withNoise(start: number, end: number, level: number, value: (index: number) => number = random(7)): Int16Array {
  const samples = speech(rate, 20);
  for (let i = start * rate; i < end * rate; i++) samples[i] = Math.round(level * value(i));
  return samples;
}

function noiseIn(samples: Int16Array, channels = 1): readonly { channel: number; start: number; end: number }[] {
  const plausibility = createPlausibility(rate, channels, 's16le');
  plausibility.push(samples);
  plausibility.finish();
  return plausibility.noise;
}

describe('stretches of noise in speech', () => {
  test('are found with their seconds, on their channel', () => {
    expect(noiseIn(withNoise(8, 11, 6_000))).toEqual([{ channel: 0, start: 8, end: 11 }]);
    const [left, right] = [speech(rate, 20), withNoise(4, 7, 6_000)];
    const both = Int16Array.from({ length: 2 * left.length }, (_, i) => (i % 2 === 0 ? left : right)[i >> 1] ?? 0);
    expect(noiseIn(both, 2)).toEqual([{ channel: 1, start: 4, end: 7 }]);
  });

  test('last at least two seconds, or one if they are louder than line noise', () => {
    expect(noiseIn(withNoise(8, 9, 6_000))).toEqual([]);
    expect(noiseIn(withNoise(8, 9, 20_000))).toEqual([{ channel: 0, start: 8, end: 9 }]);
  });

  test('are found up to the end, including half a second of it', () => {
    expect(noiseIn(withNoise(17, 20, 6_000).subarray(0, 19.6 * rate))).toEqual([{ channel: 0, start: 17, end: 20 }]);
  });

  test('do not include comfort noise, tones or speech', () => {
    expect(noiseIn(speech(rate, 20))).toEqual([]);
    expect(noiseIn(withNoise(5, 12, 800))).toEqual([]);
    expect(noiseIn(withNoise(5, 12, 30_000, (i) => Math.sin(i)))).toEqual([]);
    expect(noiseIn(withNoise(5, 12, 12_000, (i) => Math.sin((2 * Math.PI * 941 * i) / rate) + Math.sin((2 * Math.PI * 1633 * i) / rate)))).toEqual(
      [],
    );
  });
});
