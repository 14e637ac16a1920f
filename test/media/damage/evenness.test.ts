import { createCipheriv } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import type { CodeMarks, Track } from '../../../src/core/model/format.ts';
import { deviationsOf, nonAudioOf } from '../../../src/media/damage/evenness.ts';
import { followCodes } from '../../../src/media/damage/foreign-bytes.ts';
import { createRig } from '../../cli/rig.ts';
import { speech, trackOf, wav } from '../medium-rig.ts';

/** The same bytes at every run, because a test must not depend on chance. */
const cipherOf = (key: number) => createCipheriv('aes-128-ctr', Buffer.alloc(16, key), Buffer.alloc(16));
const randomBytes = (length: number): Buffer => cipherOf(1).update(Buffer.alloc(length));

const marked = codecs.flatMap(({ id, marks }) => (marks?.codes === undefined ? [] : [[id, marks.codes] as const]));

/** Processes bytes as a track of one span, or of more. */
function followed(bytes: Uint8Array, codes: CodeMarks, spans: Track['spans'] = [[0, bytes.length]]) {
  const follower = followCodes(trackOf('any', 0, { spans }), { codes });
  if (follower === null) return null;
  for (const [start, end] of spans) for (let at = start; at < end; at += 1_000) follower.push(bytes.subarray(at, Math.min(end, at + 1_000)));
  return { stretches: follower.finish(), throughout: follower.throughout() };
}

describe('random bytes', () => {
  test.each(marked)('as %s are even in each of 300 windows, and fewer bytes than a window are not judged', (_, codes) => {
    const bytes = randomBytes(300 * codes.windowBytes);
    const of = Array.from({ length: 300 }, (_window, at) => nonAudioOf(bytes.subarray(at * codes.windowBytes, (at + 1) * codes.windowBytes), codes));
    expect(of.map((foreign) => foreign?.kind)).not.toContain('unplaced');
    expect(of).not.toContain(null);
    const whole = followed(bytes, codes);
    expect(whole?.stretches).toEqual([{ start: 0, end: bytes.length }]);
    // Of several frame lengths the largest counts.
    expect(Math.abs(whole?.throughout ?? Number.NaN)).toBeLessThan(codes.frameBytes.length > 1 ? 1 : 0.5);
    expect(followed(bytes.subarray(1, codes.windowBytes), codes)).toEqual({ stretches: [], throughout: null });
  });

  test.each(marked)('of which %s has a stretch between codes of sound are found there, and not elsewhere', (_, codes) => {
    const { windowBytes, frameBytes } = codes;
    const [frame = 1] = frameBytes;
    const bytes = randomBytes(20 * windowBytes);
    // Sound: one bit of each frame is always set; of codes without frames the upper half of each byte has three values.
    const isInside = (at: number): boolean => at >= 8 * windowBytes && at < 12 * windowBytes;
    for (let at = 0; at < bytes.length; at += frame) {
      if (isInside(at)) continue;
      const byte = bytes[at] as number;
      bytes[at] = frameBytes.length === 0 ? ((byte % 3) << 4) | (byte & 0x0f) : byte | 1;
      for (let further = 1; further < frame; further++) if (further % 2 === 0) bytes[at + further] = (bytes[at + further] as number) & 0x0f;
    }
    const { stretches = [], throughout } = followed(bytes, codes) ?? {};
    expect(throughout).toBeNull();
    expect(stretches).toHaveLength(1);
    const [found] = stretches;
    expect(Math.abs((found?.start ?? 0) - 8 * windowBytes)).toBeLessThanOrEqual(windowBytes / 2);
    expect(Math.abs((found?.end ?? 0) - 12 * windowBytes)).toBeLessThanOrEqual(windowBytes / 2);
  });

  test('are even in spans of whole frames as well; where frames restart there is no verdict', () => {
    const bytes = randomBytes(60_000);
    const codes: CodeMarks = { frameBytes: [10], windowBytes: 2_000, deviations: 6 };
    const spans = (every: number, length: number): [number, number][] =>
      Array.from({ length: Math.floor(bytes.length / every) }, (_, index) => [index * every, index * every + length]);
    expect(followed(bytes, codes, spans(6_000, 5_000))?.throughout).not.toBeNull();
    expect(followed(bytes, codes, spans(6_000, 5_001))).toBeNull();
  });
});

