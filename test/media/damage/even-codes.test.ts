import { createCipheriv } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import { memoryReader } from '../../../src/core/bytes.ts';
import type { CodeMarks, Track } from '../../../src/core/format.ts';
import { evenCodesOf } from '../../../src/media/damage/even-codes.ts';
import type { MediumBytes } from '../../../src/media/medium-bytes.ts';
import { createRig } from '../../cli/rig.ts';
import { speech, wav } from '../medium-rig.ts';

vi.setConfig({ testTimeout: 180_000 });

/** The same bytes at every run: chance is no judge of a test. */
const cipherOf = (key: number) => createCipheriv('aes-128-ctr', Buffer.alloc(16, key), Buffer.alloc(16));
const randomBytes = (length: number): Buffer => cipherOf(1).update(Buffer.alloc(length));

function inMemory(bytes: Uint8Array): MediumBytes {
  const piece = (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length);
  return { size: bytes.length, reader: memoryReader(bytes, 'x'), piece, assertUnchanged: () => {}, close: () => {} };
}

const trackOf = (spans: Track['spans']): Track => ({
  codec: 'x',
  codecName: 'x',
  sampleRateHz: 8_000,
  channels: 1,
  bitsPerSample: null,
  blockBytes: 1,
  frames: null,
  setup: null,
  spans,
});
const evenness = (bytes: Uint8Array, marks: CodeMarks, spans: Track['spans'] = [[0, bytes.length]]) =>
  evenCodesOf(trackOf(spans), inMemory(bytes), marks);

const marked = codecs.flatMap(({ id, marks }) => (marks?.codes === undefined ? [] : [[id, marks.codes] as const]));

describe('random bytes', () => {
  test.each(marked)('as %s are even at any length from the least on, and too few say nothing', (_, marks) => {
    for (const length of [marks.leastBytes, marks.leastBytes + 1, 5 * marks.leastBytes, 200_000])
      expect(evenness(randomBytes(length), marks)).not.toBeNull();
    expect(evenness(randomBytes(marks.leastBytes - 1), marks)).toBeNull();
  });

  test.each(marked)('of which one bit of every frame of %s is always the same are not', (_, marks) => {
    const bytes = randomBytes(20 * marks.leastBytes);
    const [frame = 1] = marks.frameBytes;
    for (let at = 0; at < bytes.length; at += frame) bytes[at] = (bytes[at] as number) | 1;
    expect(evenness(bytes, marks)).toBeNull();
  });

  test('are even in spans as well, and a track of spans shorter than a frame is passed over', () => {
    const bytes = randomBytes(60_000);
    const marks: CodeMarks = { frameBytes: [10], leastBytes: 2_000 };
    const spans = (every: number, length: number): [number, number][] =>
      Array.from({ length: Math.floor(bytes.length / every) }, (_, index) => [index * every, index * every + length]);
    expect(evenness(bytes, marks, spans(6_000, 5_000))).not.toBeNull();
    expect(evenness(bytes, marks, spans(20, 9))).toBeNull();
  });
});

/** Codings with a coder here, and where the sound begins in a file of each. */
const codings = [
  ['gsm.wav', 'sox', '-e', 'gsm-full-rate'],
  ['gsm.gsm', 'sox'],
  ['oki.vox', 'sox'],
  ['ima.wav', 'ffmpeg', '-c:a', 'adpcm_ima_wav'],
  ['ms.wav', 'ffmpeg', '-c:a', 'adpcm_ms'],
  ['g723.wav', 'ffmpeg', '-c:a', 'g723_1', '-b:a', '6300'],
] as const;

test('calls whose sound was encrypted by AES are doubtful in every coding, and the same calls as they were are not', async () => {
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
  // What has a header keeps its format and is marked; files without one are seen to be none of their coding before they are decoded.
  const seen = ['M160', 'F133', 'F340', 'F343', 'M105', 'P160'];
  for (const [name] of codings) {
    expect([name, told.get(`whole ${name}`)?.filter((one) => seen.includes(one)) ?? []]).toEqual([name, []]);
    expect([name, told.get(`encrypted ${name}`)?.some((one) => seen.includes(one)) ?? false]).toEqual([name, true]);
  }
  for (const name of ['gsm.wav', 'ima.wav', 'ms.wav']) expect(told.get(`encrypted ${name}`)).toContain('M160');
});
