import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import { answer, codesOf, soundBytes } from '../answers.ts';
import { decode, expectSame, float32Of, int16Of, run } from '../codecs/judges.ts';
import { playback } from '../playback.ts';
import { join, numbers, pack, randomBytes, text, voice } from '../wave/builder.ts';

const speech = voice(2000);
const header = (...fields: number[]): Uint8Array => join(text('.snd'), numbers(4, fields, true));

describe('files that FFmpeg and sox write', () => {
  const written = [
    ['pcm_mulaw', 'mulaw'],
    ['pcm_alaw', 'alaw'],
    ['pcm_s8', 'pcm-s8'],
    ['pcm_s16be', 'pcm-s16be'],
    ['pcm_s24be', 'pcm-s24be'],
    ['pcm_s32be', 'pcm-s32be'],
    ['pcm_f32be', 'pcm-f32be'],
    ['pcm_f64be', 'pcm-f64be'],
  ] as const;
  test.each(written)('%s is %s and decodes as in FFmpeg', async (encoder, codec) => {
    const bytes = run(
      'ffmpeg',
      ['-v', 'error', '-f', 's16le', '-ar', '8000', '-i', 'pipe:0', '-c:a', encoder, '-f', 'au', 'pipe:1'],
      pack(speech, 's16le'),
    );
    const found = await answer(bytes, 'a.au');
    expect(codesOf(found)).toEqual([]);
    const of = found.tracks[0];
    if (of === undefined) throw new Error('no track');
    expect(of).toMatchObject({ codec, sampleRateHz: 8000, channels: 1 });
    const [start, end] = of.spans[0] ?? [0, 0];
    const wide = /24|32|64/.test(codec);
    const theirs = run('ffmpeg', ['-v', 'error', '-f', 'au', '-i', 'pipe:0', '-f', wide ? 'f32le' : 's16le', 'pipe:1'], bytes);
    expectSame(decode(codec, of, bytes.subarray(start, end)).samples, wide ? float32Of(theirs) : int16Of(theirs));
  });

  test('stereo of sox, whose header has a comment', async () => {
    const bytes = run('sox', ['-D', '-R', '-n', '-r', '8000', '-c', '2', '-b', '16', '-t', 'au', '-', 'synth', '0.5', 'pinknoise']);
    const found = await answer(bytes, 'a.au');
    expect(codesOf(found)).toEqual([]);
    expect(found.tracks[0]).toMatchObject({ codec: 'pcm-s16be', channels: 2 });
    expect(soundBytes(found)).toBe(4000 * 4);
  });
});

test.each([
  ['dns.', 3, 'pcm-s16le'],
  ['.snd', 3, 'pcm-s16be'],
])('%s states the byte order', async (magic, encoding, codec) => {
  const bytes = join(text(magic), numbers(4, [24, 4000, encoding, 8000, 1], magic === '.snd'), pack(speech, 's16le'));
  expect((await answer(bytes, 'a.au')).tracks[0]?.codec).toBe(codec);
});

test.each([8, 10, 99])('encoding %i is reported and not decoded', async (encoding) => {
  const found = await answer(join(header(24, 400, encoding, 8000, 1), randomBytes(400, 1)), 'a.au');
  expect(found.tracks[0]?.codec).toBe('unknown');
  expect(found.tracks[0]?.codecName).toContain(`AU encoding ${encoding}`);
});

test.each([
  [23, 'g726-32-lsb', 4],
  [25, 'g726-24-lsb', 3],
  [26, 'g726-40-lsb', 5],
])('encoding %i is %s where that codec is listed, and named otherwise', async (encoding, codec, bits) => {
  const listed = codecs.some(({ id }) => id === codec);
  const found = await answer(join(header(24, 450, encoding, 8000, 1), randomBytes(450, 1)), 'a.au');
  expect(codesOf(found)).toEqual([]);
  expect(found.tracks[0]).toMatchObject({ codec: listed ? codec : 'unknown', bitsPerSample: bits, sampleRateHz: 8000 });
  expect(found.tracks[0]?.codecName).toContain(`AU encoding ${encoding} (G.72`);
  const stereo = await answer(join(header(24, 450, encoding, 8000, 2), randomBytes(450, 1)), 'a.au');
  expect(stereo.tracks[0]).toMatchObject({ codec: 'unknown', codecName: expect.stringContaining('2 channels') });
});

