import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { answer, answers, codesOf, soundBytes } from '../answers.ts';
import { expectSame, float32Of, int16Of, run } from '../codecs/judges.ts';
import { playback } from '../playback.ts';
import { chunk, join, numbers, pack, randomBytes, text, voice } from '../wave/builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-aiff-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => joinPath(folder, name);
const speech = voice(2000);
const s16 = pack(speech, 's16be');

const big = (id: string, body: Uint8Array, options: { size?: number; pad?: boolean } = {}): Uint8Array =>
  chunk(id, body, { ...options, bigEndian: true });
/** 80-bit numbers of some rates: exponent and mantissa. */
const rates = new Map([
  [8000, [0x40, 0x0b, 0xfa, 0x00]],
  [0, [0, 0, 0, 0]],
  [Number.POSITIVE_INFINITY, [0x7f, 0xff, 0x80, 0]],
  [Number.NEGATIVE_INFINITY, [0xff, 0xff, 0x80, 0]],
  [22254.5454, [0x40, 0x0d, 0xad, 0xdd, 0x17, 0x45]],
]);
function comm(fields: { channels?: number; frames?: number; bits?: number; rate?: number; type?: string }): Uint8Array {
  const { channels = 1, frames = 2000, bits = 16, rate = 8000, type } = fields;
  const ten = new Uint8Array(10);
  ten.set(rates.get(rate) ?? []);
  const head = join(numbers(2, [channels], true), numbers(4, [frames], true), numbers(2, [bits], true), ten);
  return big('COMM', type === undefined ? head : join(head, text(type), Uint8Array.of(0, 0)));
}
const ssnd = (body: Uint8Array, options: { size?: number; pad?: boolean; offset?: number } = {}): Uint8Array =>
  big('SSND', join(numbers(4, [options.offset ?? 0, 0], true), body), options);
function form(chunks: readonly Uint8Array[], options: { size?: number; type?: string } = {}): Uint8Array {
  const body = join(text(options.type ?? 'AIFF'), ...chunks);
  return join(text('FORM'), numbers(4, [options.size ?? body.length], true), body);
}

