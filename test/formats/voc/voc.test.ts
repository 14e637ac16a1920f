import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { creativeAdpcm } from '../../../formats/codecs/adpcm/creative-adpcm.ts';
import type { Samples } from '../../../src/core/model/format.ts';
import { answer, codesOf, soundBytes } from '../answers.ts';
import { decode, expectSame, int16Of, run } from '../codecs/judges.ts';
import { playback } from '../playback.ts';
import { join, numbers, pack, randomBytes, text, u16, u32, voice } from '../wave/builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-voc-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => joinPath(folder, name);

const head = join(text('Creative Voice File\x1a'), u16(26, 0x010a, 0x1129));
function block(type: number, body: Uint8Array, size = body.length): Uint8Array {
  return join(Uint8Array.of(type, size & 0xff, (size >> 8) & 0xff, (size >> 16) & 0xff), body);
}
const end = Uint8Array.of(0);
/** Time constant of 8000 Hz. */
const at8000 = 131;
const sound = (body: Uint8Array, coding = 0, constant = at8000): Uint8Array => block(1, join(Uint8Array.of(constant, coding), body));
const newSound = (body: Uint8Array, fields: { rate?: number; bits?: number; channels?: number; coding?: number } = {}): Uint8Array =>
  block(9, join(u32(fields.rate ?? 8000), Uint8Array.of(fields.bits ?? 16, fields.channels ?? 1), u16(fields.coding ?? 4), new Uint8Array(4), body));
const silence = (samples: number, constant = at8000): Uint8Array => block(3, join(u16(samples - 1), Uint8Array.of(constant)));
const u8 = pack(voice(2000), 'u8');
const file = (...blocks: readonly Uint8Array[]): Uint8Array => join(head, ...blocks, end);

/** Output of sox for it. */
function sox(bytes: Uint8Array): Int16Array {
  writeFileSync(path('judge.voc'), bytes);
  return int16Of(run('sox', ['-D', path('judge.voc'), '-t', 's16', '-']));
}

describe('files of sox, FFmpeg and libsndfile', () => {
  test.each([
    [['-b', '8', '-e', 'unsigned'], 1, 'pcm-u8'],
    [['-b', '8', '-e', 'unsigned'], 2, 'pcm-u8'],
    [['-b', '16'], 1, 'pcm-s16le'],
    [['-b', '16'], 2, 'pcm-s16le'],
  ] as const)('sox %j, %i channels: %s', async (args, channels, codec) => {
    run('sox', ['-R', '-D', '-n', '-r', '8000', '-c', String(channels), ...args, path('a.voc'), 'synth', '0.51', 'pinknoise', 'vol', '0.9']);
    const bytes = readFileSync(path('a.voc'));
    const { found, track, samples } = await playback(bytes, 'a.voc');
    // sox states 8 bytes too few for 16 bits, and reads its own file short.
    expect(codesOf(found)).toEqual(codec === 'pcm-u8' ? [] : ['F102']);
    expect(track).toMatchObject({ codec, sampleRateHz: 8000, channels });
    expect(samples.length).toBe(4080 * channels);
    const theirs = sox(bytes);
    expectSame(samples.subarray(0, theirs.length), theirs);
  });

  test.each([
    ['pcm_u8', 'pcm-u8'],
    ['pcm_s16le', 'pcm-s16le'],
    ['pcm_alaw', 'alaw'],
    ['pcm_mulaw', 'mulaw'],
  ])('FFmpeg %s in many blocks: %s', async (encoder, codec) => {
    const bytes = run(
      'ffmpeg',
      ['-v', 'error', '-f', 's16le', '-ar', '8000', '-i', 'pipe:0', '-c:a', encoder, '-f', 'voc', 'pipe:1'],
      pack(voice(9000), 's16le'),
    );
    const { found, track, samples } = await playback(bytes, 'a.voc');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec, sampleRateHz: 8000, channels: 1 });
    expectSame(samples, int16Of(run('ffmpeg', ['-v', 'error', '-f', 'voc', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], bytes)));
  });

  test.each([
    ['-pcmu8', 'pcm-u8'],
    ['-pcm16', 'pcm-s16le'],
    ['-alaw', 'alaw'],
    ['-ulaw', 'mulaw'],
  ])('libsndfile %s: %s', async (option, codec) => {
    run('sox', ['-R', '-D', '-n', '-r', '8000', '-c', '1', '-b', '16', path('in.wav'), 'synth', '0.51', 'pinknoise', 'vol', '0.5']);
    run('sndfile-convert', [option, path('in.wav'), path('snd.voc')]);
    const bytes = readFileSync(path('snd.voc'));
    const { found, track, samples } = await playback(bytes, 'a.voc');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec, sampleRateHz: 8000 });
    expect(samples.length).toBe(4080); // libsndfile counts the terminator into the last block of G.711
    run('sndfile-convert', ['-pcm16', path('snd.voc'), path('back.wav')]);
    const theirs = int16Of(run('sox', ['-D', path('back.wav'), '-t', 's16', '-']));
    expectSame(samples, theirs.subarray(0, 4080));
  });
});

