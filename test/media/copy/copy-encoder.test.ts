import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Samples } from '../../../src/core/model/format.ts';
import { createCopyEncoder } from '../../../src/media/copy/copy-encoder.ts';
import { findFfmpeg } from '../../../src/media/ffmpeg/ffmpeg.ts';
import { findOpusLibrary, opusRatesHz } from '../../../src/media/libopus/libopus.ts';
import { inspectOggOpus } from '../../../src/ogg/opus-reader.ts';
import { asFloat, correlation, decodeCopy, encodeCopy, glide } from '../copies.ts';
import { ffmpegSamples, hasProgram, output, withFile } from '../programs.ts';

const opus = findOpusLibrary();
const ffmpeg = await findFfmpeg();
const inProcess = { opus, ffmpeg: null };
const options = { format: 'opus', bitratePerChannel: 24_000, complexity: 10 } as const;

const rates = fc.constantFrom(...opusRatesHz);
const channelCounts = fc.constantFrom(1, 2);
/** 0 to 3 pages of 0.2 s, often at the borders of packets and pages. */
const lengths = fc.oneof(fc.integer({ min: 0, max: 600 }), fc.constantFrom(0, 13.5, 20, 193.5, 200, 393.5, 400));

describe('an Opus copy', () => {
  test('of any length, rate and number of channels plays exactly the same number of samples', async () => {
    await fc.assert(
      fc.asyncProperty(
        rates,
        channelCounts,
        lengths,
        fc.integer({ min: -1, max: 1 }),
        fc.boolean(),
        async (sampleRateHz, channels, ms, offset, float) => {
          const frames = Math.max(0, Math.round((ms * sampleRateHz) / 1_000) + offset);
          const samples = glide(sampleRateHz, channels, frames);
          const file = await encodeCopy('opus', inProcess, { sampleRateHz, channels }, float ? asFloat(samples) : samples);
          const decoded = await decodeCopy('opus', inProcess, sampleRateHz, file);
          expect({ ...decoded, samples: decoded.samples.length }).toEqual({ samples: frames * channels, channels, problems: [] });
          const inspector = inspectOggOpus();
          inspector.push(file);
          expect(inspector.finish()).toMatchObject({ problems: [], samplesAt48k: (frames * 48_000) / sampleRateHz, channels });
        },
      ),
      { numRuns: 80 },
    );
  });

  test.each(opusRatesHz.flatMap((rate) => [1, 2].map((channels) => [rate, channels] as const)))(
    'at %i Hz with %i channels sounds like its source, sample for sample',
    async (sampleRateHz, channels) => {
      const samples = glide(sampleRateHz, channels, sampleRateHz);
      const file = await encodeCopy('opus', inProcess, { sampleRateHz, channels }, samples);
      const decoded = await decodeCopy('opus', inProcess, sampleRateHz, file);
      expect(correlation(samples, decoded.samples)).toBeGreaterThan(0.98);
    },
  );

  test('has the same bytes for any split of its samples, and each time', async () => {
    const stream = { sampleRateHz: 8_000, channels: 2 };
    const samples = glide(8_000, 2, 9_000);
    const whole = await encodeCopy('opus', inProcess, stream, samples, 9_000);
    expect(await encodeCopy('opus', inProcess, stream, samples, 9_000)).toEqual(whole);
    for (const piece of [1, 159, 160, 161, 1_000]) expect((await encodeCopy('opus', inProcess, stream, samples, piece)).equals(whole)).toBe(true);
  });

  test('returns pieces that are not overwritten later', () => {
    const kept: Uint8Array[] = [];
    const then: string[] = [];
    const encoder = createCopyEncoder(options, { sampleRateHz: 8_000, channels: 1, serialName: 'access-1', ...inProcess }, (bytes) => {
      kept.push(bytes);
      then.push(Buffer.from(bytes).toString('hex'));
    });
    encoder.push(glide(8_000, 1, 20_000));
    encoder.finish();
    expect(kept.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(then);
  });

  test('states the rate of its source if that was another', async () => {
    for (const tools of [inProcess, { opus: null, ffmpeg }]) {
      const inspector = inspectOggOpus();
      const stream = { sampleRateHz: 12_000, sourceRateHz: 11_025, channels: 1, serialName: 'access-1', ...tools };
      const encoder = createCopyEncoder(options, stream, (bytes) => inspector.push(bytes));
      await encoder.push(glide(12_000, 1, 5_000));
      await encoder.finish();
      expect(inspector.finish()).toMatchObject({ inputSampleRateHz: 11_025, samplesAt48k: 20_000, problems: [] });
    }
  });

  test('states its encoder and settings', () => {
    const encoder = createCopyEncoder(options, { sampleRateHz: 8_000, channels: 2, serialName: 'access-1', ...inProcess }, () => {});
    expect(encoder.encoder).toBe(opus?.version);
    expect(encoder.settings).toBe('audio, 48000 b/s, complexity 10, variable bit rate, 20 ms packets');
  });

  test('has the requested bitrate, for each channel', async () => {
    for (const channels of [1, 2]) {
      const file = await encodeCopy('opus', inProcess, { sampleRateHz: 8_000, channels }, glide(8_000, channels, 80_000));
      const bitrate = (file.length * 8) / 10 / channels;
      expect(bitrate).toBeGreaterThan(18_000);
      expect(bitrate).toBeLessThan(32_000);
    }
  });

  test.each<[string, { sampleRateHz: number; channels: number }]>([
    ['a rate', { sampleRateHz: 11_025, channels: 1 }],
    ['channels', { sampleRateHz: 8_000, channels: 3 }],
  ])('with %s that Opus does not support is refused at once', (_, stream) => {
    for (const tools of [inProcess, { opus: null, ffmpeg }]) {
      expect(() => createCopyEncoder(options, { ...stream, serialName: 'access-1', ...tools }, () => {})).toThrow(RangeError);
    }
  });

  test('accepts neither half frames nor samples of two kinds', async () => {
    const create = (tools: Parameters<typeof encodeCopy>[1]) =>
      createCopyEncoder(options, { sampleRateHz: 8_000, channels: 2, serialName: 'access-1', ...tools }, () => {});
    for (const tools of [inProcess, { opus: null, ffmpeg }]) {
      const push = async (...all: Samples[]): Promise<void> => {
        const encoder = create(tools);
        try {
          for (const samples of all) await encoder.push(samples);
        } finally {
          encoder.close?.();
        }
      };
      await expect(push(new Int16Array(3))).rejects.toThrow(RangeError);
      await expect(push(new Int16Array(4), new Float32Array(4))).rejects.toThrow(TypeError);
      await expect(push(new Float32Array(4), new Int16Array(4))).rejects.toThrow(TypeError);
    }
  });

  test('cannot be made without libopus and FFmpeg', () => {
    const stream = { sampleRateHz: 8_000, channels: 1, serialName: 'access-1', opus: null, ffmpeg: null };
    expect(() => createCopyEncoder(options, stream, () => {})).toThrow(expect.objectContaining({ code: 'M152', kind: 'incomplete' }));
  });
});

describe.skipIf(!hasProgram('ffmpeg'))('FFmpeg', () => {
  test.each([
    [8_000, 1, 0],
    [8_000, 1, 1],
    [8_000, 2, 12_345],
    [12_000, 1, 2_400],
    [16_000, 2, 16_001],
    [24_000, 1, 4_799],
    [48_000, 2, 48_000],
  ])('plays a copy of %i Hz, %i channels and %i samples to the exact end', async (sampleRateHz, channels, frames) => {
    const file = await encodeCopy('opus', inProcess, { sampleRateHz, channels }, glide(sampleRateHz, channels, frames));
    const played = withFile('copy.opus', file, ffmpegSamples);
    expect(played.length).toBe(((frames * 48_000) / sampleRateHz) * channels);
  });
});

describe.skipIf(!hasProgram('opusdec'))('opusdec and opusinfo', () => {
  test('agree on length and rate, and warn about nothing', async () => {
    const file = await encodeCopy('opus', inProcess, { sampleRateHz: 8_000, channels: 2 }, glide(8_000, 2, 12_345));
    withFile('copy.opus', file, (path) => {
      const text = output('opusinfo', path);
      expect(text).toContain('ENCODER=longplay');
      expect(text).toContain('Original sample rate: 8000 Hz');
      expect(text).toContain('Page duration:    200.0ms (max)');
      expect(text).not.toMatch(/warning/i);
      output('opusdec', '--quiet', '--rate', '48000', path, `${path}.wav`);
      expect(ffmpegSamples(`${path}.wav`).length).toBe(12_345 * 6 * 2);
    });
  });
});

describe.skipIf(!hasProgram('oggz-validate'))('oggz-validate', () => {
  test.each([0, 1, 1_599, 1_600, 9_000])('accepts a copy of %i samples', async (frames) => {
    const file = await encodeCopy('opus', inProcess, { sampleRateHz: 8_000, channels: 1 }, glide(8_000, 1, frames));
    withFile('copy.opus', file, (path) => expect(output('oggz-validate', path)).toBe(''));
  });
});
