import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/core/base/identifier.ts';
import type { Codec } from '../../src/core/model/format.ts';
import type { Location } from '../../src/core/model/source.ts';
import { playCopy } from '../../src/media/copy/play-copy.ts';
import { digestSamples } from '../../src/media/measure/sample-digest.ts';
import { processMedium } from '../../src/media/process-medium.ts';
import { replay } from '../../src/media/replay.ts';
import type { MediaTools } from '../../src/media/tools/types.ts';
import { formatSaying, never, realTools, speech, taskOf, temporary, trackOf, usual, wav } from './medium-rig.ts';
import { ffmpegSamples, output } from './programs.ts';

const place = { name: 'call.wav', place: 'original-1.wav' };
const bytes = (of: Uint8Array): Location => ({ kind: 'bytes', bytes: of });

/** A machine whose only format has a codec with the given properties. */
function toolsWith(decode: Codec['decode'], real: MediaTools): MediaTools {
  const codec: Codec = { id: 'made-up', title: 'made up', facts: ['this test'], decode };
  return { ...real, formats: [formatSaying((size) => ({ tracks: [trackOf('made-up', size)] }))], codecs: new Map([[codec.id, codec]]) };
}

describe('an original', () => {
  test('decoded again gives the samples that the import measured, and those of FFmpeg', async () => {
    const tools = await realTools();
    using folder = temporary();
    const original = wav(speech(16_000, 3), 16_000);
    const { measurement, decoder } = await processMedium(taskOf(original, 'call.wav', folder.path), tools, never);
    const again = await replay({ location: bytes(original), ...place }, tools, digestSamples, never);
    expect(again).toMatchObject({ decoder, codec: 'pcm-s16le', heard: { samples: 48_000, pcmSha256: measurement?.pcmSha256 }, findings: [] });
    const judged = ffmpegSamples(join(folder.path, 'original-1.wav'));
    expect('heard' in again && again.heard.pcmSha256).toBe(sha256Hex(new Uint8Array(judged.buffer)));
  });

  test('in pieces is decoded as one', async () => {
    const tools = await realTools();
    const whole = wav(speech(8_000, 2), 8_000);
    const pieces = [whole.subarray(0, 1_000), whole.subarray(1_000, 20_000), whole.subarray(20_000)].map((part) => bytes(part));
    const [location = bytes(whole), ...further] = pieces;
    const together = await replay({ location, further, ...place }, tools, digestSamples, never);
    expect(together).toEqual(await replay({ location: bytes(whole), ...place }, tools, digestSamples, never));
  });

  test('that is unknown, or has no sound, is undecodable with a reason', async () => {
    const tools = await realTools();
    const text = Buffer.from('no sound at all, '.repeat(500));
    expect(await replay({ location: bytes(text), ...place, name: 'call.txt' }, tools, digestSamples, never)).toEqual({
      why: 'undecodable',
      reason: 'no format recognises it any more',
    });
    const empty = wav(new Int16Array(0), 8_000);
    expect(await replay({ location: bytes(empty), ...place }, tools, digestSamples, never)).toMatchObject({ why: 'undecodable' });
    const stuck = toolsWith(
      {
        by: 'us',
        decoder: () => ({
          decode: () => {
            throw new Error('stuck');
          },
          finish: () => new Int16Array(0),
          droppedBytes: 0,
        }),
      },
      tools,
    );
    expect(await replay({ location: bytes(text), ...place }, stuck, digestSamples, never)).toEqual({
      why: 'undecodable',
      reason: expect.stringMatching(/^it decodes to 0 samples: .*stuck/),
    });
  });

  test('whose program or password is missing is distinguished from one that does not decode', async () => {
    const tools = await realTools();
    const original = new Uint8Array(1_000);
    const decode = { by: 'ffmpeg', input: () => ({ args: ['-f', 's16le'], prefix: new Uint8Array(0) }) } as const;
    const without = { ...toolsWith(decode, tools), ffmpeg: null };
    expect(await replay({ location: bytes(original), ...place }, without, digestSamples, never)).toMatchObject({ why: 'no FFmpeg' });
    const locked = toolsWith(
      {
        by: 'us',
        decoder: () => ({ decode: () => new Int16Array(10), finish: () => new Int16Array(0), droppedBytes: 0 }),
        locked: (_, passwords) => (passwords.length > 0 ? null : ['F332', 'a password is needed']),
      },
      tools,
    );
    const task = { location: bytes(original), ...place };
    expect(await replay(task, locked, digestSamples, never)).toEqual({
      why: 'encrypted',
      reason: 'made-up: a password is needed',
    });
    expect(await replay(task, { ...locked, passwords: [new Uint8Array(1)] }, digestSamples, never)).toMatchObject({ heard: { samples: 10 } });
  });

  test('that is missing or grows is not a fault of its sound', async () => {
    const tools = await realTools();
    using folder = temporary();
    const file = join(folder.path, 'original-1.wav');
    writeFileSync(file, wav(speech(8_000, 1), 8_000));
    const location: Location = { kind: 'span', file, offset: 0, size: 100, spooled: false };
    await expect(replay({ location, ...place }, tools, digestSamples, never)).rejects.toThrow(expect.objectContaining({ code: 'M110' }));
    rmSync(file);
    await expect(replay({ location, ...place }, tools, digestSamples, never)).rejects.toThrow(expect.objectContaining({ code: 'M110' }));
  });
});

