import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judgeOkiOrder } from '../../../formats/judge/oki-order.ts';
import { spandspJudge } from '../codecs/c-judge.ts';
import { hasShared, run, shared } from '../codecs/judges.ts';
import { prompts, windowsOf } from '../prompts.ts';
import { pack, randomBytes, text, voice } from '../wave/builder.ts';

const spandsp = spandspJudge();
const swapped = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes, (byte) => (byte << 4) | (byte >> 4));
/** The two existing coders: sox rounds the sum, libspandsp the parts. */
const coders = {
  sum: (samples: Int16Array) => run('sox', ['-D', '-t', 's16', '-r', '8000', '-c', '1', '-', '-t', 'vox', '-'], pack(samples, 's16le')),
  parts: (samples: Int16Array) => spandsp.encode('oki', 32_000, samples),
} as const;
const roundings = ['sum', 'parts'] as const;

describe('a synthetic voice', () => {
  test.each(roundings)('%s: order and rounding in both orders', (rounding) => {
    const bytes = coders[rounding](voice(80_000, 2));
    expect(judgeOkiOrder([bytes])).toMatchObject({ order: 'high-first', rounding });
    expect(judgeOkiOrder([swapped(bytes)])).toMatchObject({ order: 'low-first', rounding });
  });
});

test('bytes without evidence give no result', () => {
  for (const windows of [
    [],
    [new Uint8Array(0)],
    [new Uint8Array(1)],
    [new Uint8Array(4000)],
    [new Uint8Array(4000).fill(0x88)],
    [new Uint8Array(4000).fill(0x80)],
    [randomBytes(16_000, 3)],
  ]) {
    expect(judgeOkiOrder(windows)).toMatchObject({ order: null, rounding: null });
  }
});

test('bytes of other kinds cause no error', () => {
  for (const bytes of [text('A list of calls is no sound.\n'.repeat(99)), pack(voice(4000), 's16le'), pack(voice(4000), 'mulaw')]) {
    expect(judgeOkiOrder([bytes]).basis).toContain('chi-square');
  }
});

describe.skipIf(!hasShared)('recorded prompts', () => {
  const recorded = prompts();

  test.each([
    [2000, 0],
    [500, 8],
  ])('4 windows of %i bytes: no order wrong, at most %i of 80 undecided', (size, undecidedAtMost) => {
    expect(recorded.length).toBe(20);
    const wrong: string[] = [];
    let undecided = 0;
    for (const [name, samples] of recorded) {
      for (const rounding of roundings) {
        const bytes = coders[rounding](samples);
        for (const [order, coded] of [
          ['high-first', bytes],
          ['low-first', swapped(bytes)],
        ] as const) {
          const judged = judgeOkiOrder(windowsOf(coded, 4, size, 1));
          if (judged.order === null) undecided++;
          else if (judged.order !== order) wrong.push(`${name}: ${judged.basis}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(undecided).toBeLessThanOrEqual(undecidedAtMost);
  });

  test('whole prompts: no rounding wrong, nearly all decided', () => {
    const wrong: string[] = [];
    let told = 0;
    for (const [name, samples] of recorded) {
      for (const rounding of roundings) {
        const judged = judgeOkiOrder([coders[rounding](samples)]);
        if (judged.rounding === rounding) told++;
        else if (judged.rounding !== null) wrong.push(name);
      }
    }
    expect(wrong).toEqual([]);
    expect(told).toBeGreaterThanOrEqual(36);
  });

  test('a .vox file by a third party has its high half first and rounds the parts', () => {
    expect(judgeOkiOrder([readFileSync(join(shared, 'Cat5TV_audiotest/test.vox'))])).toMatchObject({ order: 'high-first', rounding: 'parts' });
  });
});