describe('files of sox, FFmpeg and libsndfile', () => {
  const sox = (name: string, args: readonly string[], channels = 1): Uint8Array => {
    run('sox', ['-R', '-D', '-n', '-r', '8000', '-c', String(channels), ...args, path(name), 'synth', '0.51', 'pinknoise', 'vol', '0.9']);
    return readFileSync(path(name));
  };
  test.each([
    ['a.aiff', ['-b', '8'], 'pcm-s8'],
    ['a.aiff', ['-b', '16'], 'pcm-s16be'],
    ['a.aiff', ['-b', '24'], 'pcm-s24be'],
    ['a.aiff', ['-b', '32'], 'pcm-s32be'],
    ['a.aifc', ['-b', '16'], 'pcm-s16be'],
  ] as const)('sox, %s %j, one and two channels: %s', async (name, args, codec) => {
    for (const channels of [1, 2]) {
      const bytes = sox(name, args, channels);
      const { found, track, samples } = await playback(bytes, name);
      expect(codesOf(found)).toEqual([]);
      expect(track).toMatchObject({ codec, sampleRateHz: 8000, channels });
      expect(samples.length).toBe(4080 * channels);
      const wide = /24|32/.test(codec);
      // sox itself rounds 32 bits twice on their way to floating point.
      const theirs = wide
        ? run('ffmpeg', ['-v', 'error', '-i', path(name), '-f', 'f32le', 'pipe:1'])
        : run('sox', ['-D', path(name), '-t', 's16', '-']);
      expectSame(samples, wide ? float32Of(theirs) : int16Of(theirs));
    }
  });

  test.each([
    ['pcm_s16be', 'pcm-s16be'],
    ['pcm_s16le', 'pcm-s16le'],
    ['pcm_s24be', 'pcm-s24be'],
    ['pcm_s32be', 'pcm-s32be'],
    ['pcm_f32be', 'pcm-f32be'],
    ['pcm_f64be', 'pcm-f64be'],
    ['pcm_alaw', 'alaw'],
    ['pcm_mulaw', 'mulaw'],
    ['adpcm_ima_qt', 'ima-adpcm-qt'],
  ])('FFmpeg, %s: %s, the same samples', async (encoder, codec) => {
    for (const channels of [1, 2]) {
      const file = path(`f-${encoder}.aiff`);
      run(
        'ffmpeg',
        ['-v', 'error', '-y', '-f', 's16le', '-ar', '8000', '-ac', String(channels), '-i', 'pipe:0', '-c:a', encoder, file],
        pack(voice(4000), 's16le'),
      );
      const { found, track, samples } = await playback(readFileSync(file), 'a.aiff');
      expect(codesOf(found)).toEqual([]);
      expect(track).toMatchObject({ codec, sampleRateHz: 8000, channels });
      const wide = /24|32|64/.test(codec);
      const theirs = run('ffmpeg', ['-v', 'error', '-i', file, '-f', wide ? 'f32le' : 's16le', 'pipe:1']);
      const reference = wide ? float32Of(theirs) : int16Of(theirs);
      if (codec !== 'ima-adpcm-qt') expect(samples.length).toBe(4000);
      expectSame(samples, reference);
    }
  });

  test.each([
    ['-pcms8', 'pcm-s8'],
    ['-pcm24', 'pcm-s24be'],
    ['-ulaw', 'mulaw'],
    ['-alaw', 'alaw'],
    ['-float32', 'pcm-f32be'],
    ['-gsm610', 'gsm'],
    ['-ima-adpcm', 'ima-adpcm-qt'],
  ])('libsndfile, %s: %s', async (option, codec) => {
    run('sox', ['-R', '-D', '-n', '-r', '8000', '-c', '1', '-b', '16', path('in.wav'), 'synth', '0.51', 'pinknoise', 'vol', '0.5']);
    run('sndfile-convert', [option, path('in.wav'), path('snd.aifc')]);
    const { found, track, samples } = await playback(readFileSync(path('snd.aifc')), 'a.aifc');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec, sampleRateHz: 8000, channels: 1 });
    if (codec === 'gsm' || codec === 'ima-adpcm-qt') expect(samples.length).toBe(codec === 'gsm' ? 4080 : 64 * 64);
    else {
      expect(samples.length).toBe(4080);
      run('sndfile-convert', [codec.includes('f32') ? '-float32' : '-pcm24', path('snd.aifc'), path('back.wav')]);
      const theirs = float32Of(run('ffmpeg', ['-v', 'error', '-i', path('back.wav'), '-f', 'f32le', 'pipe:1']));
      expect(Array.from(samples, (value) => (samples instanceof Int16Array ? value / 32768 : value))).toEqual([...theirs]);
    }
  });

  test("libsndfile's little-endian files are sowt", async () => {
    run('sox', ['-R', '-D', '-n', '-r', '8000', '-c', '1', '-b', '16', path('in.wav'), 'synth', '0.1', 'pinknoise']);
    run('sndfile-convert', ['-endian=little', path('in.wav'), path('le.aifc')]);
    const { found, track, samples } = await playback(readFileSync(path('le.aifc')), 'a.aifc');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec: 'pcm-s16le', codecName: 'AIFF-C sowt (PCM, 16 bits, little-endian)' });
    expectSame(samples, int16Of(run('sox', ['-D', path('in.wav'), '-t', 's16', '-'])));
  });

  test.each([
    ['sox', ['-R', '-D', '-n', '-r', '8000', '-c', '1', '-b', '16', '-t', 'aiff', '-', 'synth', '0.25', 'pinknoise'], 4000],
    ['ffmpeg', ['-v', 'error', '-f', 's16le', '-ar', '8000', '-i', 'pipe:0', '-f', 'aiff', 'pipe:1'], 8000],
  ] as const)('files that %s writes to a pipe, without sizes, are read to the end', async (program, args, size) => {
    const bytes = run(program, args, program === 'ffmpeg' ? pack(voice(4000), 's16le') : undefined);
    const found = await answer(bytes, 'a.aiff');
    expect(codesOf(found)).toEqual(['F101']);
    expect(soundBytes(found)).toBe(size);
  });
});

describe('QuickTime’s IMA ADPCM', () => {
  test('decodes random packets like FFmpeg, with preambles that agree and that do not', async () => {
    for (const channels of [1, 2]) {
      const packets = randomBytes(34 * 40 * channels, channels);
      for (let at = 1; at < packets.length; at += 34) packets[at] = ((packets[at] ?? 0) & 0x80) | ((packets[at] ?? 0) % 89);
      const bytes = form([comm({ channels, frames: 40, type: 'ima4' }), ssnd(packets)], { type: 'AIFC' });
      writeFileSync(path('ima.aifc'), bytes);
      const { found, samples } = await playback(bytes, 'a.aifc');
      expect(codesOf(found)).toEqual([]);
      expectSame(samples, int16Of(run('ffmpeg', ['-v', 'error', '-i', path('ima.aifc'), '-f', 's16le', 'pipe:1'])));
    }
  });

  test('a count of samples cuts the last packet; a count of packets, or an impossible one, does not', async () => {
    const of = async (frames: number): Promise<[number | null | undefined, string[]]> => {
      const found = await answer(form([comm({ frames, type: 'ima4' }), ssnd(randomBytes(340, 1))], { type: 'AIFC' }), 'a.aifc');
      return [found.tracks[0]?.frames, codesOf(found)];
    };
    expect(await of(10)).toEqual([null, []]);
    expect(await of(640)).toEqual([null, []]);
    expect(await of(600)).toEqual([600, []]);
    expect(await of(500)).toEqual([null, ['F220']]);
  });
});

