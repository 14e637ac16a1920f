import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { wavePrefix, wavePrefixArgs } from '../../../formats/codecs/base/wave-prefix.ts';
import type { Samples } from '../../../src/core/model/format.ts';
import { answer } from '../answers.ts';
import { pack, randomBytes, voice } from '../wave/builder.ts';
import { sndfileJudge, spandspJudge } from './c-judge.ts';
import { codec, decode, expectSame, hasShared, int16Of, run, shared, track } from './judges.ts';

const folder = mkdtempSync(join(tmpdir(), 'longplay-adpcm-'));
afterAll(() => rmSync(folder, { recursive: true }));
const spandsp = spandspJudge();
const sndfile = sndfileJudge();
const speech = voice(24_000, 9);
const swapped = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes, (byte) => (byte << 4) | (byte >> 4));
const sinkArgs = ['-f', 's16le', 'pipe:1'];

/** FFmpeg's samples for a payload of 4-bit codes under a WAVE tag. */
function ffmpegUnderTag(tag: number, channels: number, bytes: Uint8Array): Int16Array {
  const header = { tag, channels, sampleRateHz: 8000, bytesPerSecond: 4000 * channels, blockBytes: 1024, bitsPerSample: 4, extra: new Uint8Array(0) };
  return int16Of(run('ffmpeg', ['-v', 'error', ...wavePrefixArgs, '-i', 'pipe:0', ...sinkArgs], Buffer.concat([wavePrefix(header), bytes])));
}

/** The bytes of a WAVE file's data chunk. */
function dataOf(file: Buffer): Uint8Array {
  const at = file.indexOf('data');
  return file.subarray(at + 8, at + 8 + file.readUInt32LE(at + 4));
}

describe('OKI ADPCM', () => {
  const path = join(folder, 'a.vox');
  const coded = run('sox', ['-D', '-t', 's16', '-r', '8000', '-c', '1', '-', '-t', 'vox', '-'], pack(speech, 's16le'));

  test('equals sox and libsndfile on what sox coded', () => {
    writeFileSync(path, coded);
    const { samples } = decode('oki-adpcm', track({}), coded);
    expect(samples.length).toBe(24_000);
    expectSame(samples, int16Of(run('sox', ['-D', '-t', 'vox', '-r', '8000', path, '-t', 's16', '-'])));
    run('sndfile-convert', ['-override-sample-rate=8000', '-pcm16', path, join(folder, 'vox.wav')]);
    expectSame(samples, int16Of(Buffer.from(dataOf(readFileSync(join(folder, 'vox.wav'))))));
  });

  test.each([1, 2])('equals FFmpeg on speech and on random bytes, which reach the limits, with %i channels', (channels) => {
    for (const bytes of [coded, randomBytes(12_288, 4)]) {
      const whole = bytes.subarray(0, bytes.length - (bytes.length % 1024)); // FFmpeg’s reader drops a truncated block
      expectSame(decode('oki-adpcm', track({ channels }), whole).samples, ffmpegUnderTag(0x17, channels, whole));
      expectSame(decode('oki-adpcm', track({ channels }), whole).samples, ffmpegUnderTag(0x10, channels, whole));
    }
  });

  test('equals libspandsp, which truncates each part of the step', () => {
    for (const bytes of [spandsp.encode('oki', 32_000, speech), randomBytes(12_000, 5)]) {
      expectSame(decode('oki-adpcm-parts', track({}), bytes).samples, spandsp.decode('oki', 32_000, bytes));
    }
  });

  test('with the low half first equals the same data with the halves swapped', () => {
    expectSame(decode('oki-adpcm-swapped', track({}), swapped(coded)).samples, decode('oki-adpcm', track({}), coded).samples);
    expectSame(decode('oki-adpcm-parts-swapped', track({}), swapped(coded)).samples, decode('oki-adpcm-parts', track({}), coded).samples);
  });

  test.skipIf(!hasShared)('equals FFmpeg and sox on derived files', () => {
    const raw = readFileSync(join(shared, 'synthetic/derived-codecs/raw.vox'));
    const { samples } = decode('oki-adpcm', track({}), raw);
    expectSame(samples, int16Of(run('sox', ['-D', '-t', 'vox', '-r', '8000', join(shared, 'synthetic/derived-codecs/raw.vox'), '-t', 's16', '-'])));
    for (const name of ['vox10.wav', 'vox17.wav']) {
      const file = join(shared, 'synthetic/derived-codecs', name);
      const theirs = int16Of(run('ffmpeg', ['-v', 'error', '-i', file, ...sinkArgs]));
      expectSame(decode('oki-adpcm', track({}), dataOf(readFileSync(file))).samples.subarray(0, theirs.length), theirs);
    }
  });
});

