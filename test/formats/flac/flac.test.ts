import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import { answer, answers, codesOf } from '../answers.ts';
import { decode, expectSame, run } from '../codecs/judges.ts';
import { playback } from '../playback.ts';
import { join, pack, randomBytes, seeded, text, voice } from '../wave/builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-flac-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => joinPath(folder, name);

/** A FLAC file of the reference encoder. */
function flac(samples: Int16Array, options: { rate?: number; channels?: number; args?: readonly string[] } = {}): Uint8Array {
  const { rate = 8000, channels = 1, args = [] } = options;
  const raw = ['--force-raw-format', '--endian=little', '--sign=signed', '--bps=16', `--channels=${channels}`, `--sample-rate=${rate}`];
  run('flac', ['-s', '-f', '-o', path('a.flac'), ...raw, ...args, '-'], pack(samples, 's16le'));
  return new Uint8Array(readFileSync(path('a.flac')));
}

const speech = voice(20_000);
const file = flac(speech);
/** Frames of the file by the boundaries that our parser must find: each begins with 0xFFF8 and has the encoder's block of 4096. */
const starts = [...file.keys()].filter(
  (at) => file[at] === 0xff && file[at + 1] === 0xf8 && file[at + 4] !== undefined && (file[at + 3] ?? 0) < 0xa0,
);

describe('files of flac and FFmpeg', () => {
  test.each([
    [8000, 1, []],
    [8000, 2, ['-0']],
    [11_025, 1, ['-8']],
    [16_000, 2, ['-5', '--blocksize=192']],
    [44_100, 2, ['-8', '--blocksize=4608', '--no-padding']],
    [48_000, 1, ['--lax', '--blocksize=1000']],
    [6000, 1, ['--lax', '--blocksize=16']],
  ] as const)('%i Hz, %i channels, %j: every frame is found and the samples are the original ones', async (rate, channels, args) => {
    const samples = voice(10_001 * channels);
    const { found, track, samples: ours } = await playback(flac(samples, { rate, channels, args }), 'a.flac');
    expect(codesOf(found)).toEqual([]);
    expect(found.state).toBe('ok');
    expect(track).toMatchObject({ codec: 'flac', sampleRateHz: rate, channels, bitsPerSample: 16, frames: 10_001 });
    expect(found.basis).toMatch(/MD5 of the samples [0-9a-f]{32} stated$/);
    expectSame(ours, samples);
  });

  test('variable block sizes of FFmpeg’s encoder, and a stream without count', async () => {
    const bytes = run(
      'ffmpeg',
      ['-v', 'error', '-f', 's16le', '-ar', '8000', '-i', 'pipe:0', '-c:a', 'flac', '-f', 'flac', 'pipe:1'],
      pack(speech, 's16le'),
    );
    const { found, track, samples } = await playback(bytes, 'a.flac');
    expect(codesOf(found)).toEqual([]);
    expect(track.frames).toBe(20_000);
    expect(found.basis).toContain('no MD5 stated');
    expectSame(samples, speech);
  });

  test.each([
    [8, 1, []],
    [16, 2, ['-8', '-p']],
    [16, 6, ['-5']],
    [24, 2, ['-8', '--lax', '-l', '32', '-b', '4608']],
    [24, 1, ['-0']],
    [24, 2, ['-8', '-e']],
    [32, 1, ['-8']],
    [32, 2, ['-3']],
  ] as const)('%i bits, %i channels, %j: the samples equal those of flac itself', async (bits, channels, args) => {
    run('sox', [
      '-R',
      '-D',
      '-n',
      '-r',
      '16000',
      '-c',
      String(channels),
      '-b',
      '32',
      path('w.wav'),
      'synth',
      '0.7',
      'pinknoise',
      'synth',
      '0.7',
      'sine',
      'mix',
      '440',
      'vol',
      '0.9',
    ]);
    run('sox', ['-D', path('w.wav'), '-b', String(bits), path('n.wav')]);
    const raw = run('sox', ['-D', path('n.wav'), '-t', 'raw', '-e', 'signed', '-b', String(bits), '-L', '-']);
    const format = ['--force-raw-format', '--endian=little', '--sign=signed', `--bps=${bits}`, `--channels=${channels}`, '--sample-rate=16000'];
    run('flac', ['-s', '-f', ...args, ...format, '-o', path('w.flac'), '-'], raw);
    const { found, track, samples } = await playback(new Uint8Array(readFileSync(path('w.flac'))), 'a.flac');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec: 'flac', bitsPerSample: bits, channels, frames: 11_200 });
    const back = run('flac', ['-s', '-d', '-c', '--force-raw-format', '--endian=little', '--sign=signed', path('w.flac')]);
    const width = Math.ceil(bits / 8);
    expect(samples.length).toBe(back.length / width);
    let differing = 0;
    for (let i = 0; i < samples.length; i++) {
      const value = back.readIntLE(i * width, width);
      const wanted = bits > 16 ? Math.fround(value / 2 ** (bits - 1)) : value * 2 ** (16 - bits);
      if (samples[i] !== wanted) differing++;
    }
    expect(differing).toBe(0);
  });

  test('silence, full scale and one sample', async () => {
    for (const samples of [new Int16Array(5000), Int16Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? 32_767 : -32_768)), Int16Array.of(-1)]) {
      expectSame((await playback(flac(samples), 'a.flac')).samples, samples);
    }
  });

  test('samples that differ from the stored MD5 are reported', async () => {
    const altered = file.slice();
    altered[30] = (altered[30] ?? 0) ^ 1; // in the MD5, which ends the STREAMINFO block
    const { track } = await playback(altered, 'a.flac');
    const codec = codecs.find(({ id }) => id === 'flac');
    if (codec?.decode.by !== 'us') throw new Error('FLAC is not decoded here');
    const decoder = codec.decode.decoder(track);
    for (const [start, end] of track.spans) decoder.decode(altered.subarray(start, end));
    decoder.finish();
    expect(decoder.troubles).toEqual([['F231', expect.stringMatching(/MD5 [0-9a-f]{32}, the file states/)]]);
  });

  test('the samples are the same for any split into pieces', async () => {
    const { track, samples } = await playback(file, 'a.flac');
    for (const pieces of [[1], [7, 1000, 3], [4096], [file.length]]) expectSame(decode('flac', track, file, pieces).samples, samples);
  });

  test('ID3 tags, a picture and comments before the frames', async () => {
    const id3 = join(text('ID3'), Uint8Array.of(4, 0, 0, 0, 0, 2, 0), new Uint8Array(256));
    const tagged = flac(speech, { args: ['--tag=TITLE=x', '--padding=70000'] });
    const { found, samples } = await playback(join(id3, tagged), 'a.flac');
    expect(codesOf(found)).toEqual([]);
    expect(found.basis).toContain('ID3 up to 266');
    expectSame(samples, speech);
  });
});

