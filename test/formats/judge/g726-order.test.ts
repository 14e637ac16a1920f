import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { G726Bits } from '../../../formats/codecs/g726/decoder.ts';
import type { BitOrder } from '../../../formats/codecs/g726/g726.ts';
import { g726Rates, g726WindowBytes, judgeG726Order } from '../../../formats/judge/g726-order.ts';
import type { WaveCoding } from '../../../formats/wave/coding.ts';
import type { WaveFields } from '../../../formats/wave/format.ts';
import { settleOrder } from '../../../formats/wave/order.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import type { Track } from '../../../src/core/model/format.ts';
import { spandspJudge } from '../codecs/c-judge.ts';
import { hasShared, shared } from '../codecs/judges.ts';
import { prompts, windowsOf } from '../prompts.ts';
import { pack, randomBytes, text, voice } from '../wave/builder.ts';

const spandsp = spandspJudge();
const encode = (samples: Int16Array, bits: G726Bits, order: BitOrder): Uint8Array =>
  spandsp.encode(order === 'msb' ? 'g726-left' : 'g726-right', bits * 8000, samples);
const combinations = ([2, 3, 4, 5] as const).flatMap((bits) => (['msb', 'lsb'] as const).map((order) => [bits, order] as const));

test.each(combinations)('a synthetic voice of %i bits, %s first', (bits, order) => {
  const bytes = encode(voice(32_000, 6), bits, order);
  expect(judgeG726Order(windowsOf(bytes, 4, 3000, g726WindowBytes))).toMatchObject({ bits, order });
  expect(judgeG726Order(windowsOf(bytes, 4, 3000, g726WindowBytes), [bits])).toMatchObject({ bits, order });
});

test.each(combinations)('a synthetic voice of %i bits, %s first, with any rate assumed as likely', (bits, order) => {
  const bytes = encode(voice(32_000, 6), bits, order);
  for (const likely of g726Rates) {
    const judged = judgeG726Order(windowsOf(bytes, 4, 3000, g726WindowBytes), g726Rates, likely);
    expect(judged, `${likely} bits`).toMatchObject({ bits, order });
    // The others are tried unless the likely one is right.
    if (likely !== bits) expect(judged.scores.length).toBe(2 * g726Rates.length);
  }
});

test.each(combinations)('a WAVE file of 40 KB, codes of %i bits, %s first: the parts of its only window show it', async (bits, order) => {
  const coded = encode(voice(Math.floor(320_000 / bits / 120) * 120, 6), bits, order);
  // The bytes before and after the sound do not belong to it, and no group of codes begins there.
  const bytes = Buffer.concat([Buffer.alloc(58), coded, randomBytes(99, 5)]);
  const track: Track = {
    ...{
      codec: `g726-${bits * 8}-msb`,
      codecName: 'G.726',
      sampleRateHz: 8000,
      channels: 1,
      bitsPerSample: bits,
      blockBytes: 1,
      frames: null,
      setup: null,
    },
    spans: [[58, 58 + coded.length]],
  };
  const coding: WaveCoding = { ...track, unit: null, looseWords: false, assumed: false, g726Bits: bits, contradictions: [], assumptions: [] };
  const fields = { tag: 0x0045 } as WaveFields; // the assumed one if nothing is found
  const settled = await settleOrder(memoryReader(bytes, 'a.wav'), track, coding, fields, new AbortController().signal);
  expect(settled.track.codec).toBe(`g726-${bits * 8}-${order}`);
  expect(settled.findings).toEqual([]);
});

test('bytes without evidence give no result', () => {
  for (const windows of [
    [],
    [new Uint8Array(0)],
    [new Uint8Array(1)],
    [new Uint8Array(4000)],
    [new Uint8Array(4000).fill(0xff)],
    [randomBytes(16_000, 3)],
    [encode(new Int16Array(16_000), 4, 'msb')],
    [text('A list of calls is no sound.\n'.repeat(99))],
  ]) {
    expect(judgeG726Order(windows)).toMatchObject({ order: null });
  }
});

test('bytes of other kinds cause no error', () => {
  for (const bytes of [pack(voice(4000), 's16le'), pack(voice(4000), 'mulaw')]) expect(judgeG726Order([bytes]).basis).toContain('roughness');
});

describe.skipIf(!hasShared)('recorded sound', () => {
  test('prompts at every rate in both orders, 4 windows of 4 kB: none wrong, at most 4 of 80 undecided', () => {
    const recorded = prompts().filter((_, i) => i % 2 === 0);
    expect(recorded.length).toBe(10);
    const wrong: string[] = [];
    let undecided = 0;
    for (const [name, samples] of recorded) {
      for (const [bits, order] of combinations) {
        const judged = judgeG726Order(windowsOf(encode(samples, bits, order), 4, 3990, g726WindowBytes));
        if (judged.bits === null || judged.order === null) undecided++;
        if ((judged.bits ?? bits) !== bits || (judged.order ?? order) !== order) wrong.push(`${name}: ${judged.basis}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(undecided).toBeLessThanOrEqual(4);
  });

  test.each([
    ['be16', 2, 'msb'],
    ['be32', 4, 'msb'],
    ['le16', 2, 'lsb'],
    ['le24', 3, 'lsb'],
    ['le32', 4, 'lsb'],
  ] as const)('%s.g726 of FFmpeg’s coder', (name, bits, order) => {
    const bytes = readFileSync(join(shared, `synthetic/derived-codecs/${name}.g726`));
    expect(judgeG726Order(windowsOf(bytes, 4, 3990, g726WindowBytes))).toMatchObject({ bits, order });
  });
});