describe('Yamaha ADPCM', () => {
  test.each([1, 2])('equals FFmpeg on its own file and on random bytes, %i channels', (channels) => {
    const path = join(folder, 'yamaha.wav');
    const input = ['-f', 's16le', '-ar', '8000', '-ac', String(channels), '-i', 'pipe:0'];
    run('ffmpeg', ['-v', 'error', '-y', ...input, '-c:a', 'adpcm_yamaha', path], pack(speech, 's16le'));
    const payload = dataOf(readFileSync(path));
    expect(payload.length).toBeGreaterThan(10_000);
    const of = track({ channels, spans: [[0, payload.length]] });
    const { samples } = decode('yamaha-adpcm', of, payload);
    expectSame(samples, int16Of(run('ffmpeg', ['-v', 'error', '-i', path, ...sinkArgs])));
    expect(codec('yamaha-adpcm').frames?.(of)).toBe(samples.length / channels);
    const noise = randomBytes(12_288, 20);
    expectSame(decode('yamaha-adpcm', track({ channels }), noise).samples, ffmpegUnderTag(0x20, channels, noise));
  });
});

describe('NMS ADPCM', () => {
  const rates = [
    [16, 0x22, 42],
    [24, 0x23, 62],
    [32, 0x24, 82],
  ] as const;

  test.each(rates)('of %i kbit/s equals libsndfile on its own file', (kbits, subtype, blockBytes) => {
    const path = join(folder, `nms${kbits}.wav`);
    sndfile.encode(subtype, speech, path);
    const payload = dataOf(readFileSync(path));
    expect(payload.length).toBe(150 * blockBytes);
    const of = track({ spans: [[0, payload.length]] });
    const { samples } = decode(`nms-adpcm-${kbits}`, of, payload);
    expectSame(samples, sndfile.decode(path));
    expect(codec(`nms-adpcm-${kbits}`).frames?.(of)).toBe(24_000);
  });

  test.each(rates)('of %i kbit/s equals libsndfile on random bytes', (kbits, subtype, blockBytes) => {
    const path = join(folder, `noise${kbits}.wav`);
    sndfile.encode(subtype, speech.subarray(0, 100 * 160), path);
    const file = readFileSync(path);
    const noise = randomBytes(100 * blockBytes, kbits);
    file.set(noise, file.indexOf('data') + 8);
    writeFileSync(path, file);
    expectSame(decode(`nms-adpcm-${kbits}`, track({}), noise).samples, sndfile.decode(path));
  });

  test.each(rates)('of %i kbit/s with a truncated last block gives the samples of its whole words', (kbits, _, blockBytes) => {
    const bytes = randomBytes(3 * blockBytes, kbits);
    const whole = decode(`nms-adpcm-${kbits}`, track({}), bytes).samples;
    for (let length = 2 * blockBytes; length < bytes.length; length++) {
      const { samples, droppedBytes } = decode(`nms-adpcm-${kbits}`, track({}), bytes.subarray(0, length));
      const words = Math.min((blockBytes - 2) / 2, (length - 2 * blockBytes) >> 1);
      const expected = kbits === 16 ? words * 8 : kbits === 24 ? words * 4 + Math.floor(words / 3) * 4 : words * 4;
      expectSame(samples, whole.subarray(0, 320 + expected));
      expect(droppedBytes).toBe(length < 3 * blockBytes - 2 ? length % 2 : 0);
    }
  });

  test.skipIf(!hasShared).each([
    ['nms16.wav', 'nms-adpcm-16'],
    ['nms32.wav', 'nms-adpcm-32'],
  ])('%s of another run of libsndfile', (name, id) => {
    const path = join(shared, 'synthetic/derived-codecs', name);
    expectSame(decode(id, track({}), dataOf(readFileSync(path))).samples, sndfile.decode(path));
  });
});