describe('the stored measurement of a copy', () => {
  test.each(['opus', 'wav'] as const)("equals FFmpeg's output for the %s copy, and that of a second decoding", async (format) => {
    const tools = await realTools();
    using folder = temporary();
    mkdirSync(folder.path, { recursive: true });
    const original = wav(speech(48_000, 3), 48_000);
    const { access } = await processMedium(taskOf(original, 'call.wav', folder.path, { ...usual, format }), tools, never);
    if (access?.decoded === undefined) throw new Error('no copy');
    const file = join(folder.path, access.path);
    // libopus, as longplay has it; at 48 kHz nothing is resampled.
    const raw = join(folder.path, 'judged');
    output('ffmpeg', '-v', 'error', ...(format === 'opus' ? ['-c:a', 'libopus'] : []), '-i', file, '-f', 's16le', raw);
    expect(access.decoded.pcmSha256).toBe(sha256Hex(readFileSync(raw)));
    expect(access.decoded.decoder).toBe(format === 'opus' ? tools.opus?.version : 'longplay 0.1.0');
    expect(readFileSync(raw).length).toBe(access.samples * 2);
    expect(await playCopy({ path: file }, access, tools, digestSamples, never)).toEqual({
      decoder: access.decoded.decoder,
      problems: [],
      heard: { sampleRateHz: 48_000, channels: 1, samples: access.samples, sampleFormat: 's16le', pcmSha256: access.decoded.pcmSha256 },
    });
  });

  test('is the level that sox measures', async () => {
    const tools = await realTools();
    using folder = temporary();
    const { access } = await processMedium(taskOf(wav(speech(16_000, 3), 16_000), 'call.wav', folder.path), tools, never);
    output('opusdec', '--quiet', '--no-dither', '--rate', '16000', join(folder.path, 'access-1.opus'), join(folder.path, 'judged.wav'));
    const [, rms] = /RMS lev dB\s+(\S+)/.exec(statistics(join(folder.path, 'judged.wav'))) ?? [];
    expect(Math.abs((access?.decoded?.rmsDb[0] ?? 0) - Number(rms))).toBeLessThan(0.05);
  });

  test('is not used if the copy has another number of channels', async () => {
    const tools = await realTools();
    using folder = temporary();
    await processMedium(taskOf(wav(speech(16_000, 1), 16_000), 'call.wav', folder.path), tools, never);
    const told = { format: 'opus', sampleRateHz: 16_000, channels: 2, samples: 8_000 } as const;
    const { heard, problems } = await playCopy({ path: join(folder.path, 'access-1.opus') }, told, tools, digestSamples, never);
    expect(heard).toBeNull();
    expect(problems).toEqual(['it has 1 channel, 2 were recorded']);
  });
});

/** Output of sox about a file, on its standard error. */
function statistics(file: string): string {
  return output('sh', '-c', 'sox "$1" -n stats 2>&1', 'sh', file);
}
