import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type G729Count, G729Walk, g729UnitBytes } from '../../../formats/codecs/g729/walk.ts';
import { isLost } from '../../../formats/frames/g729-frames.ts';
import { compileBcg729 } from '../codecs/bcg729.ts';
import { decode, hasShared, shared, track } from '../codecs/judges.ts';
import { randomBytes, seeded, voice } from '../wave/builder.ts';
import { g729Layout, g729Speech, g729Stream } from './g729-stream.ts';

const bcg729 = compileBcg729();
afterAll(() => bcg729.remove());

function walk(bytes: Uint8Array, pieces: readonly number[] = [bytes.length]): { sizes: number[]; count: G729Count } {
  const sizes: number[] = [];
  const walker = new G729Walk((unit) => sizes.push(g729UnitBytes[unit]));
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, pieces[turn % pieces.length] ?? 1);
    walker.push(bytes.subarray(at, at + size));
    at += size;
  }
  walker.end();
  return { sizes, count: walker.count };
}

const noise = (samples: number, size: number, seed: number): Int16Array => {
  const next = seeded(seed);
  return Int16Array.from({ length: samples }, () => Math.round((next() - 0.5) * size));
};

/** Frames of a known layout as a stream without lengths, and how many the parser places wrongly. */
function misplaced(frames: readonly Uint8Array[]): { wrong: number; frames: number; silence: number; doubtful: number } {
  const sent = frames.filter(({ length }) => length > 0);
  const { sizes, count } = walk(Buffer.concat(sent));
  const found = new Map<number, number>();
  let at = 0;
  for (const size of sizes) {
    found.set(at, size);
    at += size;
  }
  let wrong = 0;
  at = 0;
  for (const { length } of sent) {
    if (found.get(at) !== length) wrong++;
    at += length;
  }
  return { wrong, frames: sent.length, silence: sent.filter(({ length }) => length === 2).length, doubtful: count.doubtful };
}

test('the frames of a stream with silence frames are found for any split into pieces', () => {
  const { sizes, count } = walk(g729Stream);
  expect(sizes).toEqual(g729Layout);
  expect(count).toMatchObject({ speech: 118, silence: 25, stray: 0, wrongParity: 0, doubtful: 0, cutBytes: 0 });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 6 }), (pieces) => {
      expect(walk(g729Stream, pieces)).toEqual({ sizes, count });
    }),
    { numRuns: 10 },
  );
});

test('for synthetic voices with pauses, encoded by libbcg729, 99.8 % of the frames are found', () => {
  const totals = { wrong: 0, frames: 0, silence: 0 };
  for (let call = 0; call < 6; call++) {
    const parts: Int16Array[] = [];
    for (let turn = 0; turn < 12; turn++) {
      parts.push(voice(6_000 + 900 * turn, call * 20 + turn, 90 + 17 * ((call + turn) % 9)));
      parts.push(noise(4_000 + 700 * turn, 10 + 30 * call, call * 20 + turn));
    }
    const { wrong, frames, silence } = misplaced(bcg729.encode(Int16Array.from(parts.flatMap((part) => [...part])), true));
    totals.wrong += wrong;
    totals.frames += frames;
    totals.silence += silence;
  }
  expect(totals.frames).toBeGreaterThan(5_000);
  expect(totals.silence).toBeGreaterThan(100);
  expect(totals.wrong / totals.frames).toBeLessThan(0.002);
});

test('a bit error in the parity of a frame moves no other frame', () => {
  const bytes = g729Stream.slice();
  bytes[16 + 10 * 20 + 3] = (bytes[16 + 10 * 20 + 3] ?? 0) ^ 0x20;
  const { sizes, count } = walk(bytes);
  expect(sizes).toEqual(g729Layout);
  expect(count.wrongParity).toBe(1);
});

