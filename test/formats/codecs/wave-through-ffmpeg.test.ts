import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { packWaveFormat } from '../../../formats/codecs/base/wave-prefix.ts';
import { knownCodec } from '../../../formats/list/known-codec.ts';
import { answer, codesOf } from '../answers.ts';
import { chunk, join as concat, fmt, pack, randomBytes, riff, voice } from '../wave/builder.ts';
import { codec, expectSame, hasShared, int16Of, run, shared, throughFfmpeg, track } from './judges.ts';

const folder = mkdtempSync(join(tmpdir(), 'longplay-wave-'));
afterAll(() => rmSync(folder, { recursive: true }));
const speech = voice(16_000);

/** A file that FFmpeg makes of the speech. */
function encoded(name: string, args: readonly string[]): { readonly path: string; readonly bytes: Buffer } {
  const path = join(folder, name);
  run('ffmpeg', ['-v', 'error', '-y', '-f', 's16le', '-ar', '8000', '-i', 'pipe:0', ...args, path], pack(speech, 's16le'));
  return { path, bytes: readFileSync(path) };
}

/** The result of longplay: identification, a header of its own, the payload on a pipe. */
async function ours(bytes: Uint8Array, id: string, findings: readonly string[] = []): Promise<Int16Array> {
  const found = await answer(bytes, 'a.wav');
  expect(codesOf(found)).toEqual(findings);
  const of = found.tracks[0];
  if (of === undefined) throw new Error('no track');
  expect(of.codec).toBe(id);
  return throughFfmpeg(of, Buffer.concat(of.spans.map(([start, end]) => bytes.subarray(start, end))));
}

const theirs = (path: string, rate = 8000): Int16Array =>
  int16Of(run('ffmpeg', ['-v', 'error', '-i', path, '-map', '0:a:0', '-ar', String(rate), '-f', 's16le', 'pipe:1']));

/** Correlation at the best of all delays up to 3,000 samples either way: encoders add silence at the beginning or omit some sound. */
function likeness(samples: Int16Array, reference: Int16Array): number {
  let best = 0;
  for (let delay = -3000; delay < 3000; delay++) {
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 4000; i < 8000; i++) {
      const [a, b] = [samples[i + delay] ?? 0, reference[i] ?? 0];
      ab += a * b;
      aa += a * a;
      bb += b * b;
    }
    best = Math.max(best, ab / Math.sqrt(aa * bb || 1));
  }
  return best;
}

describe("files of FFmpeg’s encoders: the payload after longplay's header gives the samples of the whole file, and they are the speech", () => {
  const kinds: readonly (readonly [id: string, args: readonly string[], like: number])[] = [
    ['wmav1', ['-c:a', 'wmav1', '-b:a', '32k'], 0.98],
    ['wmav2', ['-c:a', 'wmav2', '-b:a', '32k'], 0.98],
  ];
  test.each(kinds)('%s', async (id, args, like) => {
    const { path, bytes } = encoded(`${id}.wav`, args);
    const samples = await ours(bytes, id);
    expectSame(samples, theirs(path));
    expect(samples.length).toBeGreaterThan(speech.length - 200); // its encoder omits the last part of a block
    expect(likeness(samples, speech)).toBeGreaterThan(like);
  });

  test('wmav2, stereo at 44,100 Hz', async () => {
    const { path, bytes } = encoded('stereo.wav', ['-ar', '44100', '-ac', '2', '-c:a', 'wmav2', '-b:a', '96k']);
    expectSame(await ours(bytes, 'wmav2'), theirs(path, 44_100));
  });

  test.skipIf(knownCodec('aac-adts') === 'unknown').each([0x00ff, 0x1600, 0xa106])('AAC with ADTS headers under tag %i', async (tag) => {
    const { path, bytes } = encoded('b.aac', ['-c:a', 'aac', '-b:a', '32k', '-f', 'adts']);
    expectSame(await ours(riff([fmt({ tag, bits: 16, block: 1 }), chunk('data', bytes)]), 'aac-adts'), theirs(path));
  });
});

