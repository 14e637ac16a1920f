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

/** 20 s of speech in which noise takes the place of some. */
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
  test('are found with their seconds, on the channel that has them', () => {
    expect(noiseIn(withNoise(8, 11, 6_000))).toEqual([{ channel: 0, start: 8, end: 11 }]);
    const [left, right] = [speech(rate, 20), withNoise(4, 7, 6_000)];
    const both = Int16Array.from({ length: 2 * left.length }, (_, i) => (i % 2 === 0 ? left : right)[i >> 1] ?? 0);
    expect(noiseIn(both, 2)).toEqual([{ channel: 1, start: 4, end: 7 }]);
  });

  test('last two seconds at least, one where they are louder than lines are', () => {
    expect(noiseIn(withNoise(8, 9, 6_000))).toEqual([]);
    expect(noiseIn(withNoise(8, 9, 20_000))).toEqual([{ channel: 0, start: 8, end: 9 }]);
  });

  test('to the very end, half a second of it included', () => {
    expect(noiseIn(withNoise(17, 20, 6_000).subarray(0, 19.6 * rate))).toEqual([{ channel: 0, start: 17, end: 20 }]);
  });

  test('no comfort noise, no tones and no speech are noise', () => {
    expect(noiseIn(speech(rate, 20))).toEqual([]);
    expect(noiseIn(withNoise(5, 12, 800))).toEqual([]);
    expect(noiseIn(withNoise(5, 12, 30_000, (i) => Math.sin(i)))).toEqual([]);
    expect(noiseIn(withNoise(5, 12, 12_000, (i) => Math.sin((2 * Math.PI * 941 * i) / rate) + Math.sin((2 * Math.PI * 1633 * i) / rate)))).toEqual(
      [],
    );
  });
});