test('samples that are not whole bytes wide are in the high bits of the next larger width', async () => {
  for (const [bits, codec] of [
    [12, 'pcm-s16be'],
    [20, 'pcm-s24be'],
    [1, 'pcm-s8'],
    [25, 'pcm-s32be'],
  ] as const) {
    expect((await answer(form([comm({ bits, frames: 24 }), ssnd(new Uint8Array(24 * Math.ceil(bits / 8)))]), 'a.aiff')).tracks[0]?.codec).toBe(codec);
  }
});

test.each(['MAC3', 'MAC6', 'G726', 'Qclp', 'DWVW', 'zzzz', 'raw '])('compression type %s with 16 bits is reported and not decoded', async (type) => {
  const found = await answer(form([comm({ type }), ssnd(randomBytes(400, 1))], { type: 'AIFC' }), 'a.aifc');
  expect(found.tracks[0]?.codec).toBe('unknown');
  expect(found.tracks[0]?.codecName).toContain(`AIFF-C ${type.trimEnd()} (`);
});

test('a rate of Macintosh hardware is rounded; an invalid one is assumed', async () => {
  const rateOf = async (rate: number): Promise<[number | undefined, string[]]> => {
    const found = await answer(form([comm({ rate }), ssnd(s16)]), 'a.aiff');
    return [found.tracks[0]?.sampleRateHz, codesOf(found)];
  };
  expect(await rateOf(22254.5454)).toEqual([22255, []]);
  expect(await rateOf(0)).toEqual([8000, ['F123']]);
  expect(await rateOf(Number.POSITIVE_INFINITY)).toEqual([8000, ['F123']]);
  expect(await rateOf(Number.NEGATIVE_INFINITY)).toEqual([8000, ['F123']]);
});

describe('damage', () => {
  const cases: readonly (readonly [what: string, bytes: Uint8Array, findings: readonly string[], state: string, sound: number])[] = [
    ['nothing wrong', form([comm({}), ssnd(s16)]), [], 'ok', 4000],
    ['SSND before COMM', form([ssnd(s16), comm({})]), [], 'ok', 4000],
    ['truncated in the sound', form([comm({}), ssnd(s16)]).subarray(0, 3000), ['F103'], 'truncated', 3000 - 12 - 26 - 16],
    ['sizes 0', form([comm({ frames: 0 }), ssnd(s16, { size: 0 })], { size: 0 }), ['F101'], 'damaged', 4000],
    ['sizes 0, COMM at the end', form([ssnd(s16, { size: 0 }), comm({})]), ['F101', 'F105'], 'damaged', 4000],
    ['size 0xFFFFFFFF', form([comm({}), ssnd(s16, { size: 0xffffffff })]), ['F101'], 'ok', 4000],
    ['odd chunk without pad byte', form([big('NAME', text('abc'), { pad: false }), comm({}), ssnd(s16)]), ['F107'], 'ok', 4000],
    ['odd chunk with pad byte', form([big('NAME', text('abc')), comm({}), ssnd(s16), big('ANNO', text('x'))]), [], 'ok', 4000],
    ['a size astray', form([comm({}), big('NAME', text('abcd'), { size: 0x10000 }), ssnd(s16)]), ['F116'], 'ok', 4000],
    ['offset beyond the sound', form([comm({}), ssnd(s16, { offset: 5000 })]), ['F140'], 'ok', 4000],
    ['offset of 100', form([comm({ frames: 1950 }), ssnd(s16, { offset: 100 })]), [], 'ok', 3900],
    ['bytes behind', join(form([comm({}), ssnd(s16)]), new Uint8Array(9)), ['F111'], 'ok', 4000],
    ['SSND size too small', form([comm({}), ssnd(s16, { size: 1008 })]), ['F102'], 'damaged', 4000],
    [
      'sound beyond an end on which all headers agree',
      join(form([comm({ frames: 500 }), ssnd(s16.subarray(0, 1000))]), s16.subarray(1000)),
      ['F102'],
      'damaged',
      4000,
    ],
    ['FORM size wrong', form([comm({}), ssnd(s16)], { size: 36 }), ['F106'], 'ok', 4000],
    ['count of samples wrong', form([comm({ frames: 77 }), ssnd(s16)]), ['F220'], 'ok', 4000],
    ['half a sample', form([comm({ frames: 1999 }), ssnd(s16.subarray(0, 3999))]), ['F118'], 'ok', 3999],
    ['no COMM', form([ssnd(s16)]), ['F115'], 'damaged', 4000],
    ['no SSND', form([comm({ frames: 0 })]), ['F110'], 'header-only', 0],
    ['channels 0', form([comm({ channels: 0 }), ssnd(s16)]), ['F123'], 'ok', 4000],
  ];
  test.each(cases)('%s', async (_what, bytes, findings, state, sound) => {
    const found = await answer(bytes, 'a.aiff');
    expect(codesOf(found)).toEqual(findings);
    expect(found.state).toBe(state);
    expect(soundBytes(found)).toBe(sound);
  });
});

test('another FORM is not claimed', async () => {
  expect(await answers(form([comm({})], { type: 'ILBM' }), 'a.iff')).toEqual([]);
});