describe('Speex', () => {
  /** A stream in Ogg of the encoder of the Speex project, its packets in WAVE, and the output of its own decoder. */
  function speex(rate: number, args: readonly string[]): { readonly bytes: Buffer; readonly whole: Int16Array } {
    const [source, ogg, wave] = ['a.raw', 'a.spx', 'a-spx.wav'].map((name) => join(folder, name));
    if (source === undefined || ogg === undefined || wave === undefined) throw new Error('no names');
    writeFileSync(source, pack(speech, 's16le'));
    run('speexenc', ['--quiet', '--rate', String(rate), ...args, source, ogg]);
    run('ffmpeg', ['-v', 'error', '-y', '-i', ogg, '-c', 'copy', wave]);
    run('speexdec', [ogg, join(folder, 'a.decoded')]);
    return { bytes: readFileSync(wave), whole: int16Of(readFileSync(join(folder, 'a.decoded'))) };
  }

  /** Offset of the samples of speexdec in ours: it omits the look-ahead of the encoder. */
  function expectWithin(samples: Int16Array, whole: Int16Array): void {
    let from = 0;
    while (from < 2000 && !whole.subarray(2000, 2200).every((value, i) => samples[from + 2000 + i] === value)) from++;
    expect(from).toBeLessThan(2000);
    const common = Math.min(whole.length, samples.length - from);
    expect(common).toBeGreaterThan(whole.length - 2000);
    expectSame(samples.subarray(from, from + common), whole.subarray(0, common));
  }

  test.each([
    ['narrowband', 8000, ['--quality', '3']],
    ['narrowband at a high rate', 8000, ['--quality', '10']],
    ['wideband', 16_000, ['--quality', '8']],
    ['ultra-wideband', 32_000, ['--quality', '6']],
    ['three frames in a packet', 8000, ['--quality', '4', '--nframes', '3']],
  ] as const)('%s: every packet gives the samples of speexdec, although the block size in the header is wrong', async (_name, rate, args) => {
    const { bytes, whole } = speex(rate, args);
    const samples = await ours(bytes, 'speex', ['F113']);
    expectWithin(samples, whole);
    const of = (await answer(bytes, 'a.wav')).tracks[0];
    const counted = codec('speex').frames?.(of ?? track({})) ?? 0;
    expect(samples.length - counted).toBeLessThan(480); // a last packet of fewer frames is truncated
  });

  test('packets of different lengths are not decoded, because most would be lost silently', async () => {
    const { bytes } = speex(8000, ['--vbr', '--quality', '6']);
    const found = await answer(bytes, 'a.wav');
    expect(codesOf(found)).toEqual(['F205']);
    expect(found.tracks[0]?.codec).toBe('unknown');
    expect(found.tracks[0]?.codecName).toContain('its packets differ in length');
  });

  test('the header of an ACM codec, two bytes further in, is found', async () => {
    const { bytes, whole } = speex(8000, ['--quality', '3']);
    const data = bytes.subarray(bytes.indexOf('data') + 8);
    const extra = concat(Uint8Array.of(1, 0), bytes.subarray(38, 118));
    expectWithin(await ours(riff([fmt({ tag: 0xa109, bits: 16, block: 20, extra }), chunk('data', data)]), 'speex'), whole);
  });
});

describe('For The Record', () => {
  /** Frames of a stream of AAC with ADTS headers, each with its length in bits 30 to 42 (ISO/IEC 13818-7, 6.2). */
  const framesOf = (stream: Uint8Array): Uint8Array[] => {
    const frames: Uint8Array[] = [];
    for (let at = 0; at + 7 <= stream.length; ) {
      const size = (((stream[at + 3] ?? 0) & 3) << 11) | ((stream[at + 4] ?? 0) << 3) | ((stream[at + 5] ?? 0) >> 5);
      frames.push(stream.subarray(at, at + size));
      at += size;
    }
    return frames;
  };

  test.each([0x0180, 0x4180, 0x8180])('tag %i: each channel is a separate stream of AAC', async (tag) => {
    const left = encoded('left.aac', ['-c:a', 'aac', '-b:a', '32k', '-f', 'adts']);
    const right = encoded('right.aac', ['-af', 'volume=0.5', '-c:a', 'aac', '-b:a', '24k', '-f', 'adts']);
    const others = framesOf(right.bytes);
    const body = concat(...framesOf(left.bytes).flatMap((frame, i) => [frame, others[i] ?? new Uint8Array(0)]));
    const samples = await ours(riff([fmt({ tag, channels: 2, bits: 16 }), chunk('data', body)]), 'ftr');
    const sides = [theirs(left.path), theirs(right.path)];
    for (const channel of [0, 1]) {
      const side = Int16Array.from({ length: samples.length / 2 }, (_, i) => samples[2 * i + channel] ?? 0);
      expect(side.length).toBeGreaterThan(15_000);
      expectSame(side, (sides[channel] ?? side).subarray(0, side.length));
    }
  });

  test('consecutive five-minute segments in one RIFF are played as one', async () => {
    const { path, bytes } = encoded('segment.aac', ['-c:a', 'aac', '-f', 'adts']);
    const segment = riff([fmt({ tag: 0x4180, bits: 16 }), chunk('data', bytes)]);
    const found = await answer(riff([concat(segment, segment)], { form: 'FTR ' }), 'a.trm');
    expect(codesOf(found)).toEqual(['F100', 'F203']);
    expect(found.tracks[0]?.spans.map(([start, end]) => end - start)).toEqual([bytes.length, bytes.length]);
    expect(theirs(path).length).toBeGreaterThan(15_000);
  });
});

