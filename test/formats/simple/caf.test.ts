import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { answer, codesOf, soundBytes } from '../answers.ts';
import { expectSame, float32Of, int16Of, run } from '../codecs/judges.ts';
import { playback } from '../playback.ts';
import { join, numbers, pack, randomBytes, text, voice, voices } from '../wave/builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-caf-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => joinPath(folder, name);

const wave = (channels = 1, rate = 8000): string => {
  const raw = ['-f', 's16le', '-ar', String(rate), '-ac', String(channels), '-i', 'pipe:0'];
  run('ffmpeg', ['-v', 'error', '-y', ...raw, path('in.wav')], pack(voices(10_001, channels), 's16le'));
  return path('in.wav');
};
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(path(name)));

describe('files of libsndfile and FFmpeg', () => {
  test.each([
    ['-pcm16', 'big', 'pcm-s16be'],
    ['-pcm16', 'little', 'pcm-s16le'],
    ['-pcm24', 'big', 'pcm-s24be'],
    ['-pcm24', 'little', 'pcm-s24le'],
    ['-pcms8', 'big', 'pcm-s8'],
    ['-pcm32', 'little', 'pcm-s32le'],
    ['-ulaw', 'big', 'mulaw'],
    ['-alaw', 'big', 'alaw'],
  ])('libsndfile %s, %s-endian: %s', async (option, endian, codec) => {
    for (const channels of [1, 2]) {
      run('sndfile-convert', [`-endian=${endian}`, option, wave(channels), path('a.caf')]);
      const { found, track, samples } = await playback(bytesOf('a.caf'), 'a.caf');
      expect(codesOf(found)).toEqual([]);
      expect(track).toMatchObject({ codec, sampleRateHz: 8000, channels });
      expect(samples.length).toBe(10_001 * channels);
      const wide = /24|32/.test(codec);
      const theirs = run('ffmpeg', ['-v', 'error', '-i', path('a.caf'), '-f', wide ? 'f32le' : 's16le', 'pipe:1']);
      expectSame(samples, wide ? float32Of(theirs) : int16Of(theirs));
    }
  });

  test.each([
    ['-float32', 'pcm-f32be'],
    ['-float64', 'pcm-f64be'],
  ])('libsndfile %s: %s', async (option, codec) => {
    run('sndfile-convert', ['-endian=big', option, wave(), path('a.caf')]);
    const { found, track, samples } = await playback(bytesOf('a.caf'), 'a.caf');
    expect(codesOf(found)).toEqual([]);
    expect(track.codec).toBe(codec);
    expectSame(samples, float32Of(run('ffmpeg', ['-v', 'error', '-i', path('a.caf'), '-f', 'f32le', 'pipe:1'])));
  });

  test('libsndfile ALAC: the original samples', async () => {
    run('sndfile-convert', ['-alac16', wave(2), path('a.caf')]);
    const { found, track, samples } = await playback(bytesOf('a.caf'), 'a.caf');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec: 'alac-caf', channels: 2, frames: 10_001 });
    expectSame(samples, voices(10_001, 2));
  });

  test('FFmpeg ALAC, whose packet table follows the sound', async () => {
    run('ffmpeg', ['-v', 'error', '-y', '-i', wave(), '-c:a', 'alac', path('a.caf')]);
    const { found, track, samples } = await playback(bytesOf('a.caf'), 'a.caf');
    expect(codesOf(found)).toEqual([]);
    expect(track.codec).toBe('alac-caf');
    expect(track.spans).toHaveLength(3);
    expectSame(samples.subarray(0, 10_001), voice(10_001));
    expect(samples.length).toBe(10_001);
  });

  test('FFmpeg Opus', async () => {
    run('ffmpeg', ['-v', 'error', '-y', '-i', wave(), '-c:a', 'libopus', path('a.caf')]);
    const { found, track, samples } = await playback(bytesOf('a.caf'), 'a.caf');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec: 'opus-caf', sampleRateHz: 48_000 });
    const theirs = int16Of(run('ffmpeg', ['-v', 'error', '-c:a', 'libopus', '-i', path('a.caf'), '-f', 's16le', 'pipe:1']));
    expect(samples.length).toBe(theirs.length);
    expect(Math.abs(samples.length - 60_006)).toBeLessThan(960);
  });

  test('FFmpeg IMA ADPCM', async () => {
    run('ffmpeg', ['-v', 'error', '-y', '-i', wave(2), '-c:a', 'adpcm_ima_qt', path('a.caf')]);
    const { found, track, samples } = await playback(bytesOf('a.caf'), 'a.caf');
    expect(codesOf(found)).toEqual([]);
    expect(track.codec).toBe('ima-adpcm-qt');
    expectSame(samples, int16Of(run('ffmpeg', ['-v', 'error', '-i', path('a.caf'), '-f', 's16le', 'pipe:1'])));
  });
});

/** A chunk with a signed 64-bit size. */
function chunk(id: string, body: Uint8Array, size: bigint = BigInt(body.length)): Uint8Array {
  const head = new Uint8Array(12);
  head.set(text(id));
  new DataView(head.buffer).setBigInt64(4, size);
  return join(head, body);
}
function desc(fields: {
  id?: string;
  rate?: number;
  flags?: number;
  packet?: number;
  frames?: number;
  channels?: number;
  bits?: number;
}): Uint8Array {
  const { id = 'lpcm', rate = 8000, flags = 0, packet = 2, frames = 1, channels = 1, bits = 16 } = fields;
  const number = new Uint8Array(8);
  new DataView(number.buffer).setFloat64(0, rate);
  return chunk('desc', join(number, text(id), numbers(4, [flags, packet, frames, channels, bits], true)));
}
const head = join(text('caff'), numbers(2, [1, 0], true));
const s16 = pack(voice(2000), 's16be');
const data = (body: Uint8Array, size?: bigint): Uint8Array => chunk('data', join(new Uint8Array(4), body), size);
const pakt = (packets: number, valid: number): Uint8Array => chunk('pakt', join(numbers(8, [packets, valid], true), numbers(4, [0, 0], true)));

