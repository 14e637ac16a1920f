import { describe, expect, test } from 'vitest';
import { answer, codesOf, soundBytes } from './answers.ts';
import { decode, expectSame, float32Of, int16Of, run } from './codecs/judges.ts';
import { join, numbers, pack, randomBytes, text, voice } from './wave-builder.ts';

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
  test.each(written)('%s is %s and decodes as FFmpeg decodes it', async (encoder, codec) => {
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
])('%s says the order of bytes', async (magic, encoding, codec) => {
  const bytes = join(text(magic), numbers(4, [24, 4000, encoding, 8000, 1], magic === '.snd'), pack(speech, 's16le'));
  expect((await answer(bytes, 'a.au')).tracks[0]?.codec).toBe(codec);
});

test.each([8, 10, 23, 24, 25, 26, 99])('encoding %i is named and not decoded', async (encoding) => {
  const found = await answer(join(header(24, 400, encoding, 8000, 1), randomBytes(400, 1)), 'a.au');
  expect(found.tracks[0]?.codec).toBe('unknown');
  expect(found.tracks[0]?.codecName).toContain(`AU encoding ${encoding}`);
});

test('fields that cannot be right are told, and the sound is kept', async () => {
  const cases: readonly (readonly [header: Uint8Array, findings: readonly string[], sound: number])[] = [
    [header(24, 0xffffffff, 1, 8000, 1), [], 2000],
    [header(24, 0, 1, 8000, 1), ['F101'], 2000],
    [header(24, 3000, 1, 8000, 1), ['F103'], 2000],
    [header(24, 1500, 1, 8000, 1), ['F111'], 1500],
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