describe('damage', () => {
  test('a truncated file plays its complete frames', async () => {
    expect(starts.length).toBe(5);
    const cut = file.subarray(0, (starts[3] ?? 0) + 100);
    const { found, track, samples } = await playback(cut, 'a.flac');
    expect(codesOf(found)).toEqual(['F103']);
    expect(found.state).toBe('truncated');
    expect(track.spans).toEqual([[0, starts[3]]]);
    expect(track.frames).toBe(3 * 4096);
    expectSame(samples, speech.subarray(0, 3 * 4096));
  });

  test('a flipped bit makes one frame with a wrong checksum, which is counted', async () => {
    const bytes = file.slice();
    const at = (starts[2] ?? 0) + 500;
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    const found = await answer(bytes, 'a.flac');
    expect(codesOf(found)).toEqual(['F225']);
    expect(found.findings[0]?.message).toContain('1 frame has a wrong checksum, 0 samples');
    expect(found.state).toBe('damaged');
    expectSame((await playback(bytes, 'a.flac')).samples, withSilence(2));
  });

  test('a missing frame is reported with its samples', async () => {
    const bytes = join(file.subarray(0, starts[2]), file.subarray(starts[3]));
    const found = await answer(bytes, 'a.flac');
    expect(codesOf(found)).toEqual(['F225']);
    expect(found.findings[0]?.message).toContain('0 frames have a wrong checksum, 4096 samples');
    expectSame((await playback(bytes, 'a.flac')).samples, withSilence(2));
  });

  function withSilence(frame: number): Int16Array {
    const samples = speech.slice();
    samples.fill(0, frame * 4096, (frame + 1) * 4096);
    return samples;
  }

  test('junk at the end, a wrong count, and no frames are reported', async () => {
    const id3v1 = join(text('TAG'), new Uint8Array(125));
    for (const junk of [id3v1, randomBytes(100, 2)]) {
      const { found, track, samples } = await playback(join(file, junk), 'a.flac');
      expect(codesOf(found)).toEqual(['F111']);
      expect(track.spans).toEqual([[0, file.length]]);
      expectSame(samples, speech);
    }
    const more = file.slice();
    more[25] = 0x10; // the count's lowest byte of 20,000 = 0x4E20
    expect(codesOf(await answer(more, 'a.flac'))).toEqual(['F220']);
    const none = await answer(file.subarray(0, starts[0]), 'a.flac');
    expect(codesOf(none)).toEqual(['F110']);
    expect(none).toMatchObject({ state: 'header-only', tracks: [] });
    expect(codesOf(await answer(file.subarray(0, 20), 'a.flac'))).toEqual(['F110']);
    const noInfo = file.slice();
    noInfo[4] = 1;
    expect(codesOf(await answer(noInfo, 'a.flac'))).toEqual(['F115']);
  });

  test('a file longer than the parsed range is judged by its last frame', async () => {
    const long = Int16Array.from({ length: 9_000_000 }, (_, i) => (Math.imul(i, 2654435761) >> 16) ^ (i >> 3));
    const bytes = flac(long, { args: ['-0'] });
    expect(bytes.length).toBeGreaterThan(17_000_000);
    const found = await answer(bytes, 'a.flac');
    expect(codesOf(found)).toEqual([]);
    expect(found.tracks[0]?.frames).toBe(9_000_000);
    const cut = await answer(bytes.subarray(0, -1000), 'a.flac');
    expect(codesOf(cut)).toEqual(['F103']);
    expect(cut.findings[0]?.message).toMatch(/^9000000 samples are stated, the last whole frame ends at 899\d{4}$/);
    expect(cut.state).toBe('truncated');
  });
});