test('inserted or removed bytes only affect their neighbourhood', () => {
  const speech = Buffer.concat([g729Speech, g729Speech]);
  const more = Buffer.concat([speech.subarray(0, 333), Buffer.from([1, 2, 3]), speech.subarray(333)]);
  const less = Buffer.concat([speech.subarray(0, 333), speech.subarray(340)]);
  for (const bytes of [more, less]) {
    const { sizes } = walk(bytes);
    expect(sizes.slice(0, 30)).toEqual(new Array(30).fill(10));
    expect(sizes.slice(-85)).toEqual(new Array(85).fill(10));
  }
});

test('zeros in a file are a hole, not silence frames', () => {
  const { count } = walk(Buffer.concat([g729Speech, Buffer.alloc(5_000), g729Speech]));
  expect(count.silence).toBeLessThan(10);
});

describe('bytes that are not G.729', () => {
  test('are recognised: random bytes, zeros, mu-law and text', () => {
    expect(isLost(walk(randomBytes(20_000, 5)).count)).toBe(true);
    expect(isLost(walk(new Uint8Array(20_000)).count)).toBe(true);
    expect(isLost(walk(Uint8Array.from(voice(20_000), (sample) => sample >> 8)).count)).toBe(true);
    expect(isLost(walk(Buffer.from('no speech frames are in here, '.repeat(300))).count)).toBe(true);
  });

  test('do not include a call in which hardly anybody speaks', () => {
    const frames = bcg729.encode(Int16Array.from([...voice(4_000), ...noise(400_000, 200, 9)]), true);
    expect(isLost(walk(Buffer.concat(frames)).count)).toBe(false);
  });

  test('are parsed to their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
        const { sizes, count } = walk(bytes);
        expect(sizes.reduce((sum, size) => sum + size, 0) + count.cutBytes).toBe(bytes.length);
        expect(count.cutBytes).toBeLessThan(10);
      }),
      { numRuns: 100 },
    );
  });
});

describe.skipIf(!hasShared)('real and derived files', () => {
  test.each(['innovaphone_innoconf/en_us_mmenu.g729', 'innovaphone_innoconf/en_us_recstart.g729', 'synthetic/derived-codecs/novad.g729'])(
    '%s has only frames of 10 bytes',
    (name) => {
      const bytes = readFileSync(join(shared, name));
      const { count } = walk(bytes);
      expect(count).toMatchObject({ speech: bytes.length / 10, silence: 0, stray: 0, wrongParity: 0, doubtful: 0 });
      // The first frame alone makes the parser examine the rest, which must give the same result.
      const shifted = walk(Buffer.concat([Buffer.from([0x12, 0x34]), bytes])).count;
      expect(shifted).toMatchObject({ speech: bytes.length / 10, silence: 1, stray: 0 });
    },
  );

  test('the frames of w83_vad.wav are found: 644 and 7 of each kind, at the places that give the prompt', () => {
    const bytes = readFileSync(join(shared, 'synthetic/derived-codecs/w83_vad.wav')).subarray(48);
    expect(walk(bytes).count).toMatchObject({ speech: 644, silence: 7, stray: 0, wrongParity: 0 });
    expect(decode('g729', track({}), bytes).samples.length).toBe(651 * 80);
  });

  test('prompts of Asterisk with pauses between them: 99.9 % of the frames are found', () => {
    const parts: Int16Array[] = [];
    const folder = join(shared, 'debian_asterisk-core-sounds-en-wav');
    for (const [i, name] of ['activated', 'added', 'agent-alreadyon', 'agent-incorrect', 'activated', 'agent-incorrect'].entries()) {
      const wave = readFileSync(join(folder, `${name}.wav`));
      parts.push(decode('pcm-s16le', track({}), wave.subarray(44)).samples as Int16Array, noise(9_000 + 2_000 * i, 8 * (i + 1), i));
    }
    const { wrong, frames, silence } = misplaced(bcg729.encode(Int16Array.from(parts.flatMap((part) => [...part])), true));
    expect([frames > 1_500, silence > 20]).toEqual([true, true]);
    expect(wrong / frames).toBeLessThan(0.001);
  });
});
