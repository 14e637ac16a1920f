import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Samples } from '../../../src/core/model/format.ts';

import type { SampleSink } from '../../../src/media/decode/decode-track.ts';
import { sideBySide } from '../../../src/media/decode/interleave.ts';
import { bytesOf, never, woven } from '../medium-rig.ts';

type Decoding = (side: SampleSink, signal: AbortSignal) => Promise<string>;

const decoding =
  (samples: Samples, cut: number, wait: boolean): Decoding =>
  async (side) => {
    for (let from = 0; from < samples.length; from += cut) {
      await side(samples.subarray(from, from + cut));
      if (wait) await new Promise((done) => setImmediate(done));
    }
    return `${samples.length}`;
  };

async function weave(...decodings: Decoding[]): Promise<{ out: number[]; frames: readonly number[]; results: string[] }> {
  const out: number[] = [];
  const sink = async (samples: Samples): Promise<void> => {
    await Promise.resolve();
    for (const sample of samples) out.push(sample);
  };
  return { ...(await sideBySide(decodings, sink, never)), out };
}

const ramp = (length: number, from: number): Int16Array => Int16Array.from({ length }, (_, index) => from + (index % 20_000));

test('sides of any length in any pieces become frames, the shorter ones ending in silence', async () => {
  const side = fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 90 }), fc.boolean());
  await fc.assert(
    fc.asyncProperty(fc.array(side, { minLength: 1, maxLength: 4 }), async (sides) => {
      const samples = sides.map(([length], index) => ramp(length, 1_000 * (index + 1)));
      const { out, frames } = await weave(...sides.map(([, cut, wait], index) => decoding(samples[index] ?? new Int16Array(0), cut, wait)));
      expect(frames).toEqual(sides.map(([length]) => length));
      expect(out).toEqual([...woven(...samples)]);
    }),
    { numRuns: 60 },
  );
});

test('a side that is far ahead waits and is not lost', async () => {
  const [fast, slow] = [ramp(300_000, 1), ramp(200_000, 2)];
  const { out } = await weave(decoding(fast, 100_000, false), decoding(slow, 10_000, true));
  expect(out.length).toBe(600_000);
  expect(Buffer.from(bytesOf(Int16Array.from(out))).equals(bytesOf(woven(fast, slow)))).toBe(true);
});

test('a 16-bit side beside a float side becomes float', async () => {
  const { out } = await weave(decoding(Int16Array.of(16_384, -32_768), 1, false), decoding(Float32Array.of(0.25), 1, false));
  expect(out).toEqual([0.5, 0.25, -1, 0]);
});

test('if one side fails the others are told, including a waiting one, and its error is passed on', async () => {
  const ours = new Error('side 1');
  let told: unknown = null;
  const fails: Decoding = async () => {
    await new Promise((done) => setImmediate(done));
    throw ours;
  };
  const runs: Decoding = async (side, signal) => {
    try {
      await side(new Int16Array(200_000));
    } finally {
      told = signal.reason;
    }
    return '';
  };
  await expect(weave(runs, fails)).rejects.toBe(ours);
  expect(told).toBe(ours);
});

test('an error of the sink ends all sides', async () => {
  const full = new Error('disk');
  const sink = async (): Promise<void> => Promise.reject(full);
  const both = [decoding(ramp(300_000, 0), 70_000, true), decoding(ramp(300_000, 0), 1_000, true)];
  await expect(sideBySide(both, sink, never)).rejects.toBe(full);
});