test('with any damage in the frames, decoding gives the count of the parser, in any pieces', async () => {
  const next = seeded(77);
  const place = (bytes: Uint8Array): number => (starts[0] ?? 0) + Math.floor(next() * (bytes.length - (starts[0] ?? 0)));
  const variants = Number(process.env.LONGPLAY_FUZZ ?? 100);
  let damaged = 0;
  for (let variant = 0; variant < variants; variant++) {
    let bytes: Uint8Array = file.slice();
    for (let changes = 1 + Math.floor(next() * 3); changes > 0; changes--) {
      const at = place(bytes);
      const kind = Math.floor(next() * 4);
      if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(next() * 8));
      else if (kind === 1) bytes = join(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + Math.floor(next() * 9000))));
      else if (kind === 2) bytes = join(bytes.subarray(0, at), randomBytes(Math.floor(next() * 300), variant), bytes.subarray(at));
      else if (next() < 0.3) bytes = bytes.slice(0, at);
    }
    const found = await answer(bytes, 'a.flac');
    const [track] = found.tracks;
    if (track === undefined) continue;
    if (found.state !== 'ok') damaged++;
    const [start, end] = track.spans[0] ?? [0, 0];
    const pieces = [1 + Math.floor(next() * 3000), 1 + Math.floor(next() * 10)];
    const { samples } = decode('flac', track, bytes.subarray(start, end), pieces);
    expect([variant, samples.length]).toEqual([variant, track.frames]);
  }
  expect(damaged).toBeGreaterThan(variants / 2);
});

test('random bytes after the magic are not a stream', async () => {
  for (let seed = 0; seed < 50; seed++) {
    for (const found of await answers(join(text('fLaC'), randomBytes(5000, seed)), 'a.flac')) expect(found.tracks).toEqual([]);
  }
});
