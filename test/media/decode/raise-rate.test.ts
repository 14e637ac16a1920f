import { expect, test } from 'vitest';
import type { Samples } from '../../../src/core/model/format.ts';
import { createRaise } from '../../../src/media/decode/raise-rate.ts';

async function raised(samples: Samples, factor: number, piece: number): Promise<number[]> {
  const out: number[] = [];
  const raise = createRaise(factor, (more) => {
    for (const sample of more) out.push(sample);
  });
  for (let at = 0; at < samples.length; at += piece) await raise.push(samples.subarray(at, at + piece));
  await raise.finish();
  return out;
}

const tone = (hz: number, rateHz: number, count: number): Int16Array =>
  Int16Array.from({ length: count }, (_, index) => Math.round(10_000 * Math.sin((2 * Math.PI * hz * index) / rateHz)));

test.each([2, 3, 6])('a tone resampled %i times equals the tone of the higher rate, in its place', async (factor) => {
  for (const hz of [200, 1_000, 3_000]) {
    const out = await raised(tone(hz, 8_000, 2_000), factor, 2_000);
    const right = tone(hz, 8_000 * factor, 2_000 * factor);
    expect(out.length).toBe(right.length);
    // Away from the ends, where one neighbour is missing.
    const error = out.slice(400, -400).map((sample, index) => Math.abs(sample - (right[index + 400] ?? 0)));
    expect(Math.max(...error)).toBeLessThan(60);
  }
});

test('the pieces make no difference, and factor 1 changes nothing', async () => {
  const samples = tone(700, 8_000, 500);
  const whole = await raised(samples, 2, 500);
  for (const piece of [1, 7, 48, 499]) expect(await raised(samples, 2, piece)).toEqual(whole);
  expect(await raised(samples, 1, 33)).toEqual([...samples]);
  expect(await raised(new Int16Array(0), 2, 1)).toEqual([]);
  expect(await raised(Float32Array.of(0.5), 2, 1)).toHaveLength(2);
});
