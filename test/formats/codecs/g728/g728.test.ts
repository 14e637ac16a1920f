import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { g728Decoder } from '../../../../formats/codecs/g728/g728.ts';
import { randomBytes } from '../../wave/builder.ts';
import { codec, decode, expectSame, hasShared, int16Of, shared, track } from '../judges.ts';

const words = (name: string): Int16Array => int16Of(readFileSync(join(shared, 'openitu_STL/g728', name)));

/** Codes of 10 bits, four in five bytes, the first in the highest bits. */
function packed(codes: ArrayLike<number>): Uint8Array {
  const bits = Array.from(codes, (code) => code.toString(2).padStart(10, '0')).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

describe.skipIf(!hasShared)('ITU-T test sequence 4', () => {
  test.each([
    ['without the postfilter', 'outa4.bin', false],
    ['with it', 'outb4.bin', true],
  ])('%s: all 51,200 samples equal the reference’s', (_, name, filtered) => {
    const codes = Uint16Array.from(words('cw4.bin'));
    const out = new Int16Array(codes.length * 5);
    g728Decoder(filtered)(codes, codes.length, out, 0);
    expect(out.length).toBe(51_200);
    expectSame(out, words(name));
  });

  test('the packed stream gives the samples with the postfilter', () => {
    const bytes = packed(words('cw4.bin'));
    const of = track({ spans: [[0, bytes.length]] });
    expectSame(decode('g728', of, bytes).samples, words('outb4.bin'));
    expect(codec('g728').frames?.(of)).toBe(51_200);
  });

  test.each(['cw1.bin', 'cw2.bin'])('%s, extreme codes: the output stays stable', (name) => {
    const { samples } = decode('g728', track({}), packed(words(name)));
    expect(samples.some((sample) => Math.abs(sample) > 1000)).toBe(true);
  });
});

test('a truncated stream gives the samples of its whole codes, and remaining bytes are counted', () => {
  const bytes = randomBytes(100, 1);
  const whole = decode('g728', track({}), bytes).samples;
  for (const [length, codes, dropped] of [
    [95, 76, 0],
    [96, 76, 1],
    [97, 77, 0],
    [98, 78, 0],
    [99, 79, 0],
    [100, 80, 0],
  ] as const) {
    const { samples, droppedBytes } = decode('g728', track({}), bytes.subarray(0, length));
    expectSame(samples, whole.subarray(0, codes * 5));
    expect(droppedBytes).toBe(dropped);
  }
});

test('minutes of random codes give only finite numbers', () => {
  const codes = Uint16Array.from(randomBytes(20_000, 9), (byte, i) => (byte << 2) | (i & 3));
  const decoder = g728Decoder(true);
  const out = new Float32Array(codes.length * 5);
  decoder(codes, codes.length, out, 0);
  expect(out.every((sample) => Number.isInteger(sample) && Math.abs(sample) <= 32768)).toBe(true);
});
