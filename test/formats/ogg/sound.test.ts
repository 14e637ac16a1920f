import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { answer, answers, codesOf } from '../answers.ts';
import { expectSame, int16Of, run } from '../codecs/judges.ts';
import { playback, samplesOf } from '../playback.ts';
import { join, pack, randomBytes, text, u32, voice } from '../wave/builder.ts';
import { oggOpusStream, oggPage } from './builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-ogg-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => joinPath(folder, name);

/** Ten seconds of speech-like sound as a WAVE file. */
function wave(rate: number, channels: number, seconds = 10): string {
  const file = path(`in-${rate}-${channels}-${seconds}.wav`);
  run(
    'ffmpeg',
    ['-v', 'error', '-y', '-f', 's16le', '-ar', String(rate), '-ac', String(channels), '-i', 'pipe:0', file],
    pack(voice(rate * channels * seconds), 's16le'),
  );
  return file;
}
function vorbis(rate: number, channels: number, args: readonly string[] = []): Uint8Array {
  run('oggenc', ['-Q', ...args, '-o', path('a.ogg'), wave(rate, channels)]);
  return new Uint8Array(readFileSync(path('a.ogg')));
}
function speex(rate: number, channels: number, args: readonly string[] = []): Uint8Array {
  run('speexenc', [...args, wave(rate, channels), path('a.spx')]);
  return new Uint8Array(readFileSync(path('a.spx')));
}
function flac(args: readonly string[] = []): Uint8Array {
  run('flac', ['-s', '-f', '--ogg', ...args, '-o', path('a.oga'), wave(8000, 1)]);
  return new Uint8Array(readFileSync(path('a.oga')));
}

/** Offsets of pages. */
function pagesOf(bytes: Uint8Array): number[] {
  const at: number[] = [];
  for (let i = Buffer.from(bytes).indexOf('OggS'); i >= 0; i = Buffer.from(bytes).indexOf('OggS', i + 4)) at.push(i);
  return at;
}

describe('Vorbis', () => {
  test.each([
    [8000, 1, []],
    [16_000, 2, ['-q', '0']],
    [44_100, 1, ['-q', '8']],
    [44_100, 2, []],
  ] as const)('oggenc, %i Hz, %i channels: as many samples as oggdec gives', async (rate, channels, args) => {
    const bytes = vorbis(rate, channels, args);
    const { found, track, samples } = await playback(bytes, 'a.ogg');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec: 'vorbis', sampleRateHz: rate, channels, frames: rate * 10 });
    run('oggdec', ['-Q', '-R', '-o', path('a.raw'), path('a.ogg')]);
    const theirs = int16Of(readFileSync(path('a.raw')));
    expect(samples.length).toBe(theirs.length);
    let worst = 0;
    for (let i = 0; i < samples.length; i++) worst = Math.max(worst, Math.abs((samples[i] ?? 0) - (theirs[i] ?? 0)));
    expect(worst).toBeLessThanOrEqual(2);
    expect(madeBeyond(track.frames, bytes, track)).toBeLessThan(1152);
  });
});

/** Frames that FFmpeg makes beyond the stated count: the pipeline does not accept more than a block. */
function madeBeyond(stated: number | null, bytes: Uint8Array, track: Parameters<typeof samplesOf>[0]): number {
  return samplesOf({ ...track, frames: null }, bytes).length / track.channels - (stated ?? 0);
}

describe('Speex', () => {
  test.each([
    [8000, 1, ['-n']],
    [8000, 2, ['-n']],
    [16_000, 1, ['-w', '--vbr']],
    [32_000, 1, ['-u']],
    [8000, 1, ['-n', '--nframes', '5']],
    [8000, 1, ['-n', '--dtx', '--vad']],
  ] as const)('speexenc, %i Hz, %i channels, %j: as many samples as speexdec gives, equal after the look-ahead', async (rate, channels, args) => {
    const bytes = speex(rate, channels, args);
    const { found, track, samples } = await playback(bytes, 'a.spx');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec: 'speex-ogg', sampleRateHz: rate, channels, frames: rate * 10 });
    run('speexdec', [path('a.spx'), path('a.raw')]);
    const theirs = int16Of(readFileSync(path('a.raw')));
    expect(samples.length).toBe(theirs.length);
    expect(madeBeyond(track.frames, bytes, track)).toBeLessThan(1152);
    // speexdec drops the encoder's look-ahead at the beginning.
    const best = Math.max(...Array.from({ length: 700 }, (_, shift) => correlation(samples.subarray(shift * channels), theirs)));
    expect(best).toBeGreaterThan(0.9999);
  });

  function correlation(a: Int16Array | Float32Array, b: Int16Array): number {
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 20_000; i < 24_000; i++) {
      const [x, y] = [a[i] ?? 0, b[i] ?? 0];
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    return ab / Math.sqrt(aa * bb);
  }
});