describe('damage', () => {
  const cases: readonly (readonly [what: string, bytes: Uint8Array, findings: readonly string[], state: string, sound: number])[] = [
    ['nothing wrong', join(head, desc({}), data(s16)), [], 'ok', 4000],
    ['a size of -1', join(head, desc({}), data(s16, -1n)), [], 'ok', 4000],
    ['cut', join(head, desc({}), data(s16)).subarray(0, 1068), ['F103'], 'truncated', 1000],
    ['a size of 0', join(head, desc({}), data(s16, 0n)), ['F101'], 'damaged', 4000],
    ['a size beyond 2^53', join(head, desc({}), data(s16, 2n ** 60n)), ['F103'], 'truncated', 4000],
    ['desc after the sound', join(head, data(s16), desc({})), [], 'ok', 4000],
    ['no desc', join(head, data(s16)), ['F115'], 'damaged', 4000],
    ['no data', join(head, desc({})), ['F110'], 'header-only', 0],
    ['an empty data chunk', join(head, desc({}), data(new Uint8Array(0))), ['F110'], 'header-only', 0],
    ['a rate of NaN', join(head, desc({ rate: Number.NaN }), data(s16)), ['F123'], 'ok', 4000],
    ['0 channels', join(head, desc({ channels: 0 }), data(s16)), ['F123'], 'ok', 4000],
    ['half a sample', join(head, desc({}), data(s16.subarray(1))), ['F118'], 'ok', 3999],
    ['AAC without a packet table', join(head, desc({ id: 'aac ', packet: 0, frames: 1024, bits: 0 }), data(s16)), ['F229'], 'ok', 4000],
    [
      'IMA with an impossible table',
      join(head, desc({ id: 'ima4', packet: 34, frames: 64, bits: 0 }), pakt(10, 5), data(randomBytes(340, 1))),
      ['F220'],
      'ok',
      340,
    ],
  ];
  test.each(cases)('%s', async (_what, bytes, findings, state, sound) => {
    const found = await answer(bytes, 'a.caf');
    expect(codesOf(found)).toEqual(findings);
    expect(found.state).toBe(state);
    expect(soundBytes(found)).toBe(sound);
  });

  test.each(['aac ', 'MAC3', '.mp3', 'ilbc', 'zzzz'])('%s without what its decoder needs is reported and not decoded', async (id) => {
    const found = await answer(join(head, desc({ id, packet: 0, frames: 0, bits: 0 }), data(s16)), 'a.caf');
    expect(found.tracks[0]).toMatchObject({ codec: 'unknown', codecName: expect.stringContaining(`CAF ${id.trimEnd()} (`) });
  });

  test('linear samples in wider words are not guessed', async () => {
    const found = await answer(join(head, desc({ packet: 4, bits: 20 }), data(s16)), 'a.caf');
    expect(found.tracks[0]?.codec).toBe('unknown');
  });

  test('the last packet of IMA ADPCM is cut to the stated count', async () => {
    const found = await answer(join(head, desc({ id: 'ima4', packet: 34, frames: 64, bits: 0 }), pakt(10, 600), data(randomBytes(340, 1))), 'a.caf');
    expect(found.tracks[0]).toMatchObject({ codec: 'ima-adpcm-qt', frames: 600 });
  });
});

describe('a data chunk with too small a size', () => {
  /** With libsndfile's data chunk, stating a given size; the right one is 4 bytes more than the sound. */
  const stating = (size: number): Uint8Array => {
    run('sndfile-convert', ['-endian=little', '-pcm16', wave(), path('a.caf')]);
    const file = Buffer.from(bytesOf('a.caf'));
    file.writeBigInt64BE(BigInt(size), file.indexOf('data') + 4);
    return new Uint8Array(file);
  };
  const held = async (file: Uint8Array): Promise<{ codes: string[]; samples: unknown }> => {
    const { found, samples } = await playback(file, 'a.caf');
    return { codes: codesOf(found), samples: [...samples] };
  };

  test('0, or only the edit count, as libsndfile leaves it in a pipe: all bytes up to the end are the sound', async () => {
    const whole = [...voice(10_001)];
    for (const size of [0, 4]) expect(await held(stating(size))).toEqual({ codes: ['F101'], samples: whole });
  });

  test('the header that libsndfile writes twice into a pipe is not sound', async () => {
    const file = stating(4);
    const header = file.subarray(0, soundAt(file));
    expect(await held(join(header, file))).toEqual({ codes: ['F101'], samples: [...voice(10_001)] });
  });

  test('half of the sound: the rest is as smooth, and used', async () => {
    expect(await held(stating(4 + 10_000))).toEqual({ codes: ['F102'], samples: [...voice(10_001)] });
  });

  test('chunks after the sound are not sound', async () => {
    const chunk = join(text('free'), new Uint8Array(8), new Uint8Array(0));
    const empty = stating(4);
    const followed = join(empty.subarray(0, soundAt(empty)), chunk);
    expect(codesOf(await answer(followed, 'a.caf'))).toEqual(['F110']);
    expect(await held(join(stating(4 + 20_002), chunk))).toEqual({ codes: [], samples: [...voice(10_001)] });
  });
});

/** Offset of the sound in a file of libsndfile. */
function soundAt(file: Uint8Array): number {
  return Buffer.from(file).indexOf('data') + 16;
}
