import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { answer, answers, codesOf, soundBytes } from './answers.ts';
import { run } from './codecs/judges.ts';
import { join, pack, randomBytes, text, voice } from './wave-builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-mpeg-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** An MP3 of LAME. */
function mp3(rate: number, kbits: number, channels = 1, samples = 8000): Uint8Array {
  const path = joinPath(folder, `${rate}-${kbits}-${channels}.mp3`);
  const input = ['-f', 's16le', '-ar', String(rate), '-ac', String(channels), '-i', 'pipe:0'];
  run(
    'ffmpeg',
    ['-v', 'error', '-y', ...input, '-c:a', 'libmp3lame', '-b:a', `${kbits}k`, '-id3v2_version', '0', path],
    pack(voice(samples * channels), 's16le'),
  );
  return readFileSync(path);
}

describe('MP3 of LAME', () => {
  test.each([
    [8000, 8, 1],
    [8000, 16, 1],
    [11_025, 24, 1],
    [12_000, 32, 2],
    [16_000, 24, 1],
    [22_050, 56, 2],
    [24_000, 64, 1],
    [32_000, 64, 2],
    [44_100, 128, 2],
    [48_000, 320, 2],
  ])('%i Hz at %i kbit/s with %i channels: all of it is frames, and the count is that of the input', async (rate, kbits, channels) => {
    const bytes = mp3(rate, kbits, channels);
    const found = await answer(bytes, 'a.mp3');
    expect(codesOf(found)).toEqual([]);
    expect(found.tracks[0]).toMatchObject({ codec: 'mp3', sampleRateHz: rate, channels, frames: 8000 });
    expect(soundBytes(found)).toBe(bytes.length);
  });
});

const speech = mp3(8000, 16, 1, 16_000);

test('tags before and behind are no sound', async () => {
  const id3v1 = join(text('TAG'), new Uint8Array(125));
  const id3v2 = join(text('ID3'), Uint8Array.of(4, 0, 0, 0, 0, 2, 0), new Uint8Array(256));
  const found = await answer(join(id3v2, id3v2, speech, id3v1), 'a.mp3');
  expect(codesOf(found)).toEqual([]);
  expect(found.tracks[0]?.spans).toEqual([[532, 532 + speech.length]]);
  expect((await answer(join(id3v2, speech), 'without-a-name')).format).toBe('mpeg-audio');
});

test('a tag that reaches over the end of the file is no MPEG and no endless loop', async () => {
  expect(await answers(join(text('ID3'), Uint8Array.of(4, 0, 0, 0x7f, 0x7f, 0x7f, 0x7f)), 'a.mp3')).toEqual([]);
});

test('junk before the first frame is skipped only where the name says MPEG', async () => {
  const bytes = join(randomBytes(333, 4), speech);
  const found = await answer(bytes, 'a.mp3');
  expect(codesOf(found)).toEqual(['F100']);
  expect(found.tracks[0]?.spans[0]?.[0]).toBe(333);
  expect(await answers(bytes, 'a.bin')).toEqual([]);
});

test('two recordings of different kinds in one file are told', async () => {
  const found = await answer(join(speech, mp3(16_000, 24)), 'a.mp3');
  expect(codesOf(found)).toEqual(['F151']);
  expect(found.tracks[0]?.frames).toBeNull();
});

test('a wave file of random bytes holds no MPEG stream', async () => {
  for (let seed = 0; seed < 20; seed++) expect(await answers(randomBytes(60_000, seed), 'a.mp3')).toEqual([]);
});