describe('all types of blocks', () => {
  test('markers and text between sound change nothing, and further sound continues', async () => {
    const bytes = file(
      sound(u8.subarray(0, 700)),
      block(4, u16(7)),
      block(2, u8.subarray(700, 1100)),
      block(5, text('call\0')),
      block(2, u8.subarray(1100)),
    );
    const { found, track, samples } = await playback(bytes, 'a.voc');
    expect(codesOf(found)).toEqual([]);
    expect(track.codec).toBe('pcm-u8');
    expectSame(samples, decode('pcm-u8', track, u8).samples);
  });

  test('an extended block makes the next block of sound stereo', async () => {
    const bytes = file(block(8, join(u16(65536 - 256_000_000 / 16_000), Uint8Array.of(0, 1))), sound(u8, 0, 0));
    const { found, track, samples } = await playback(bytes, 'a.voc');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec: 'pcm-u8', channels: 2, sampleRateHz: 8000 });
    expectSame(samples, sox(bytes));
  });

  // Neither sox 14.4 (one sample of it) nor FFmpeg 7.1 (none) plays silence; libsndfile 1.2 refuses the file.
  test('silence has its stated length, at its own rate too', async () => {
    const bytes = file(sound(u8.subarray(0, 800)), silence(1234), sound(u8.subarray(800)), silence(500));
    const { found, track, samples } = await playback(bytes, 'a.voc');
    expect(codesOf(found)).toEqual([]);
    expect(track.codec).toBe('creative-voc');
    const linear = decode('pcm-u8', track, u8).samples;
    expectSame(samples, Int16Array.from([...linear.subarray(0, 800), ...new Int16Array(1234), ...linear.subarray(800), ...new Int16Array(500)]));
    const other = await playback(file(sound(u8), silence(100, 206)), 'a.voc'); // 20 kHz
    expect(other.samples.length).toBe(2000 + 40);
  });

  test('blocks of G.711, 16 bits and 8 bits in one file are each decoded in their coding', async () => {
    const speech = voice(900);
    const bytes = file(
      newSound(pack(speech, 'mulaw'), { bits: 8, coding: 7 }),
      newSound(pack(speech, 's16le')),
      sound(u8.subarray(0, 900)),
      newSound(pack(speech, 'alaw'), { bits: 8, coding: 6 }),
    );
    const { found, track, samples } = await playback(bytes, 'a.voc');
    expect(codesOf(found)).toEqual([]);
    expect(track.codec).toBe('creative-voc');
    const parts: Samples[] = [
      decode('mulaw', track, pack(speech, 'mulaw')).samples,
      speech,
      decode('pcm-u8', track, u8.subarray(0, 900)).samples,
      decode('alaw', track, pack(speech, 'alaw')).samples,
    ];
    expectSame(samples, Int16Array.from(parts.flatMap((part) => [...part])));
  });

  test('repeats are played once and reported', async () => {
    const bytes = file(block(6, u16(3)), sound(u8), block(7, new Uint8Array(0)));
    const { found, samples } = await playback(bytes, 'a.voc');
    expect(codesOf(found)).toEqual(['F221']);
    expect(samples.length).toBe(2000);
  });

  test('sound of another rate is omitted and reported', async () => {
    const { found, samples } = await playback(file(sound(u8), sound(u8.subarray(0, 300), 0, 200), sound(u8.subarray(0, 100))), 'a.voc');
    expect(codesOf(found)).toEqual(['F222']);
    expect(found.state).toBe('damaged');
    expect(samples.length).toBe(2100);
  });

  test('the samples are the same for any split into pieces', async () => {
    const bytes = file(
      sound(u8.subarray(0, 300), 1),
      silence(70),
      block(2, u8.subarray(300, 333)),
      newSound(pack(voice(101), 's16le')),
      sound(u8.subarray(0, 50), 2),
    );
    const { track } = await playback(bytes, 'a.voc');
    const [start, stop] = track.spans[0] ?? [0, 0];
    const payload = bytes.subarray(start, stop);
    const whole = decode('creative-voc', track, payload).samples;
    expect(whole.length).toBe(1 + 299 * 2 + 70 + 33 * 2 + 101 + 1 + 49 * 3);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }), (pieces) => {
        expectSame(decode('creative-voc', track, payload, pieces).samples, whole);
      }),
      { numRuns: 50 },
    );
  });
});

