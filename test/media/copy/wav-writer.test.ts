import { truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import wavefile from 'wavefile';
import type { Samples } from '../../../src/core/model/format.ts';
import { createWavReader } from '../../../src/media/copy/wav-reader.ts';
import { createWavWriter, waveHeader } from '../../../src/media/copy/wav-writer.ts';
import { asFloat, glide } from '../copies.ts';
import { ffmpegSamples, hasProgram, output, withFile } from '../programs.ts';

function write(
  stream: { sampleRateHz: number; channels: number; frames?: number },
  ...pieces: Samples[]
): { streamed: Buffer; file: Buffer; rewritten: boolean } {
  const parts: Uint8Array[] = [];
  const writer = createWavWriter(stream, (bytes) => parts.push(bytes));
  for (const samples of pieces) writer.push(samples);
  writer.finish();
  const streamed = Buffer.concat(parts);
  const header = writer.header();
  const file = Buffer.from(streamed);
  file.set(header ?? []);
  return { streamed, file, rewritten: header !== null };
}

const samples = glide(8_000, 2, 1_234);

describe('a WAV copy', () => {
  test('holds the samples bit for bit, to wavefile and to FFmpeg', () => {
    const { file } = write({ sampleRateHz: 8_000, channels: 2 }, samples.subarray(0, 500), samples.subarray(500));
    const judge = new wavefile.WaveFile(file);
    expect(judge.fmt).toMatchObject({ audioFormat: 1, numChannels: 2, sampleRate: 8_000, byteRate: 32_000, blockAlign: 4, bitsPerSample: 16 });
    expect(judge.getSamples(true, Int16Array)).toEqual(samples);
    if (hasProgram('ffmpeg')) expect(withFile('copy.wav', file, ffmpegSamples)).toEqual(samples);
  });

  test('of floats has a fact chunk and holds them bit for bit', () => {
    const floats = asFloat(samples);
    const { file } = write({ sampleRateHz: 8_000, channels: 2 }, floats);
    const judge = new wavefile.WaveFile(file);
    expect(judge.fmt).toMatchObject({ audioFormat: 3, chunkSize: 18, cbSize: 0, bitsPerSample: 32 });
    expect(judge.fact).toMatchObject({ chunkId: 'fact', dwSampleLength: 1_234 });
    expect(judge.getSamples(true, Float32Array)).toEqual(floats);
    if (hasProgram('ffmpeg')) expect(withFile('copy.wav', file, ffmpegSamples)).toEqual(samples);
  });

  test.each([3, 4, 6, 24])('of %i channels is extensible and assigns no loudspeakers', (channels) => {
    const many = glide(8_000, channels, 100);
    const { file } = write({ sampleRateHz: 8_000, channels }, many);
    const judge = new wavefile.WaveFile(file);
    expect(judge.fmt).toMatchObject({ audioFormat: 0xfffe, numChannels: channels, dwChannelMask: 0 });
    const reader = createWavReader();
    expect(reader.push(file)).toEqual(many);
    reader.finish();
    expect(reader.problems).toEqual([]);
  });

  test('without samples is a complete file without sound', () => {
    const { file, streamed, rewritten } = write({ sampleRateHz: 8_000, channels: 1 });
    expect(rewritten).toBe(false);
    expect(streamed).toEqual(file);
    expect(file.length).toBe(80);
    expect(new wavefile.WaveFile(file).getSamples(true, Int16Array)).toEqual(new Int16Array(0));
  });

  test('of a known length needs no second header, and of a wrong one gets it', () => {
    const known = write({ sampleRateHz: 8_000, channels: 2, frames: 1_234 }, samples);
    expect(known.rewritten).toBe(false);
    expect(known.streamed).toEqual(write({ sampleRateHz: 8_000, channels: 2 }, samples).file);
    const wrong = write({ sampleRateHz: 8_000, channels: 2, frames: 1_235 }, samples);
    expect(wrong.rewritten).toBe(true);
    expect(wrong.file).toEqual(known.file);
  });

  test('without its final header is not accepted as complete', () => {
    const { streamed } = write({ sampleRateHz: 8_000, channels: 2 }, samples);
    const reader = createWavReader();
    expect(reader.push(streamed).length).toBe(0);
    reader.finish();
    expect(reader.problems).toEqual(['4936 bytes follow the samples']);
  });

  test('accepts neither half frames nor samples of two kinds', () => {
    expect(() => write({ sampleRateHz: 8_000, channels: 2 }, new Int16Array(3))).toThrow(RangeError);
    expect(() => write({ sampleRateHz: 8_000, channels: 2 }, new Int16Array(2), new Float32Array(2))).toThrow(TypeError);
  });
});

describe('from 4 GiB on', () => {
  const layout = { sampleFormat: 's16le', sampleRateHz: 48_000, channels: 2 } as const;
  /** The largest number of frames that RIFF can state: (2^32 - 2 - 72) / 4, with 72 bytes of header after the size. */
  const most = Math.floor((2 ** 32 - 2 - 72) / 4);

  test('the header becomes RF64, of the same length', () => {
    const small = waveHeader(layout, most);
    const large = waveHeader(layout, most + 1);
    expect(large.length).toBe(small.length);
    expect(Buffer.from(small.subarray(0, 4)).toString()).toBe('RIFF');
    expect(new DataView(small.buffer, small.byteOffset).getUint32(4, true)).toBe(72 + most * 4);
    expect(Buffer.from(large.subarray(0, 4)).toString()).toBe('RF64');
    expect(Buffer.from(large.subarray(12, 16)).toString()).toBe('ds64');
  });

  test.each([most, most + 1, 3_000_000_000])('ffprobe reads %i frames from a sparse file', (frames) => {
    withFile('large.wav', waveHeader(layout, frames), (path) => {
      truncateSync(path, 80 + frames * 4);
      if (hasProgram('ffprobe')) {
        const text = output('ffprobe', '-v', 'error', '-show_entries', 'stream=duration_ts,sample_rate,channels', '-of', 'csv=p=0', path);
        expect(text.trim()).toBe(`48000,2,${frames}`);
      }
    });
  });

  test("longplay's reader takes the sizes from ds64", () => {
    const reader = createWavReader();
    reader.push(waveHeader(layout, 3_000_000_000));
    reader.push(new Uint8Array(4_000));
    reader.finish();
    expect(reader.problems).toEqual(['the file is truncated: 11999996000 of 12000000000 bytes of samples are missing']);
  });
});

describe.skipIf(!hasProgram('soxi'))('sox', () => {
  test.each(['16-bit', 'float'])('counts the %s samples and reports nothing', (kind) => {
    const { file } = write({ sampleRateHz: 8_000, channels: 2 }, kind === 'float' ? asFloat(samples) : samples);
    withFile('copy.wav', file, (path) => {
      expect(output('soxi', '-s', path).trim()).toBe('1234');
      expect(output('soxi', '-c', path).trim()).toBe('2');
    });
  });
});
