import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { g7231Order } from '../../../formats/codecs/base/g7231.ts';
import { codecs } from '../../../formats/codecs/index.ts';
import { fileAtSector } from '../../../src/media/damage/file-within.ts';
import { followOrder } from '../../../src/media/damage/foreign-bytes.ts';
import { isTextWindow, textWindowBytes } from '../../../src/media/damage/text-bytes.ts';
import { createRig } from '../../cli/rig.ts';
import { speech, wav } from '../medium-rig.ts';

const lines = Array.from({ length: 4_000 }, (_, i) => `2024-05-02 09:${i % 60} INFO call ${(i * 48_271) % 99_991} queue=${'abcdef'[i % 6]}\n`).join(
  '',
);
const log = Buffer.from(lines);
/** Machine code, the same on every machine: a distribution's Node.js may be in a shared library. */
const machineCode = readFileSync(new URL('../../../node_modules/better-sqlite3-multiple-ciphers/prebuilds/linux-x64.node', import.meta.url)).subarray(
  600_000,
);

test('a log, a table, XML and source code are text; 8-bit sound with a DC offset, codes and one letter are not', () => {
  const own = readFileSync(new URL(import.meta.url));
  const xml = Buffer.from('<seg id="7"><a>123456</a><n>Abc Def</n></seg>\r\n'.repeat(40));
  for (const bytes of [log, own, xml]) expect(isTextWindow(bytes.subarray(100, 100 + textWindowBytes))).toBe(true);
  const sound = speech(8_000, 4);
  const shifted = Uint8Array.from(sound, (sample) => Math.max(0x20, Math.min(0x7e, 0x50 + (sample >> 9))));
  for (let at = 0; at + textWindowBytes <= shifted.length; at += textWindowBytes)
    expect(isTextWindow(shifted.subarray(at, at + textWindowBytes))).toBe(false);
  expect(isTextWindow(Buffer.alloc(textWindowBytes, 'a b'))).toBe(false);
  expect(isTextWindow(log.subarray(0, textWindowBytes).map((byte, at) => (at % 16 === 0 ? 0x80 : byte)))).toBe(false);
});

describe('frames of G.723.1', () => {
  const follow = (bytes: Uint8Array) => {
    const follower = followOrder({ order: g7231Order });
    for (let at = 0; at < bytes.length; at += 777) follower?.push(bytes.subarray(at, at + 777));
    return follower?.finish();
  };
  const frame = (kind: number): Buffer => Buffer.alloc([24, 20, 4, 1][kind] ?? 0, 0x54 + kind);
  const of = (kinds: readonly number[]): Buffer => Buffer.concat(kinds.map(frame));

  test('of one rate, with pauses and with a rate that changes now and then are in an order that encoders write', () => {
    const call = Array.from({ length: 40 }, (_, i) => [...Array(25).fill(i % 8 < 4 ? 0 : 1), 2, 3, 3, 2, 3, 3, 3]).flat();
    expect(follow(of(call))).toEqual([]);
  });

  test('imitated by text or a program are not, and the stretch is reported', () => {
    const sound = of(Array(200).fill(0));
    const program = machineCode.subarray(0, 3_000);
    for (const foreign of [log.subarray(0, 3_000), program]) {
      const [found, ...more] = follow(Buffer.concat([sound, foreign, sound])) ?? [];
      expect(more).toEqual([]);
      expect(found?.start).toBeGreaterThan(sound.length - 1_000);
      expect(found?.start).toBeLessThan(sound.length + 500);
      expect(found?.end).toBeGreaterThan(sound.length + 2_000);
      expect(found?.end).toBeLessThan(sound.length + 4_000);
    }
  });
});

test('another file is recognised where the sound begins and at sector borders, and nowhere else', () => {
  const at = (start: number, offset = 0, isStart = false): number | undefined => {
    const bytes = Buffer.alloc(4_096, 0x55);
    bytes.write('%PDF-1.7\n', start, 'latin1');
    return fileAtSector(bytes, offset, isStart)?.at;
  };
  expect(at(1_024)).toBe(1_024);
  expect(at(468, 44)).toBe(512);
  expect(at(0, 44, true)).toBe(44);
  expect(at(0, 44)).toBeUndefined();
  expect(at(1_025)).toBeUndefined();
  expect(at(4_092)).toBeUndefined();
});

test('codes of GSM depend on their place in the frame, and no limit of another codec is reused', () => {
  const placed = codecs.flatMap(({ id, marks }) => (marks?.codes?.placed === undefined ? [] : [id]));
  expect(placed).toEqual(['gsm', 'gsm-ms']);
});

/** Codings in which foreign bytes decode to plausible sound. */
const codings = [
  ['gsm.wav', 'libgsm_ms', 1_625, []],
  ['g723.wav', 'g723_1', 800, ['-b:a', '6300']],
] as const;

test('text, a program and a document in the place of sound make a doubtful copy and exit code 3 in every coding; the intact calls do not', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  writeFileSync(rig.path('speech.wav'), wav(speech(8_000, 13), 8_000));
  const program = machineCode.subarray(0, 60_000);
  for (const [name, coder, bytesPerSecond, more] of codings) {
    const path = rig.path('calls', `whole ${name}`);
    expect(await rig.exec('ffmpeg', ['-v', 'error', '-i', 'speech.wav', '-c:a', coder, ...more, '-bitexact', path])).toMatchObject({ code: 0 });
    const bytes = readFileSync(path);
    const data = bytes.indexOf('data') + 8;
    const middle = Math.ceil((data + 4 * bytesPerSecond) / 512) * 512;
    const harm = (what: string, foreign: Uint8Array, at: number, seconds: number): void => {
      const harmed = Buffer.from(bytes);
      harmed.set(foreign.subarray(0, seconds * bytesPerSecond), at);
      writeFileSync(rig.path('calls', `${what} ${name}`), harmed);
    };
    harm('log', log, middle, 3);
    harm('program', program, middle, 5);
    harm('document', Buffer.from('%PDF-1.4\n\x80\x81\n'), middle, 1);
    harm('picture', Buffer.from('ffd8ffe000104a46494600', 'hex'), data, 1);
  }
  const { code, lines: output } = await rig.json(['convert', 'calls', '--out', 'copies', '--access', 'wav']);
  expect(code).toBe(3);
  // A file with too many invalid frames is not decoded at all (P160).
  const told = (name: string): string[] =>
    output.flatMap(({ type, code: finding, place }) => (type === 'finding' && place === name ? [String(finding)] : []));
  for (const [name] of codings) {
    expect([name, told(`whole ${name}`)]).toEqual([name, []]);
    for (const what of ['document', 'picture']) expect([what, name, told(`${what} ${name}`)]).toEqual([what, name, expect.arrayContaining(['M146'])]);
    for (const what of ['log', 'program'])
      expect([what, name, told(`${what} ${name}`).filter((one) => ['M126', 'M133', 'P160'].includes(one))]).not.toEqual([what, name, []]);
  }
});