describe('IMA and Microsoft ADPCM of sox', () => {
  const kinds = ['ima-adpcm', 'ms-adpcm'].flatMap((id) => [1, 2].map((channels) => [id, channels] as const));

  /** A file of sox without its last bytes, with a corrected header, and with the third byte of one block changed. */
  function cutFile(id: string, channels: number, cutBytes: number, index: number | null): { file: Buffer; samples: Samples } {
    const path = join(folder, 'sox.wav');
    run('sox', ['-R', '-D', '-n', '-r', '8000', '-c', String(channels), '-e', id, path, 'synth', '1.03', 'pinknoise', 'vol', '0.9']);
    const whole = readFileSync(path);
    const at = whole.indexOf('data') + 8;
    const format = whole.indexOf('fmt ') + 8;
    const length = whole.readUInt32LE(at - 4) - cutBytes;
    const file = Buffer.from(whole.subarray(0, at + length));
    file.writeUInt32LE(length, at - 4);
    file.writeUInt32LE(file.length - 8, 4);
    const blockBytes = file.readUInt16LE(format + 12);
    if (index !== null) file[at + 2 * blockBytes + 2] = index;
    const setup = file.subarray(format + 18, format + 18 + file.readUInt16LE(format + 16));
    return { file, samples: decode(id, track({ channels, blockBytes, setup }), file.subarray(at)).samples };
  }

  test.each(kinds)('%s, %i channels: equals sox and libsndfile up to a cut', (id, channels) => {
    const path = join(folder, 'cut.wav');
    for (const cutBytes of [0, 3, 37, 38]) {
      const { file, samples } = cutFile(id, channels, cutBytes, null);
      writeFileSync(path, file);
      const bySox = int16Of(run('sox', ['-D', path, '-t', 's16', '-']));
      // IMA in one channel: sox decodes only whole runs of 8 samples.
      expect(samples.length - bySox.length).toBeGreaterThanOrEqual(0);
      expect(samples.length - bySox.length).toBeLessThan(8);
      expectSame(samples.subarray(0, bySox.length), bySox);
      const bySndfile = sndfile.decode(path); // it drops a truncated block of one coding and pads that of the other
      const both = Math.min(samples.length, bySndfile.length);
      expect(both).toBeGreaterThan(7900 * channels);
      expectSame(samples.subarray(0, both), bySndfile.subarray(0, both));
    }
  });

  test.each([1, 2])('an index beyond the table counts as the last one, as in libsndfile, %i channels', (channels) => {
    const path = join(folder, 'index.wav');
    const { file, samples } = cutFile('ima-adpcm', channels, 0, 200);
    writeFileSync(path, file);
    expectSame(samples, sndfile.decode(path));
  });

  test('IMA ADPCM of 3 bits is reported and not decoded', async () => {
    const { file } = cutFile('ima-adpcm', 1, 0, null);
    file.writeUInt16LE(3, file.indexOf('fmt ') + 8 + 14);
    const { tracks } = await answer(file, 'a.wav');
    expect(tracks.map(({ codec: id, codecName }) => [id, codecName])).toEqual([['unknown', expect.stringContaining('3 bits')]]);
  });
});
