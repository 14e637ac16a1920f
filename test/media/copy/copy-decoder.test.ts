import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCopyDecoder } from '../../../src/media/copy/copy-decoder.ts';
import { findFfmpeg } from '../../../src/media/ffmpeg/ffmpeg.ts';
import { findOpusLibrary } from '../../../src/media/libopus/libopus.ts';
import { createOggOpusWriter } from '../../../src/ogg/opus-writer.ts';
import { asFloat, correlation, decodeCopy, encodeCopy, glide } from '../copies.ts';
import { hasProgram, output, withFile } from '../programs.ts';

const opus = findOpusLibrary();
const ffmpeg = await findFfmpeg();
const inProcess = { opus, ffmpeg: null };
const stream = { sampleRateHz: 8_000, channels: 2 };
const source = glide(8_000, 2, 9_000);
const good = await encodeCopy('opus', inProcess, stream, source);

describe('an Opus copy', () => {
  test('plays the same from pieces of any size', async () => {
    const whole = await decodeCopy('opus', inProcess, 8_000, good, good.length);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3_000 }), async (piece) => {
        expect(await decodeCopy('opus', inProcess, 8_000, good, piece)).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  test.skipIf(!hasProgram('opusdec'))('plays the same as opusdec', async () => {
    const mono = await encodeCopy('opus', inProcess, { sampleRateHz: 48_000, channels: 1 }, glide(48_000, 1, 48_000));
    const theirs = withFile('copy.opus', mono, (path) => {
      output('opusdec', '--quiet', '--no-dither', '--rate', '48000', path, `${path}.raw`);
      return new Int16Array(new Uint8Array(Buffer.from(output('base64', '-w0', `${path}.raw`), 'base64')).buffer);
    });
    const ours = await decodeCopy('opus', inProcess, 48_000, mono);
    expect(theirs.length).toBe(ours.samples.length);
    expect(correlation(ours.samples, theirs)).toBeGreaterThan(0.999_999);
  });

  test('with a damaged page reports it and plays the rest', async () => {
    const file = Buffer.from(good);
    const at = Math.floor(file.length / 2);
    file[at] = (file[at] ?? 0) ^ 0x10;
    const { samples, problems } = await decodeCopy('opus', inProcess, 8_000, file);
    expect(problems).toEqual([expect.stringMatching(/CRC mismatch$/), expect.stringMatching(/has number \d where \d should be$/)]);
    expect(samples.length).toBe(source.length - 1_600 * 2);
  });

  test('that states far more sound than its bytes can hold is played only in part', () => {
    // Packets of two bytes, two channels, 48 frames of 2.5 ms: 120 ms each.
    const parts: Uint8Array[] = [];
    const writer = createOggOpusWriter({ channels: 2, preSkip: 0, inputSampleRateHz: 48_000, serial: 1, vendor: '', comments: [] }, (bytes) =>
      parts.push(bytes),
    );
    const packets = 8_000;
    for (let index = 0; index < packets; index++) writer.packet(Uint8Array.of((28 << 3) | 7, 48), 5_760);
    writer.finish(packets * 5_760);
    const decoder = createCopyDecoder('opus', inProcess, 48_000);
    const samples = decoder.push(Buffer.concat(parts));
    decoder.finish();
    expect(samples).toHaveProperty('length', 5_825 * 5_760 * 2);
    expect(decoder.problems).toEqual(['a piece of the file decodes to more than 67108864 samples: the rest of the piece was left out']);
  });

  test('of zero bytes, or of something else, plays nothing', async () => {
    expect(await decodeCopy('opus', inProcess, 8_000, Buffer.alloc(0))).toEqual({
      samples: new Int16Array(0),
      channels: null,
      problems: ['not an Ogg page'],
    });
    const { samples, problems } = await decodeCopy('opus', inProcess, 8_000, Buffer.alloc(1_000, 1));
    expect(samples.length).toBe(0);
    expect(problems).toHaveLength(2);
  });

  test('never causes a throw with damage of any kind', async () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), fc.nat(), async (changes, cut) => {
        const file = Buffer.from(good.subarray(0, good.length - (cut % 100)));
        for (const [at, value] of changes) file[at % file.length] = (file[at % file.length] ?? 0) ^ value;
        const { samples } = await decodeCopy('opus', inProcess, 8_000, file, 1_000);
        expect(samples.length % 2).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  test('cannot be played without libopus and FFmpeg', () => {
    expect(() => createCopyDecoder('opus', { opus: null, ffmpeg: null }, 8_000)).toThrow(
      expect.objectContaining({ code: 'M152', kind: 'incomplete' }),
    );
  });
});

describe('a WAV copy', () => {
  test.each(['16-bit', 'float'])('of %s samples returns them bit for bit, in pieces of any size', async (kind) => {
    const samples = kind === 'float' ? asFloat(source) : source;
    const file = await encodeCopy('wav', inProcess, stream, samples);
    for (const piece of [1, 7, 1_000, file.length]) {
      expect(await decodeCopy('wav', inProcess, 8_000, file, piece)).toEqual({ samples, channels: 2, problems: [] });
    }
  });

  test('of another rate than requested reports it', async () => {
    const file = await encodeCopy('wav', inProcess, stream, source);
    expect((await decodeCopy('wav', inProcess, 16_000, file)).problems).toEqual(['the header states 8000 Hz instead of 16000']);
  });
});

test('FFmpeg replaces libopus if it is missing', async () => {
  const ours = await decodeCopy('opus', inProcess, 8_000, good);
  const theirs = await decodeCopy('opus', { opus: null, ffmpeg }, 8_000, good);
  expect({ ...theirs, samples: theirs.samples.length }).toEqual({ ...ours, samples: ours.samples.length });
  expect(correlation(ours.samples, theirs.samples)).toBeGreaterThan(0.9999);
});