test('encoding 24 is G.722 as FFmpeg writes it, at 16 kHz whatever is stated', async () => {
  const bytes = run(
    'ffmpeg',
    ['-v', 'error', '-f', 's16le', '-ar', '16000', '-i', 'pipe:0', '-c:a', 'g722', '-f', 'au', 'pipe:1'],
    pack(speech, 's16le'),
  );
  const { found, track, samples } = await playback(bytes, 'a.au');
  expect(codesOf(found)).toEqual([]);
  expect(track).toMatchObject({ codec: 'g722', sampleRateHz: 16_000, channels: 1 });
  expectSame(samples, int16Of(run('ffmpeg', ['-v', 'error', '-f', 'au', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], bytes)));
  const wrong = join(bytes.subarray(0, 16), numbers(4, [8000], true), bytes.subarray(20));
  expect(codesOf(await answer(wrong, 'a.au'))).toEqual(['F113']);
});

test.each(['-ulaw', '-alaw', '-pcm16', '-pcm24', '-float32', '-float64'])(
  'libsndfile %s, big and little-endian: the samples are equal',
  async (option) => {
    const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-au-'));
    const path = (name: string): string => joinPath(folder, name);
    run('sox', ['-R', '-D', '-n', '-r', '8000', '-c', '2', '-b', '16', path('in.wav'), 'synth', '0.51', 'pinknoise', 'vol', '0.5']);
    for (const endian of ['big', 'little']) {
      run('sndfile-convert', [`-endian=${endian}`, option, path('in.wav'), path('a.au')]);
      const { found, track, samples } = await playback(readFileSync(path('a.au')), 'a.au');
      expect(codesOf(found)).toEqual([]);
      expect(track.channels).toBe(2);
      expect(samples.length).toBe(2 * 4080);
      // FFmpeg reads no little-endian AU, so libsndfile's own decoding is the judge of both.
      run('sndfile-convert', ['-pcm24', path('a.au'), path('back.wav')]);
      const theirs = float32Of(run('ffmpeg', ['-v', 'error', '-i', path('back.wav'), '-f', 'f32le', 'pipe:1']));
      if (!option.startsWith('-float'))
        expect(Array.from(samples, (value) => (samples instanceof Int16Array ? value / 32768 : value))).toEqual([...theirs]);
      else if (endian === 'big') expectSame(samples, float32Of(run('ffmpeg', ['-v', 'error', '-i', path('a.au'), '-f', 'f32le', 'pipe:1'])));
    }
    rmSync(folder, { recursive: true });
  },
);

test('impossible fields are reported, and the sound is kept', async () => {
  const cases: readonly (readonly [header: Uint8Array, findings: readonly string[], sound: number])[] = [
    [header(24, 0xffffffff, 1, 8000, 1), [], 2000],
    [header(24, 0, 1, 8000, 1), ['F101'], 2000],
    [header(24, 0x7fffffff, 1, 8000, 1), ['F101'], 2000],
    [header(124, 1900, 1, 8000, 1), [], 1900],
    [header(24, 3000, 1, 8000, 1), ['F103'], 2000],
    [header(24, 1500, 1, 8000, 1), ['F111'], 1500],
    [header(24, 1500, 99, 8000, 1), ['F111'], 1500],
    [header(3, 2000, 1, 8000, 1), ['F140'], 2000],
    [header(0x7fffffff, 2000, 1, 8000, 1), ['F140'], 2000],
    [header(24, 2000, 1, 0, 0), ['F123', 'F123'], 2000],
    [header(24, 2000, 3, 8000, 3), ['F118'], 2000],
  ];
  for (const [head, findings, sound] of cases) {
    const found = await answer(join(head, pack(speech, 'mulaw')), 'a.au');
    expect(codesOf(found)).toEqual(findings);
    expect(soundBytes(found)).toBe(sound);
  }
});

test('sound after the end that a recorder stated before it crashed is used; a table after it is not', async () => {
  const sound = pack(voice(8000), 's16be');
  const told = await answer(join(header(24, 6000, 3, 8000, 1), sound), 'a.au');
  expect(codesOf(told)).toEqual(['F102']);
  expect(told.state).toBe('damaged');
  expect(soundBytes(told)).toBe(16_000);
  const junk = await answer(join(header(24, 16_000, 3, 8000, 1), sound, randomBytes(5000, 3)), 'a.au');
  expect(codesOf(junk)).toEqual(['F111']);
  expect(soundBytes(junk)).toBe(16_000);
});