test('FLAC in Ogg decodes to the original samples', async () => {
  for (const args of [[], ['--no-padding', '-0']]) {
    const { found, track, samples } = await playback(flac(args), 'a.oga');
    expect(codesOf(found)).toEqual([]);
    expect(track).toMatchObject({ codec: 'flac-ogg', sampleRateHz: 8000, channels: 1, bitsPerSample: 16, frames: 80_000 });
    expectSame(samples, voice(80_000));
  }
});

test('a file longer than the parsed range is judged by its ends', async () => {
  const noise = Int16Array.from({ length: 9_500_000 }, (_, i) => (Math.imul(i, 2654435761) >> 16) ^ (i >> 3));
  const raw = ['--force-raw-format', '--endian=little', '--sign=signed', '--bps=16', '--channels=1', '--sample-rate=8000'];
  run('flac', ['-s', '-f', '-0', '--ogg', ...raw, '-o', path('long.oga'), '-'], pack(noise, 's16le'));
  const bytes = new Uint8Array(readFileSync(path('long.oga')));
  expect(bytes.length).toBeGreaterThan(18_000_000);
  const found = await answer(bytes, 'a.oga');
  expect(codesOf(found)).toEqual([]);
  expect(found.tracks).toMatchObject([{ codec: 'flac-ogg', frames: 9_500_000, spans: [[0, bytes.length]] }]);
  const cut = await answer(bytes.subarray(0, -30_000), 'a.oga');
  expect(codesOf(cut)).toEqual(['F160']);
  expect(cut.state).toBe('truncated');
});

describe('several streams', () => {
  test('of the same kind in a chain are all played and reported', async () => {
    const [one, two] = [vorbis(8000, 1, ['-s', '1']), vorbis(8000, 1, ['-s', '2'])];
    const { found, track, samples } = await playback(join(one, two), 'a.ogg');
    expect(codesOf(found)).toEqual(['F227']);
    expect(track).toMatchObject({ codec: 'vorbis', frames: null });
    expect(samples.length).toBeGreaterThanOrEqual(160_000);
    expect(samples.length).toBeLessThan(161_200);
    const lossless = await playback(join(flac(['--serial-number=1']), flac(['--serial-number=2'])), 'a.oga');
    expectSame(lossless.samples, Int16Array.from([...voice(80_000), ...voice(80_000)]));
  });

  test('of different kinds in a chain: the first is played, the others are reported as omitted', async () => {
    const [one, two] = [vorbis(8000, 1, ['-s', '1']), vorbis(16_000, 1, ['-s', '2'])];
    const found = await answer(join(one, two), 'a.ogg');
    expect(codesOf(found)).toEqual(['F222']);
    expect(found.tracks).toHaveLength(1);
    expect(found.tracks[0]?.spans).toEqual([[0, one.length]]);
    expect(found.tracks[0]?.frames).toBe(80_000);
  });

  test('of two parties side by side are two tracks, each of its own pages', async () => {
    const [one, two] = [vorbis(8000, 1, ['-s', '1']), vorbis(8000, 1, ['-s', '2', '-q', '1'])];
    writeFileSync(path('1.ogg'), one);
    writeFileSync(path('2.ogg'), two);
    run('oggz-merge', ['-o', path('both.ogg'), path('1.ogg'), path('2.ogg')]);
    const bytes = new Uint8Array(readFileSync(path('both.ogg')));
    const found = await answer(bytes, 'a.ogg');
    expect(codesOf(found)).toEqual(['F228']);
    expect(found.tracks).toHaveLength(2);
    for (const track of found.tracks) {
      expect(track).toMatchObject({ codec: 'vorbis', frames: 80_000 });
      expect(samplesOf(track, bytes).length).toBe(80_000);
    }
  });

  test('with sound beside video: the sound is found; video alone is not sound', async () => {
    const theora = oggPage({ packets: [join(text('\x80theora'), new Uint8Array(40))], granule: 0, serial: 99, sequence: 0, flags: 2 });
    const sound = vorbis(8000, 1);
    const mixed = await answer(join(theora, sound), 'a.ogg');
    expect(mixed.tracks).toHaveLength(1);
    expect(samplesOf(mixed.tracks[0] ?? missing(), join(theora, sound)).length).toBe(80_000);
    expect(await answer(theora, 'a.ogg')).toMatchObject({ tracks: [], state: 'header-only' });
  });

  test('of an unknown kind are reported with their first bytes; Opus belongs to another format', async () => {
    const strange = (flags: number, sequence: number, granule: number): Uint8Array =>
      oggPage({ packets: [text('wHatever')], granule, serial: 5, sequence, flags });
    const found = await answer(join(strange(2, 0, 0), strange(4, 1, 100)), 'a.ogg');
    expect(found.tracks[0]).toMatchObject({ codec: 'unknown', codecName: expect.stringContaining('77 48 61') });
    expect((await answers(oggOpusStream({ packets: 3 }), 'a.ogg')).map(({ format }) => format)).toEqual(['ogg-opus']);
  });
});