test('MSN Siren: 320 samples per block of 40 bytes, calculated and by FFmpeg', () => {
  const [blockBytes, channels, sampleRateHz, extra] = [40, 1, 16_000, new Uint8Array(2)];
  const setup = packWaveFormat({ tag: 0x28e, channels, sampleRateHz, bytesPerSecond: 2000, blockBytes, bitsPerSample: 0, extra });
  const of = track({ codec: 'msnsiren', sampleRateHz, blockBytes, setup, spans: [[0, blockBytes * 120]] });
  expect(throughFfmpeg(of, randomBytes(blockBytes * 120, 5)).length).toBe(120 * 320);
  expect(codec('msnsiren').frames?.(of)).toBe(120 * 320);
});

test('a header with a wrong data rate is passed to FFmpeg unchanged: the decoder’s own set-up counts', async () => {
  const { bytes } = encoded('cut.wav', ['-c:a', 'wmav2', '-b:a', '32k']);
  const cut = bytes.subarray(0, bytes.length - 1000);
  const samples = await ours(cut, 'wmav2', ['F103']);
  expect(samples.length).toBeGreaterThan(8000);
});

describe.skipIf(!hasShared)('real files', () => {
  test('Windows Media Audio 2 of Windows, moved from ASF to WAVE, decodes like its ASF', async () => {
    const asf = join(shared, 'Borewit_music-metadata/asf.wma');
    const wave = join(folder, 'real.wav');
    run('ffmpeg', ['-v', 'error', '-y', '-i', asf, '-map', '0:a:0', '-c', 'copy', wave]);
    const samples = await ours(readFileSync(wave), 'wmav2');
    expect(samples.length).toBeGreaterThan(40_000);
    expectSame(samples, theirs(asf, 44_100));
  });

  test('Speex of speexenc, moved from Ogg to WAVE: every packet is played as in Ogg', async () => {
    for (const [name, findings] of [
      ['Borewit_music-metadata/female_scrub.spx', ['F113']],
      ['sindresorhus_file-type/fixture.spx', ['F113']],
    ] as const) {
      const ogg = join(shared, name);
      const wave = join(folder, 'speex.wav');
      run('ffmpeg', ['-v', 'error', '-y', '-i', ogg, '-map', '0:a:0', '-c', 'copy', wave]);
      const samples = await ours(readFileSync(wave), 'speex', findings);
      const whole = int16Of(run('ffmpeg', ['-v', 'error', '-c:a', 'libspeex', '-i', ogg, '-f', 's16le', 'pipe:1']));
      expectSame(samples.subarray(0, whole.length), whole.subarray(0, samples.length));
      expect(Math.abs(samples.length - whole.length), name).toBeLessThan(2000);
    }
  });
});

test('invalid frames cause no crash on the way to FFmpeg', async () => {
  const path = join(folder, 'random.wav');
  writeFileSync(path, riff([fmt({ tag: 0x161, bits: 16, block: 128, extra: new Uint8Array(10) }), chunk('data', randomBytes(12_800, 3))]));
  const found = await answer(readFileSync(path), 'a.wav');
  expect(found.tracks[0]?.codec).toBe('wmav2');
});