describe('Creative’s ADPCM', () => {
  /** The card's processor, by its tables in DOSBox: change for each scale and code, scales by index. */
  const doubled = (scale: number, magnitudes: number): number[] => Array.from({ length: magnitudes }, (_, m) => m * scale + (scale >> 1));
  test('changes for each scale equal the firmware’s tables', () => {
    expect([1, 2, 4, 8].map((scale) => doubled(scale, 8))).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7],
      [1, 3, 5, 7, 9, 11, 13, 15],
      [2, 6, 10, 14, 18, 22, 26, 30],
      [4, 12, 20, 28, 36, 44, 52, 60],
    ]);
    const adpcm = creativeAdpcm('adpcm-4');
    const out = new Int16Array(2);
    // Scale 1: +7 doubles the scale; scale 2: +7 is 15; scale 4: -0 is -2 and halves it; scale 2: -1 is -3.
    expect(adpcm.begin(100)).toBe(100);
    adpcm.decode(0x77, out, 0);
    expect([...out]).toEqual([107, 122]);
    adpcm.decode(0x89, out, 0);
    expect([...out]).toEqual([120, 117]);
  });

  test('2 bits: the scale grows to 32 and the change is one and a half of it', () => {
    const adpcm = creativeAdpcm('adpcm-2');
    const out = new Int16Array(4);
    adpcm.begin(0);
    adpcm.decode(0b01010101, out, 0);
    expect([...out]).toEqual([1, 4, 10, 22]);
    adpcm.decode(0b01010111, out, 0);
    expect([...out]).toEqual([46, 94, 142, 94]);
  });

  test('2.6 bits: two codes of three bits, one of two', () => {
    const adpcm = creativeAdpcm('adpcm-2.6');
    const out = new Int16Array(3);
    adpcm.begin(128);
    adpcm.decode(0b011_101_11, out, 0); // +3 (scale 1, doubles), -1 of scale 2 (3), -1 of scale 2 (3)
    expect([...out]).toEqual([131, 128, 125]);
  });

  test("speech of the 4-bit coding equals FFmpeg's except for half steps", async () => {
    // An encoder by trial: the code with the nearest sample.
    const speech = voice(4000);
    const wanted = Array.from(speech, (value) => (value >> 8) + 128);
    const codes = new Uint8Array(1 + wanted.length / 2);
    let [scale, value] = [1, wanted[0] ?? 128];
    codes[0] = value;
    wanted.forEach((target, i) => {
      const magnitude = Math.max(0, Math.min(7, Math.round((Math.abs(target - value) - (scale >> 1)) / scale)));
      const sign = target < value ? 8 : 0;
      codes[1 + (i >> 1)] = (codes[1 + (i >> 1)] ?? 0) | ((magnitude | sign) << (i % 2 === 0 ? 4 : 0));
      const change = magnitude * scale + (scale >> 1);
      value = Math.max(0, Math.min(255, value + (sign === 0 ? change : -change)));
      if (magnitude === 0) scale = Math.max(1, scale >> 1);
      else if (magnitude >= 5) scale = Math.min(8, scale * 2);
    });
    const bytes = file(sound(codes, 1));
    const { samples } = await playback(bytes, 'a.voc');
    expect(samples.length).toBe(4001);
    expect(correlation(samples.subarray(1), speech)).toBeGreaterThan(0.99);
    const theirs = int16Of(run('ffmpeg', ['-v', 'error', '-f', 'voc', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], bytes));
    // Each sample's change is nearly the same, but their sum is not: FFmpeg reaches the limit.
    const steps = (a: Samples): Samples => Int16Array.from(a.subarray(1), (value, i) => value - (a[i] ?? 0));
    expect(theirs.length).toBe(samples.length);
    expect(correlation(steps(samples), steps(theirs))).toBeGreaterThan(0.97);
  });

  function correlation(a: Samples, b: Samples): number {
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const [x, y] = [a[i] ?? 0, b[i] ?? 0];
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    return ab / Math.sqrt(aa * bb);
  }
});

