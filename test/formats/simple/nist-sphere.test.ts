import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { answer, codesOf, soundBytes } from '../answers.ts';
import { expectSame, float32Of, int16Of, run } from '../codecs/judges.ts';
import { playback } from '../playback.ts';
import { join, pack, text, voice } from '../wave/builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-sphere-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => joinPath(folder, name);

/** A header of lines, padded with spaces to `size` bytes. */
function header(lines: readonly string[], size = 1024, stated = String(size).padStart(7)): Uint8Array {
  return text(`NIST_1A\n${stated}\n${lines.join('\n')}\nend_head\n`.padEnd(size, ' '));
}
const speech = voice(2000);
const s16 = pack(speech, 's16le');
const pcm = [
  'sample_count -i 2000',
  'sample_n_bytes -i 2',
  'channel_count -i 1',
  'sample_byte_format -s2 01',
  'sample_rate -i 8000',
  'sample_coding -s3 pcm',
];

describe('files of sox and libsndfile', () => {
  test.each([
    [['-b', '16'], 1, 'pcm-s16le'],
    [['-b', '16'], 2, 'pcm-s16le'],
    [['-b', '8', '-e', 'signed'], 1, 'pcm-s8'],
    [['-b', '24'], 1, 'pcm-s24le'],
    [['-b', '32'], 2, 'pcm-s32le'],
    [['-e', 'mu-law'], 2, 'mulaw'],
  ] as const)('sox %j, %i channels: %s', async (args, channels, codec) => {
    run('sox', ['-R', '-D', '-n', '-r', '8000', '-c', String(channels), ...args, path('a.sph'), 'synth', '0.51', 'pinknoise', 'vol', '0.9']);
    const { found, track, samples } = await playback(readFileSync(path('a.sph')), 'a.sph');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec, sampleRateHz: 8000, channels });
    expect(samples.length).toBe(4080 * channels);
    if (samples instanceof Int16Array) expectSame(samples, int16Of(run('sox', ['-D', path('a.sph'), '-t', 's16', '-'])));
    else {
      run('sox', ['-D', path('a.sph'), path('a.wav')]);
      expectSame(samples, float32Of(run('ffmpeg', ['-v', 'error', '-i', path('a.wav'), '-f', 'f32le', 'pipe:1'])));
    }
  });

  test.each([
    ['-pcm16', 'big', 'pcm-s16be'],
    ['-pcm16', 'little', 'pcm-s16le'],
    ['-pcm24', 'big', 'pcm-s24be'],
    ['-ulaw', 'little', 'mulaw'],
    ['-alaw', 'little', 'alaw'],
  ])('libsndfile %s, %s-endian: %s', async (option, endian, codec) => {
    run('sox', ['-R', '-D', '-n', '-r', '8000', '-c', '1', '-b', '16', path('in.wav'), 'synth', '0.51', 'pinknoise', 'vol', '0.5']);
    run('sndfile-convert', [`-endian=${endian}`, option, path('in.wav'), path('b.sph')]);
    const { found, track, samples } = await playback(readFileSync(path('b.sph')), 'b.sph');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec, sampleRateHz: 8000, channels: 1 });
    expect(samples.length).toBe(4080);
    run('sndfile-convert', ['-pcm24', path('b.sph'), path('back.wav')]);
    const theirs = float32Of(run('ffmpeg', ['-v', 'error', '-i', path('back.wav'), '-f', 'f32le', 'pipe:1']));
    expect(Array.from(samples, (value) => (samples instanceof Int16Array ? value / 32768 : value))).toEqual([...theirs]);
  });
});

test('a longer header, and a text field with spaces', async () => {
  const { found, track, samples } = await playback(join(header(['conversation_id -s12 a call, b c ', ...pcm], 2048), s16), 'a.sph');
  expect(codesOf(found)).toEqual([]);
  expect(track.spans).toEqual([[2048, 6048]]);
  expectSame(samples, speech);
});

test.each([
  ['sample_coding -s26 pcm,embedded-shorten-v2.00', 'embedded-shorten'],
  ['sample_coding -s23 ulaw,embedded-wavpack-v1', 'embedded-wavpack'],
  ['sample_coding -s7 celp123', 'celp123'],
  ['sample_byte_format -s2 12', 'byte order 12'],
  ['sample_n_bytes -i 5', '5 bytes'],
  ['channel_count -i 100000', '100000 channels'],
])('%s is reported and not decoded', async (line, words) => {
  const field = line.split(' ')[0] ?? '';
  const found = await answer(join(header([...pcm.filter((other) => !other.startsWith(`${field} `)), line]), s16), 'a.sph');
  expect(found.tracks[0]?.codec).toBe('unknown');
  expect(found.tracks[0]?.codecName).toContain(words);
});

test('two channels stored one after the other are not interleaved wrongly', async () => {
  const lines = ['channels_interleaved -s5 FALSE', ...pcm.map((line) => line.replace('channel_count -i 1', 'channel_count -i 2'))];
  expect((await answer(join(header(lines), s16, s16), 'a.sph')).tracks[0]?.codec).toBe('unknown');
});

test('impossible fields are reported, and the sound is kept', async () => {
  const without = (...fields: string[]): string[] => pcm.filter((line) => !fields.some((field) => line.startsWith(field)));
  const cases: readonly (readonly [bytes: Uint8Array, findings: readonly string[], state: string, sound: number])[] = [
    [join(header(pcm), s16), [], 'ok', 4000],
    [join(header(pcm), s16.subarray(0, 1500)), ['F103'], 'truncated', 1500],
    [join(header(pcm), s16, new Uint8Array(10)), ['F111'], 'ok', 4000],
    [join(header([...without('sample_count'), 'sample_count -i 300']), s16), ['F102'], 'damaged', 4000],
    [join(header(without('sample_count')), s16), ['F101'], 'ok', 4000],
    [join(header(without('sample_rate', 'channel_count')), s16), ['F123', 'F123'], 'ok', 4000],
    [join(header(pcm, 1024, '   what'), s16), ['F140'], 'ok', 4000],
    [join(header(pcm, 1024, '9999999'), s16), ['F140'], 'ok', 4000],
    [header(pcm), ['F110'], 'header-only', 0],
    [text('NIST_1A\n'), ['F140', 'F110'], 'header-only', 0],
  ];
  for (const [bytes, findings, state, sound] of cases) {
    const found = await answer(bytes, 'a.sph');
    expect(codesOf(found)).toEqual(findings);
    expect(found.state).toBe(state);
    expect(soundBytes(found)).toBe(sound);
  }
});
