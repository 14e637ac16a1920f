import { describe, expect, test } from 'vitest';
import { unpackLz4, unpackLzo1x, unpackSnappy } from '../../../formats/frames/block-codecs.ts';
import { type BlockPacker, blockJudge } from '../codecs/c-judge.ts';
import { join, pack, randomBytes, seeded, text, voice } from '../wave/builder.ts';

const judge = blockJudge();
const most = 8 * 1024 * 1024;
const unpackers: readonly (readonly [BlockPacker, (block: Uint8Array, expected: number, most: number) => Uint8Array])[] = [
  ['lzo1', unpackLzo1x],
  ['lzo999', unpackLzo1x],
  ['lz4', unpackLz4],
  ['lz4hc', unpackLz4],
  ['snappy', (block, _expected, limit) => unpackSnappy(block, limit)],
];

/** A pseudo-random mixture of runs, repeats at near and far distances, noise and words, in which every instruction occurs. */
function mixture(seed: number, bytes: number): Uint8Array {
  const next = seeded(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const out = new Uint8Array(bytes);
  for (let at = 0; at < bytes; ) {
    const length = Math.min(bytes - at, 1 + below(next() < 0.1 ? 5000 : 40));
    const kind = below(4);
    if (kind === 0 || at === 0) out.set(randomBytes(length, seed + at), at);
    else if (kind === 1) out.fill(below(256), at, at + length);
    else {
      const distance = 1 + below(Math.min(at, kind === 2 ? 60 : 60_000));
      for (let i = 0; i < length; i++) out[at + i] = out[at + i - distance] ?? 0;
    }
    at += length;
  }
  return out;
}

const plain = [
  text('a'),
  text('abc'),
  text('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),
  new Uint8Array(300_000),
  pack(voice(40_000), 'mulaw'),
  pack(voice(40_000), 's16le'),
  randomBytes(70_000, 3),
  ...Array.from({ length: 60 }, (_, seed) => mixture(seed + 1, 1 + ((seed * 7919) % 90_000))),
];

describe.each(unpackers)('blocks made by %s', (packer, unpack) => {
  const packed = judge.pack(packer, plain).map((block) => block ?? new Uint8Array(0));

  test('unpack to the original bytes, whatever size was expected', () => {
    for (const [at, block] of packed.entries()) {
      const whole = plain[at] ?? new Uint8Array(0);
      for (const expected of [whole.length, 0, 10 * whole.length])
        expect(Buffer.compare(unpack(block, expected, most), whole), `block ${at}`).toBe(0);
    }
  });

  test('give no more than the limit', () => {
    const [block, whole] = [packed[3] ?? new Uint8Array(0), plain[3] ?? new Uint8Array(0)];
    expect(unpack(block, 0, whole.length)).toHaveLength(whole.length);
    expect(() => unpack(block, 0, whole.length - 1)).toThrow(RangeError);
  });

  test('with damage give the result of the library, or a RangeError if the library refuses them', () => {
    const next = seeded(11);
    const below = (limit: number): number => Math.floor(next() * limit);
    const damaged = Array.from({ length: 3000 }, () => {
      const block = (packed[below(packed.length)] ?? new Uint8Array(0)).slice(0, 3000);
      for (let times = 1 + below(3); times > 0; times--) block[below(block.length)] = below(256);
      return next() < 0.3 ? block.subarray(0, below(block.length)) : block;
    });
    let same = 0;
    for (const [at, truth] of judge.unpack(packer, damaged).entries()) {
      const block = damaged[at] ?? new Uint8Array(0);
      if (truth !== null) {
        expect(Buffer.compare(unpack(block, 0, most), truth), `damaged block ${at}`).toBe(0);
        same++;
        continue;
      }
      try {
        unpack(block, 0, most);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
    expect(same).toBeGreaterThan(100);
  });

  test('decoding of random bytes ends, with or without a result', () => {
    for (let seed = 0; seed < 2000; seed++) {
      try {
        expect(unpack(randomBytes(1 + (seed % 200), seed), 0, 100_000).length).toBeLessThanOrEqual(100_000);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });
});

test('overlapping copies repeat their bytes', () => {
  // Snappy: 6 bytes; literal "ab", copy of 4 from 2 back.
  expect(unpackSnappy(join(Uint8Array.of(6, 0x04), text('ab'), Uint8Array.of(0x01, 2)), 100)).toEqual(text('ababab'));
});
