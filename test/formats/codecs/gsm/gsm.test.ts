import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { answer } from '../../answers.ts';
import { pack, randomBytes, voice } from '../../wave/builder.ts';
import { decode, expectSame, hasShared, int16Of, run, shared, track } from '../judges.ts';

const folder = mkdtempSync(join(tmpdir(), 'longplay-gsm-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Frames of random parameters after the signature: every table, and values out of range. */
function signed(frames: number, seed: number): Uint8Array {
  return randomBytes(frames * 33, seed).map((byte, i) => (i % 33 === 0 ? 0xd0 | (byte & 15) : byte));
}

const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const untoast = (bytes: Uint8Array): Int16Array => int16Of(run('untoast', ['-lc', file('a.gsm', bytes)]));
const sox = (path: string): Int16Array => int16Of(run('sox', ['-D', path, '-t', 's16', '-']));
const speech = voice(32_000);
const encoded = (): Buffer => run('sox', ['-D', '-t', 's16', '-r', '8000', '-c', '1', '-', '-t', 'gsm', '-'], pack(speech, 's16le'));

describe('GSM 06.10 in frames of 33 bytes', () => {
  test('decodes speech like libgsm, sox and FFmpeg', () => {
    const bytes = encoded();
    const { samples, droppedBytes } = decode('gsm', track({}), bytes);
    expectSame(samples, untoast(bytes));
    expectSame(samples, sox(file('b.gsm', bytes)));
    expectSame(samples, int16Of(run('ffmpeg', ['-v', 'error', '-f', 'gsm', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], bytes)));
    expect([samples.length, droppedBytes]).toEqual([32_000, 0]);
  });

  test.each([1, 2, 3])('decodes random parameters like libgsm and sox, where every sum overflows (seed %i)', (seed) => {
    const bytes = signed(2_000, seed);
    const { samples } = decode('gsm', track({}), bytes);
    expectSame(samples, untoast(bytes));
    expectSame(samples, sox(file('c.gsm', bytes)));
  });

  test('decodes a frame without its signature all the same, and counts a truncated one', () => {
    const bytes = signed(20, 9);
    const whole = decode('gsm', track({}), bytes).samples;
    const bare = bytes.slice();
    bare[33 * 4] = (bare[33 * 4] ?? 0) & 0x0f;
    expectSame(decode('gsm', track({}), bare).samples, whole);
    const cut = decode('gsm', track({}), bytes.subarray(0, 33 * 7 + 32));
    expectSame(cut.samples, whole.subarray(0, 7 * 160));
    expect(cut.droppedBytes).toBe(32);
  });
});

describe('GSM 06.10 in Microsoft’s blocks', () => {
  test('decodes sox’s own WAVE like sox and FFmpeg', async () => {
    const path = join(folder, 'a.wav');
    run('sox', ['-D', '-t', 's16', '-r', '8000', '-c', '1', '-', '-e', 'gsm-full-rate', path], pack(speech, 's16le'));
    const bytes = readFileSync(path);
    const { tracks, findings } = await answer(bytes, 'a.wav');
    expect(findings).toEqual([]);
    const [start, end] = tracks[0]?.spans[0] ?? [0, 0];
    const { samples } = decode('gsm-ms', track({ blockBytes: 65 }), bytes.subarray(start, end));
    expectSame(samples.subarray(0, speech.length), sox(path));
    expectSame(samples, int16Of(run('ffmpeg', ['-v', 'error', '-i', path, '-f', 's16le', 'pipe:1'])));
  });

  test('is the same speech as in frames of 33 bytes, in another order of bits', () => {
    const path = join(folder, 'b.wav');
    run('sox', ['-D', '-t', 's16', '-r', '8000', '-c', '1', '-', '-e', 'gsm-full-rate', path], pack(speech, 's16le'));
    const blocks = readFileSync(path).subarray(60);
    expectSame(decode('gsm-ms', track({ blockBytes: 65 }), blocks.subarray(0, 100 * 65)).samples, decode('gsm', track({}), encoded()).samples);
  });

  test('gives the first frame of a truncated last block if that frame is complete', () => {
    const bytes = randomBytes(65 * 3, 4);
    const whole = decode('gsm-ms', track({}), bytes).samples;
    expectSame(decode('gsm-ms', track({}), bytes.subarray(0, 65 + 64)).samples, whole.subarray(0, 320 + 160));
    expect(decode('gsm-ms', track({}), bytes.subarray(0, 65 + 33)).droppedBytes).toBe(0);
    const short = decode('gsm-ms', track({}), bytes.subarray(0, 65 + 32));
    expect([short.samples.length, short.droppedBytes]).toEqual([320, 32]);
  });

  test('is unaffected by a wrong block size in the header', async () => {
    const path = join(folder, 'c.wav');
    run('sox', ['-D', '-t', 's16', '-r', '8000', '-c', '1', '-', '-e', 'gsm-full-rate', path], pack(speech.subarray(0, 3200), 's16le'));
    const bytes = new Uint8Array(readFileSync(path));
    const right = (await answer(bytes, 'c.wav')).tracks;
    for (const block of [0, 1, 2, 33, 320, 65_535]) {
      new DataView(bytes.buffer).setUint16(32, block, true);
      expect((await answer(bytes, 'c.wav')).tracks).toEqual(right);
    }
    for (const block of [41, 50, 62]) {
      new DataView(bytes.buffer).setUint16(32, block, true);
      expect((await answer(bytes, 'c.wav')).tracks[0]?.codec, 'the shortened GSM of MSN Audio is no GSM of 65 bytes').toBe('unknown');
    }
  });
});

describe.skipIf(!hasShared)('prompts of real exchanges', () => {
  test.each([
    'debian_asterisk-core-sounds-en-gsm/agent-alreadyon.gsm',
    'debian_asterisk-core-sounds-en-gsm/basic-pbx-ivr-main.gsm',
    'debian_asterisk-moh-opsound-gsm/macroform-robot_dity.gsm',
    'debian_asterisk-moh-opsound-gsm/manolo_camp-morning_coffee.gsm',
    'debian_asterisk-prompt-de/both_help.gsm',
    'debian_asterisk-prompt-es-co/conf-adminmenu.gsm',
    'debian_asterisk-prompt-fr-armelle/agent-pass.gsm',
    'debian_asterisk-prompt-it-menardi-gsm/auth-incorrect.gsm',
  ])('%s decodes as in libgsm, sox and FFmpeg', (name) => {
    const path = join(shared, name);
    const bytes = readFileSync(path);
    const { samples } = decode('gsm', track({}), bytes);
    expectSame(samples, untoast(bytes));
    expectSame(samples, sox(path));
    expectSame(samples, int16Of(run('ffmpeg', ['-v', 'error', '-f', 'gsm', '-i', path, '-f', 's16le', 'pipe:1'])));
  });

  test('a derived file in Microsoft’s blocks decodes as in sox and FFmpeg', async () => {
    const path = join(shared, 'synthetic/derived-codecs/gsm.wav');
    const bytes = readFileSync(path);
    const spans = (await answer(bytes, 'gsm.wav')).tracks[0]?.spans ?? [];
    const { samples } = decode('gsm-ms', track({}), Buffer.concat(spans.map(([start, end]) => bytes.subarray(start, end))));
    const theirs = sox(path);
    expectSame(samples.subarray(0, theirs.length), theirs);
    expectSame(samples, int16Of(run('ffmpeg', ['-v', 'error', '-i', path, '-f', 's16le', 'pipe:1'])));
    expect(samples.length).toBe(174 * 320);
  });
});
