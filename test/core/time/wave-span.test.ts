import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { framesOf, pcm16Format, waveHead, waveLayout } from '../../../src/core/time/wave-span.ts';

const ffmpeg = '/usr/bin/ffmpeg';

/** A WAV file written by FFmpeg. */
function made(...args: readonly string[]): Buffer {
  const source = ['-f', 'lavfi', '-i', 'aevalsrc=0.4*sin(700*t)|0.3*sin(900*t):d=0.5:s=8000'];
  const { stdout, stderr } = spawnSync(ffmpeg, ['-v', 'error', ...source, ...args, '-f', 'wav', 'pipe:1']);
  expect(stderr.toString()).toBe('');
  // Into a pipe it cannot write sizes.
  stdout.writeUInt32LE(0xffffffff, stdout.indexOf('data') + 4);
  return stdout;
}

describe('a span of a sound', () => {
  test('has whole samples, both ends rounded and within the sound', () => {
    expect(framesOf({ fromMs: 0, toMs: 1_000 }, 8_000, 24_000)).toEqual({ first: 0, end: 8_000 });
    expect(framesOf({ fromMs: 1, toMs: 3 }, 11_025, 24_000)).toEqual({ first: 11, end: 33 });
    expect(framesOf({ fromMs: 2_900, toMs: 99_000 }, 8_000, 24_000)).toEqual({ first: 23_200, end: 24_000 });
    expect(framesOf({ fromMs: 5_000, toMs: 6_000 }, 8_000, 24_000)).toEqual({ first: 24_000, end: 24_000 });
  });

  test.skipIf(!existsSync(ffmpeg)).each([
    ['pcm_s16le', '2'],
    ['pcm_s24le', '2'],
    ['pcm_f32le', '1'],
    ['pcm_alaw', '1'],
  ])('of a WAV file of %s with %s channels is read by FFmpeg as the same samples that it reads there from the file', (codec, channels) => {
    const file = made('-c:a', codec, '-ac', channels);
    file.writeUInt32LE(file.length - file.indexOf('data') - 8, file.indexOf('data') + 4);
    const layout = waveLayout(file.subarray(0, 4_096), file.length);
    if (layout === null) throw new Error('no layout');
    const { first, end } = framesOf({ fromMs: 100, toMs: 300 }, layout.sampleRateHz, layout.frames);
    const part = file.subarray(layout.dataStart + first * layout.frameBytes, layout.dataStart + end * layout.frameBytes);
    const cut = Buffer.concat([waveHead(layout.format, part.length), part]);
    const played = (input: Buffer): Buffer =>
      spawnSync(ffmpeg, ['-v', 'error', '-xerror', '-f', 'wav', '-i', 'pipe:0', '-c:a', 'pcm_s32le', '-f', 's32le', 'pipe:1'], { input }).stdout;
    const all = played(file);
    const frame = 4 * Number(channels);
    expect(played(cut).equals(all.subarray(first * frame, end * frame))).toBe(true);
    expect(end - first).toBe(1_600);
  });

  test('is not cut out of a file without samples of equal size, without a header, or that ends inside the header', () => {
    const file = Buffer.concat([waveHead(pcm16Format(2, 8_000), 400), Buffer.alloc(400)]);
    expect(waveLayout(file, file.length)?.frames).toBe(100);
    expect(waveLayout(file, file.length - 100)?.frames).toBe(75);
    expect(waveLayout(Buffer.concat([waveHead(pcm16Format(3, 8_000), 600), Buffer.alloc(600)]), 668)?.frameBytes).toBe(6);
    const adpcm = Buffer.from(file);
    adpcm.writeUInt16LE(0x0011, 20);
    expect(waveLayout(adpcm, file.length)).toBeNull();
    for (let length = 0; length < 44; length++) expect(waveLayout(file.subarray(0, length), file.length), `${length}`).toBeNull();
    expect(waveLayout(Buffer.alloc(4_096, 0xff), 4_096)).toBeNull();
  });
});