test('have deviations equal to a count bit by bit', () => {
  for (const frame of [1, 3, 10, 33]) {
    const bytes = randomBytes(777 * frame).map((byte, at) => (at % frame === 0 ? byte | 0x40 : byte));
    const frames = 777;
    let sum = 0;
    for (let bit = 0; bit < 8 * frame; bit++) {
      const bitOf = (index: number): number => ((bytes[index * frame + (bit >> 3)] as number) >> (bit & 7)) & 1;
      let [set, same] = [0, 0];
      for (let index = 0; index < frames; index++) {
        set += bitOf(index);
        if (index > 0 && bitOf(index) === bitOf(index - 1)) same++;
      }
      sum += (set - frames / 2) ** 2 / (frames / 4) + (same - (frames - 1) / 2) ** 2 / ((frames - 1) / 4);
    }
    expect(deviationsOf(bytes, [frame])).toBeCloseTo((sum - 16 * frame) / Math.sqrt(32 * frame), 6);
  }
});

test('are distinguished from bytes with frequent values, few values and all values in turn', () => {
  const codes: CodeMarks = { frameBytes: [], windowBytes: 2_048, deviations: 8 };
  const random = randomBytes(2_048);
  expect(nonAudioOf(random, codes)).not.toBeNull();
  expect(nonAudioOf(random.map((byte, at) => (at % 16 === 0 ? 0x88 : byte)), codes)).toBeNull(); // biome-ignore format: one change of one window
  expect(nonAudioOf(random.map((_, at) => at % 40), { ...codes, deviations: 100 })).toBeNull(); // biome-ignore format: one window
  // 255 below the mean of random bytes.
  expect(nonAudioOf(random.map((_, at) => at), codes)).toEqual({ kind: 'even', deviations: expect.closeTo(-255 / Math.sqrt(510), 6) }); // biome-ignore format: one window
});

/** Codings with an encoder here, and the offset of the sound in a file of each. */
const codings = [
  ['gsm.wav', 'sox', '-e', 'gsm-full-rate'],
  ['gsm.gsm', 'sox'],
  ['oki.vox', 'sox'],
  ['ima.wav', 'ffmpeg', '-c:a', 'adpcm_ima_wav'],
  ['ms.wav', 'ffmpeg', '-c:a', 'adpcm_ms'],
  ['g723.wav', 'ffmpeg', '-c:a', 'g723_1', '-b:a', '6300'],
] as const;

test('calls whose sound was encrypted by AES are doubtful in every coding, and the same calls unencrypted are not', async () => {
  await using rig = createRig();
  const seconds = 12;
  mkdirSync(rig.path('calls'));
  writeFileSync(rig.path('speech.wav'), wav(speech(8_000, seconds), 8_000));
  for (const [name, program, ...more] of codings) {
    const path = rig.path('calls', `whole ${name}`);
    const args = program === 'sox' ? ['-D', 'speech.wav', ...more, path] : ['-v', 'error', '-i', 'speech.wav', ...more, '-bitexact', path];
    expect(await rig.exec(program, args)).toMatchObject({ code: 0 });
    const bytes = readFileSync(path);
    const at = name.endsWith('.wav') ? bytes.indexOf('data') + 8 : 0;
    const cipher = cipherOf(2);
    writeFileSync(rig.path('calls', `encrypted ${name}`), Buffer.concat([bytes.subarray(0, at), cipher.update(bytes.subarray(at))]));
  }
  const { code, lines } = await rig.json(['convert', 'calls', '--out', 'copies', '--access', 'wav']);
  expect(code).toBe(3);
  const told = new Map<string, string[]>();
  for (const { type, code: finding, place } of lines)
    if (type === 'finding') told.set(String(place), [...(told.get(String(place)) ?? []), String(finding)]);
  // Files with a header keep their format and are marked; files without one are recognised as not their coding before they are decoded.
  const seen = ['M160', 'F133', 'F340', 'F343', 'M105', 'P160'];
  for (const [name] of codings) {
    expect([name, told.get(`whole ${name}`)?.filter((one) => seen.includes(one)) ?? []]).toEqual([name, []]);
    expect([name, told.get(`encrypted ${name}`)?.some((one) => seen.includes(one)) ?? false]).toEqual([name, true]);
  }
  for (const name of ['gsm.wav', 'ima.wav', 'ms.wav']) expect(told.get(`encrypted ${name}`)).toContain('M160');
});