describe('damage', () => {
  const s16 = pack(voice(2000), 's16le');
  const cases: readonly (readonly [what: string, bytes: Uint8Array, findings: readonly string[], state: string, sound: number])[] = [
    ['no terminator', file(sound(u8)).subarray(0, -1), [], 'ok', 2000],
    ['cut', file(sound(u8)).subarray(0, 1000), ['F103'], 'truncated', 1000 - 26 - 6],
    ['size 0', join(head, block(1, join(Uint8Array.of(at8000, 0), u8), 0)), ['F101'], 'damaged', 2000],
    ['size 0 of block 9', join(head, block(9, newSound(s16).subarray(4), 0)), ['F101'], 'damaged', 4000],
    ['junk after the terminator', join(file(sound(u8)), randomBytes(40, 2)), ['F111'], 'ok', 2000],
    ['an invalid type', join(head, sound(u8), Uint8Array.of(77, 1, 2, 3, 4)), ['F111'], 'ok', 2000],
    ['no sound', file(block(5, text('x'))), ['F110'], 'header-only', 0],
    ['only a header', head, ['F110'], 'header-only', 0],
    ['half a header', head.subarray(0, 22), ['F110'], 'header-only', 0],
    ['a wrong header check', join(head.subarray(0, 24), u16(0), sound(u8), end), ['F113'], 'ok', 2000],
    ['a first block beyond the end', join(text('Creative Voice File\x1a'), u16(9999, 0x010a, 0x1129), sound(u8), end), ['F140'], 'ok', 2000],
    ['an unknown coding', file(newSound(u8, { bits: 16, coding: 0x200 })), [], 'ok', 2000],
    ['no channels', file(newSound(s16, { channels: 0 })), [], 'ok', 4000],
    ['a rate of 0', file(newSound(s16, { rate: 0 })), [], 'ok', 4000],
  ];
  test.each(cases)('%s', async (_what, bytes, findings, state, size) => {
    const found = await answer(bytes, 'a.voc');
    expect(codesOf(found)).toEqual(findings);
    expect(found.state).toBe(state);
    expect(soundBytes(found)).toBe(size);
  });

  test('a block of more than 16 MiB, whose size does not fit', async () => {
    const long = new Uint8Array(2 ** 24 + 5000).fill(0x80);
    const bytes = join(head, block(1, join(Uint8Array.of(at8000, 0), long), long.length + 2), end);
    const found = await answer(bytes, 'a.voc');
    expect(codesOf(found)).toEqual(['F102']);
    expect(soundBytes(found)).toBe(long.length + 1); // the terminator cannot be distinguished from sound
  });

  test('hours of silence in a few bytes are limited', async () => {
    const bytes = file(sound(u8.subarray(0, 10)), ...Array.from({ length: 1100 }, () => silence(65_536)));
    const { found, samples } = await playback(bytes, 'a.voc');
    expect(codesOf(found)).toEqual(['F223']);
    expect(samples.length).toBe(64 * 1024 * 1024 + 10);
  });

  test('an RCA recorder’s file is reported', async () => {
    const found = await answer(join(text('VCP162_VOC_File'), numbers(1, [0]), randomBytes(500, 3)), 'a.voc');
    expect(found.tracks[0]).toMatchObject({ codec: 'unknown' });
    expect(found.tracks[0]?.codecName).toContain('RCA');
  });
});
