import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { LongplayError } from '../../../src/core/base/error.ts';
import { decodeWithFfmpeg, encodeWithFfmpeg } from '../../../src/media/copy/opus-lane-ffmpeg.ts';
import { type Ffmpeg, findFfmpeg } from '../../../src/media/ffmpeg/ffmpeg.ts';
import { findOpusLibrary, opusRatesHz } from '../../../src/media/libopus/libopus.ts';
import { asFloat, correlation, decodeCopy, encodeCopy, glide } from '../copies.ts';
import { standIn } from '../programs.ts';

const ffmpeg = await findFfmpeg();
if (ffmpeg === null) throw new Error('FFmpeg is not installed: run bin/setup');
const lane = { opus: null, ffmpeg };
const inProcess = { opus: findOpusLibrary(), ffmpeg: null };
const options = { format: 'opus', bitratePerChannel: 24_000, complexity: 10 } as const;
const stream = { sampleRateHz: 8_000, channels: 1, serialName: 'access-1', ...lane };

const folder = mkdtempSync(join(tmpdir(), 'longplay-lane-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program in FFmpeg's place; answers the probes of fluent-ffmpeg, then runs the script. */
function program(name: string, script: string): Ffmpeg {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\nfor a; do case "$a" in -formats|-encoders) exec ${ffmpeg?.path} "$@";; esac; done\n${script}\n`);
  chmodSync(path, 0o755);
  return standIn(path);
}

/** Processes of this test that are still running. */
function running(): string[] {
  const text = execFileSync('ps', ['-o', 'args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return text.split('\n').filter((line) => line.includes('ffmpeg') || line.includes(folder));
}

async function allGone(): Promise<void> {
  for (let tries = 0; running().length > 0; tries++) {
    if (tries === 100) throw new Error(`still running: ${running().join('; ')}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

describe('encoding', () => {
  test.each(opusRatesHz.flatMap((rate) => [1, 2].map((channels) => [rate, channels] as const)))(
    'at %i Hz with %i channels has the exact length and sounds like its source',
    async (sampleRateHz, channels) => {
      const samples = glide(sampleRateHz, channels, sampleRateHz + 17);
      const file = await encodeCopy('opus', lane, { sampleRateHz, channels }, samples);
      const decoded = await decodeCopy('opus', inProcess, sampleRateHz, file);
      expect({ ...decoded, samples: decoded.samples.length }).toEqual({ samples: samples.length, channels, problems: [] });
      expect(correlation(samples, decoded.samples)).toBeGreaterThan(0.98);
    },
  );

  test.each([0, 1, 107, 108, 109, 160, 1_600])('of %i samples has the exact length', async (frames) => {
    const file = await encodeCopy('opus', lane, { sampleRateHz: 8_000, channels: 1 }, glide(8_000, 1, frames));
    const decoded = await decodeCopy('opus', inProcess, 8_000, file);
    expect({ ...decoded, samples: decoded.samples.length }).toEqual({ samples: frames, channels: 1, problems: [] });
  });

  test('takes float samples', async () => {
    const samples = glide(8_000, 1, 8_000);
    const decoded = await decodeCopy(
      'opus',
      inProcess,
      8_000,
      await encodeCopy('opus', lane, { sampleRateHz: 8_000, channels: 1 }, asFloat(samples)),
    );
    expect(correlation(samples, decoded.samples)).toBeGreaterThan(0.98);
  });

  test('gives the same bytes each time, for any split of the samples', async () => {
    const samples = glide(8_000, 1, 20_000);
    const files = await Promise.all(
      [500, 3_333, 20_000].map((piece) => encodeCopy('opus', lane, { sampleRateHz: 8_000, channels: 1 }, samples, piece)),
    );
    expect(files[1]?.equals(files[0] ?? Buffer.alloc(0))).toBe(true);
    expect(files[2]?.equals(files[0] ?? Buffer.alloc(0))).toBe(true);
  });

  test.each([
    ['ends with an error', 'cat > /dev/null; echo "Unknown encoder" >&2; exit 1', /^FFmpeg did not encode Opus: .*Unknown encoder$/],
    ['ends at once', 'exit 1', /^FFmpeg did not encode Opus: /],
    ['writes nothing', 'cat > /dev/null', /^FFmpeg did not encode Opus: 1 fault in its file, the first: not an Ogg page$/],
    ['writes something else', 'cat', /^FFmpeg did not encode Opus: \d+ faults in its file, the first: page 0 at byte 0: /],
  ])('by an FFmpeg that %s is M151, and does not hang', async (name, script, message) => {
    const encoder = encodeWithFfmpeg(options, stream, program(name.replaceAll(' ', '-'), script), () => {});
    const work = async (): Promise<void> => {
      for (let times = 0; times < 50; times++) await encoder.push(glide(8_000, 1, 8_000));
      await encoder.finish();
    };
    await expect(work()).rejects.toThrow(expect.objectContaining({ code: 'M151', kind: 'incomplete', message: expect.stringMatching(message) }));
    await allGone();
  });

  test('by an FFmpeg that cannot be started is incomplete', async () => {
    const encoder = encodeWithFfmpeg(options, stream, standIn(join(folder, 'none')), () => {});
    const work = async (): Promise<void> => {
      await encoder.push(glide(8_000, 1, 8_000));
      await encoder.finish();
    };
    await expect(work()).rejects.toThrow(expect.objectContaining({ kind: 'incomplete' }));
    await expect(work()).rejects.toThrow(LongplayError);
  });

  test('that is abandoned, or aborted, leaves no process behind', async () => {
    const given = encodeWithFfmpeg(options, stream, ffmpeg, () => {});
    await given.push(glide(8_000, 1, 8_000));
    given.close?.();
    await allGone();

    const controller = new AbortController();
    const aborted = encodeWithFfmpeg(options, stream, ffmpeg, () => {}, controller.signal);
    await aborted.push(glide(8_000, 1, 8_000));
    const reason = new Error('stop');
    controller.abort(reason);
    await expect(aborted.finish()).rejects.toBe(reason);
    await allGone();
  });

  test('passes on errors of the sink', async () => {
    const full = new Error('no space');
    const encoder = encodeWithFfmpeg(options, stream, ffmpeg, () => {
      throw full;
    });
    const work = async (): Promise<void> => {
      for (let times = 0; times < 50; times++) await encoder.push(glide(8_000, 1, 8_000));
      await encoder.finish();
    };
    await expect(work()).rejects.toBe(full);
    await allGone();
  });
});

describe('decoding', () => {
  test.each(opusRatesHz.flatMap((rate) => [1, 2].map((channels) => [rate, channels] as const)))(
    'at %i Hz with %i channels gives the same as libopus, to the exact end',
    async (sampleRateHz, channels) => {
      for (const frames of [0, 1, 1_000, sampleRateHz + 17]) {
        const file = await encodeCopy('opus', inProcess, { sampleRateHz, channels }, glide(sampleRateHz, channels, frames));
        const ours = await decodeCopy('opus', inProcess, sampleRateHz, file);
        const theirs = await decodeCopy('opus', lane, sampleRateHz, file, 700);
        expect({ ...theirs, samples: theirs.samples.length }).toEqual({ samples: frames * channels, channels, problems: [] });
        // FFmpeg's own decoder is early or late by a fraction of a sample where libopus encodes as speech.
        if (frames > 1) expect(correlation(ours.samples, theirs.samples)).toBeGreaterThan(0.98);
      }
    },
  );

  test('reports damage like the decoder of libopus', async () => {
    const file = await encodeCopy('opus', inProcess, { sampleRateHz: 8_000, channels: 1 }, glide(8_000, 1, 9_000));
    file[3_000] = (file[3_000] ?? 0) ^ 1;
    const theirs = await decodeCopy('opus', lane, 8_000, file);
    expect(theirs.problems).toEqual((await decodeCopy('opus', inProcess, 8_000, file)).problems);
    expect(theirs.problems).toHaveLength(2);
  });

  test('of a file that is not a copy is a problem, not an error', async () => {
    for (const file of [Buffer.alloc(0), Buffer.alloc(100_000, 'x')]) {
      const { samples, problems } = await decodeCopy('opus', lane, 8_000, file);
      expect(samples.length).toBe(0);
      expect(problems.at(-1)).toMatch(/^FFmpeg cannot decode it: /);
    }
    await allGone();
  });

  test('that is abandoned, or aborted, leaves no process behind', async () => {
    const given = decodeWithFfmpeg(ffmpeg, 8_000);
    await given.push(Buffer.alloc(10, 'OggS'));
    given.close?.();
    await allGone();
    const controller = new AbortController();
    const aborted = decodeWithFfmpeg(ffmpeg, 8_000, controller.signal);
    controller.abort(new Error('stop'));
    await expect(aborted.finish()).rejects.toThrow('stop');
    await allGone();
  });
});