function missing(): never {
  throw new Error('no track');
}

describe('damage', () => {
  const whole = vorbis(8000, 1);
  const pages = pagesOf(whole);
  test('a truncated file is reported, and plays to its last complete page', async () => {
    const { found, samples } = await playback(whole.subarray(0, (pages.at(-1) ?? 0) + 50), 'a.ogg');
    expect(codesOf(found)).toEqual(['F160']);
    expect(found).toMatchObject({ state: 'truncated', tracks: [{ frames: null }] });
    expect(samples.length).toBeGreaterThan(60_000);
  });

  test('a damaged page and a missing page are reported', async () => {
    const at = pages[Math.floor(pages.length / 2)] ?? 0;
    const damaged = whole.slice();
    damaged[at + 100] = (damaged[at + 100] ?? 0) ^ 1;
    const found = await answer(damaged, 'a.ogg');
    // The page has more than 4 KiB.
    expect(codesOf(found)).toEqual(['F226', 'F395']);
    expect(found.findings[0]?.message).toMatch(/^1 page is missing/);
    const next = pages[Math.floor(pages.length / 2) + 1] ?? 0;
    expect(codesOf(await answer(join(whole.subarray(0, at), whole.subarray(next)), 'a.ogg'))).toEqual(['F226']);
  });

  test('junk between pages and after them is reported', async () => {
    const at = pages[3] ?? 0;
    expect(codesOf(await answer(join(whole.subarray(0, at), randomBytes(500, 1), whole.subarray(at)), 'a.ogg'))).toEqual(['F226']);
    expect(codesOf(await answer(join(whole, randomBytes(500, 1)), 'a.ogg'))).toEqual(['F160']);
  });

  test('headers without sound are reported', async () => {
    for (const end of [pages[1], pages[2]]) {
      const found = await answer(whole.subarray(0, end), 'a.ogg');
      expect(found).toMatchObject({ state: 'header-only', tracks: [] });
      expect(codesOf(found)).toContain('F110');
    }
  });

  test('impossible channels and rates are not decoded', async () => {
    const head = join(text('\x01vorbis'), u32(0), Uint8Array.of(0), u32(0), new Uint8Array(14));
    const page = (sequence: number, flags: number, granule: number): Uint8Array =>
      oggPage({ packets: [sequence === 0 ? head : new Uint8Array(20)], granule, serial: 5, sequence, flags });
    const found = await answer(join(page(0, 2, 0), page(1, 0, 0), page(2, 4, 100)), 'a.ogg');
    expect(found.tracks[0]).toMatchObject({ codec: 'unknown', channels: 1, sampleRateHz: 0 });
  });
});
