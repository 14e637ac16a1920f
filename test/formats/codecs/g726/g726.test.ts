import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type G726Bits, g726Decoder } from '../../../../formats/codecs/g726/decoder.ts';
import type { BitOrder } from '../../../../formats/codecs/g726/g726.ts';
import { randomBytes, voice } from '../../wave/builder.ts';
import { spandspJudge } from '../c-judge.ts';
import { codec, decode, expectSame, hasShared, int16Of, shared, track } from '../judges.ts';
import { tandemSample } from '../tandem.ts';

const rates: readonly G726Bits[] = [2, 3, 4, 5];
const orders: readonly BitOrder[] = ['msb', 'lsb'];
const combinations = rates.flatMap((bits) => orders.map((order) => [bits * 8, order, bits] as const));
const spandsp = spandspJudge();
const packing = (order: BitOrder): string => (order === 'msb' ? 'g726-left' : 'g726-right');

/** Decodes the codes of an ITU-T file, one per 16-bit word, with companded output, to the bytes of such a file. */
function tandem(bits: G726Bits, law: 'a' | 'm', name: string): Uint8Array {
  const codes = int16Of(readFileSync(join(shared, 'openitu_STL/g726', name)));
  const decoder = g726Decoder(bits);
  const one = new Uint8Array(1);
  const unused = new Int16Array(1);
  const out = Uint16Array.from(codes, (code) => {
    one[0] = code;
    decoder.decode(one, 1, unused, 0);
    return tandemSample(bits, code, decoder.last(), law);
  });
  return new Uint8Array(out.buffer);
}

describe.skipIf(!hasShared)('ITU-T test sequences', () => {
  // Checksums of all outputs, including unavailable ones: little-endian column of ts-crcs.
  const sums = new Map<string, string>();
  if (hasShared) {
    for (const line of readFileSync(join(shared, 'openitu_STL/g726/ts-crcs'), 'latin1').split('\n')) {
      const [name, sum] = line.trim().split(/\s+/);
      if (name !== undefined && sum !== undefined) sums.set(name, sum);
    }
  }
  test.each(rates.flatMap((bits) => (['a', 'm'] as const).map((law) => [bits * 8, law, bits] as const)))(
    '%i kbit/s, %s-law: the reset sequence gives the output of the recommendation',
    (kbits, law, bits) => {
      const expected = sums.get(`ri${kbits}f${law}.o`);
      expect(expected).toMatch(/^[0-9A-F]{8}$/);
      expect(
        crc32(tandem(bits, law, `i${kbits}`))
          .toString(16)
          .toUpperCase()
          .padStart(8, '0'),
      ).toBe(expected);
    },
  );

  test('32 kbit/s: speech-like sound of the reference encoder decodes to the reference output', () => {
    expect(Buffer.compare(tandem(4, 'm', 'rn32fm.i'), readFileSync(join(shared, 'openitu_STL/g726/rn32fm.o')))).toBe(0);
  });
});

describe.each(combinations)('%i kbit/s, %s first', (kbits, order, bits) => {
  const id = `g726-${kbits}-${order}`;

  test('equals libspandsp', () => {
    const codes = spandsp.encode(packing(order), kbits * 1000, voice(24_000, 3));
    const theirs = spandsp.decode(packing(order), kbits * 1000, codes);
    expect(theirs.length).toBe(24_000);
    expectSame(decode(id, track({}), codes).samples, theirs);
  });

  test.skipIf(!hasShared)('equals libspandsp on a prompt', () => {
    const prompt = int16Of(readFileSync(join(shared, 'synthetic/derived-codecs/reference_pcm16.wav'))).subarray(22);
    const codes = spandsp.encode(packing(order), kbits * 1000, prompt);
    expectSame(decode(id, track({}), codes).samples, spandsp.decode(packing(order), kbits * 1000, codes));
  });

  test('counts every complete code by calculation', () => {
    for (let length = 0; length < 40; length++) {
      const of = track({ spans: [[7, 7 + length]] });
      const { samples, droppedBytes } = decode(id, of, randomBytes(length, length));
      expect(samples.length).toBe(Math.floor((length * 8) / bits));
      expect(codec(id).frames?.(of)).toBe(samples.length);
      expect(droppedBytes).toBe(0);
    }
  });

  test('stays within 14 bits for any codes', () => {
    const { samples } = decode(id, track({}), randomBytes(50_000, kbits));
    expect(samples.every((sample) => sample >= -32768 && sample <= 32764 && sample % 4 === 0)).toBe(true);
  });
});
