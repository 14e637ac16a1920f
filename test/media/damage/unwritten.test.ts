import { describe, expect, test } from 'vitest';
import type { DamageMarks, Track } from '../../../src/core/model/format.ts';
import { openMedium } from '../../../src/media/bytes/medium-bytes.ts';
import { tailOf } from '../../../src/media/damage/tail.ts';
import { type Unwritten, unwrittenOf } from '../../../src/media/damage/unwritten.ts';
import { bytesOf, speech, trackOf } from '../medium-rig.ts';

const silence: DamageMarks = { zeros: 'silence', sampleBytes: 2 };
const header = 44;
// Without zero bytes: every zero found was inserted.
const sound = bytesOf(speech(8_000, 20).map((sample) => sample | 0x0101));

/** 20 s of speech of 16 bits after a header, zeros in places. */
function linear(...zeros: readonly (readonly [start: number, end: number])[]): Uint8Array {
  const bytes = new Uint8Array(header + sound.length).fill(1);
  bytes.set(sound, header);
  for (const [start, end] of zeros) bytes.fill(0, start, end);
  return bytes;
}

function found(bytes: Uint8Array, marks: DamageMarks, more: { quietSeconds?: number; from?: number; track?: Partial<Track> } = {}): Unwritten[] {
  const from = more.from ?? header;
  const track = trackOf('made-up', 0, { spans: [[from, bytes.length]], ...more.track });
  const medium = openMedium({ kind: 'bytes', bytes }, 'made-up');
  const facts = { seconds: 20, quietSeconds: more.quietSeconds ?? 0, marks, fileOffset: (offset: number) => offset };
  return unwrittenOf(track, medium, facts, 20, () => {});
}
const kinds = (unwritten: readonly Unwritten[]): (readonly [string, number, number])[] =>
  unwritten.map(({ kind, start, end }) => [kind, start + header, end + header]);

describe('holes', () => {
  test('of a coding without such silence are 4 KiB of zeros anywhere; a byte less is not a hole', () => {
    expect(kinds(found(linear([100_003, 104_099]), {}))).toEqual([['hole', 100_003, 104_099]]);
    expect(found(linear([100_003, 104_098]), {})).toEqual([]);
  });

  test.each<[string, number, number, boolean]>([
    ['a block of the file', 81_920, 86_016, true],
    ['sectors of 512 bytes', 81_920 + 512, 86_016 + 1_024, true],
    ['a block surrounded by zero samples', 81_920 - 4, 86_016 + 4, true],
    ['a mute that begins at a block and ends elsewhere', 81_920, 86_000, false],
    ['a mute that ends at a block and begins elsewhere', 81_000, 86_016, false],
    ['a mute of whole packets', header + 160 * 500, header + 160 * 600, false],
    ['a block and three additional samples', 81_920 - 6, 86_016, false],
  ])('of linear samples: %s', (_, start, end, isHole) => {
    expect(kinds(found(linear([start, end]), silence))).toEqual(isHole ? [['hole', start, end]] : []);
  });

  test('without a header are zeros on packet and sector borders, which are a mute there', () => {
    const bytes = linear();
    bytes.fill(0, 81_920, 102_400);
    expect(found(bytes, silence, { from: 0 })).toEqual([]);
    bytes.fill(0, 102_400, 102_400 + 4_096);
    expect(found(bytes, silence, { from: 0 })).toHaveLength(1);
  });

  test('do not include the padding of a container', () => {
    expect(found(linear([81_920, 90_112], [300_000, 320_044]), { zeros: 'padding' })).toEqual([]);
  });

  test('are kept up to the requested number', () => {
    const bytes = linear(...Array.from({ length: 30 }, (_, index) => [8_192 * (index + 1), 8_192 * (index + 1) + 4_096] as const));
    expect(found(bytes, silence)).toHaveLength(20);
  });
});

describe('tails', () => {
  const size = header + 320_000;
  test.each<[string, number, number, DamageMarks, readonly string[]]>([
    ['zeros of 5 % where no encoder writes any', size - 16_000, 5, {}, ['tail']],
    ['slightly less', size - 15_990, 5, {}, []],
    ['silence from any offset', size - 64_002, 4, silence, ['quiet tail']],
    ['silence from a block of the file on', 245_760, 5, silence, ['tail']],
    ['silence from a sector that is not a block', 245_760 + 512, 5, silence, ['quiet tail']],
    ['silence of more than half', size - 162_002, 11, silence, ['quiet half']],
    ['the same, and loud', size - 64_002, 0, silence, ['tail']],
  ])('%s', (_, start, quietSeconds, marks, expected) => {
    const unwritten = found(linear([start, size]), marks, { quietSeconds });
    expect(kinds(unwritten)).toEqual(expected.map((kind) => [kind, start, size]));
  });

  test('of 2 s are reported for a recording of any length', () => {
    const [bytes, from] = [linear([size - 32_000, size]), header];
    const track = trackOf('made-up', 0, { spans: Array.from({ length: 10 }, () => [from, size] as const) });
    const medium = openMedium({ kind: 'bytes', bytes }, 'made-up');
    const facts = { seconds: 200, quietSeconds: 0, marks: {}, fileOffset: () => null };
    expect(unwrittenOf(track, medium, facts, 0, () => {}).map(({ kind, start, end }) => [kind, end - start])).toEqual([['tail', 32_000]]);
  });

  test('of one repeated sample are one code, and two channels have one each', () => {
    const bytes = linear();
    for (let at = size - 64_000; at < size; at += 4) bytes.set([0x34, 0x12, 0x00, 0x80], at);
    expect(found(bytes, silence)).toEqual([]);
    const [tail] = found(bytes, silence, { track: { channels: 2 } });
    expect(tail).toMatchObject({ kind: 'tail', end: 320_000, code: Uint8Array.of(0x34, 0x12, 0x00, 0x80) });
    expect(tail?.start).toBe(256_000);
  });

  test('do not include silence from end to end', () => {
    expect(found(linear([header, size]), silence, { quietSeconds: 20 })).toEqual([]);
  });

  test('run across the borders of spans', () => {
    const bytes = Uint8Array.of(9, 9, 1, 2, 3, 3, 9, 9, 3, 3, 3);
    const track = trackOf('made-up', 0, { spans: [[2, 6], [8, 11]] }); // biome-ignore format: two spans
    expect(tailOf(track, openMedium({ kind: 'bytes', bytes }, 'made-up'), 1)).toEqual({ start: 2, offset: 4, code: Uint8Array.of(3) });
  });
});
