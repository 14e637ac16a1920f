import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import type { Samples } from '../../../src/core/model/format.ts';
import { answer, codesOf } from '../answers.ts';
import { decode, expectSame, int16Of, run } from '../codecs/judges.ts';
import { chunk, chunk64, join as concat, fmt, pack, randomBytes, riff, riff64, voice } from './builder.ts';

const folder = mkdtempSync(join(tmpdir(), 'longplay-w64-'));
afterAll(() => rmSync(folder, { recursive: true }));
const speech = voice(8001);
const raw = join(folder, 'speech.raw');
const plain = join(folder, 'speech.wav');
writeFileSync(raw, pack(speech, 's16le'));
writeFileSync(plain, riff([fmt({ tag: 1 }), chunk('data', pack(speech, 's16le'))]));

/** Our samples of a file, and the codes of all findings. */
async function ours(bytes: Uint8Array, name: string): Promise<{ samples: Samples; codes: string[]; format: string }> {
  const found = await answer(bytes, name);
  const of = found.tracks[0];
  if (of === undefined) throw new Error('no track');
  const payload = Buffer.concat(of.spans.map(([start, end]) => bytes.subarray(start, end)));
  return { samples: decode(of.codec, of, payload).samples, codes: codesOf(found), format: found.format };
}

/** Ways to write a file of speech, each by an independent program. */
const writers: readonly (readonly [name: string, path: string, write: (path: string) => void])[] = [
  ['FFmpeg, Wave64', 'f.w64', (path) => run('ffmpeg', ['-v', 'error', '-y', '-i', plain, path])],
  ['FFmpeg, Wave64 of mu-law', 'fu.w64', (path) => run('ffmpeg', ['-v', 'error', '-y', '-i', plain, '-c:a', 'pcm_mulaw', path])],
  ['sox, Wave64', 's.w64', (path) => run('sox', ['-D', plain, '-t', 'w64', path])],
  ['libsndfile, Wave64', 'l.w64', (path) => run('sndfile-convert', ['-pcm16', plain, path])],
  ['libsndfile, Wave64 of A-law', 'la.w64', (path) => run('sndfile-convert', ['-alaw', plain, path])],
  ['FFmpeg, RF64', 'f.rf64', (path) => run('ffmpeg', ['-v', 'error', '-y', '-i', plain, '-rf64', 'always', '-f', 'wav', path])],
  ['libsndfile, RF64', 'l.rf64', (path) => run('sndfile-convert', ['-pcm16', plain, path])],
  ['sox, RIFX', 'x.wav', (path) => run('sox', ['-D', plain, '-B', path])],
  ['sox, RIFX of mu-law', 'xu.wav', (path) => run('sox', ['-D', plain, '-B', '-e', 'mu-law', path])],
];

describe('files of other programs give the samples that sox or FFmpeg reads from them', () => {
  test.each(writers)('%s', async (name, file, write) => {
    const path = join(folder, file);
    write(path);
    const { samples, codes, format } = await ours(readFileSync(path), file);
    expect(format).toBe(file.endsWith('.w64') ? 'wave64' : 'riff-wave');
    expect(codes).toEqual([]);
    const theirs = name.startsWith('sox')
      ? run('sox', ['-D', path, '-t', 's16', '-'])
      : run('ffmpeg', ['-v', 'error', '-i', path, '-f', 's16le', 'pipe:1']);
    expect(samples.length - speech.length).toBeLessThan(8); // FFmpeg counts the pad bytes of Wave64 as sound
    expectSame(samples, int16Of(theirs));
  });
});

test('BW64 is read as FFmpeg reads it', async () => {
  const path = join(folder, 'bw.wav');
  run('ffmpeg', ['-v', 'error', '-y', '-i', plain, '-rf64', 'always', path]);
  const bytes = readFileSync(path);
  bytes.write('BW64', 0, 'latin1');
  writeFileSync(path, bytes);
  const { samples, codes } = await ours(bytes, 'bw.wav');
  expect(codes).toEqual([]);
  expectSame(samples, int16Of(run('ffmpeg', ['-v', 'error', '-i', path, '-f', 's16le', 'pipe:1'])));
  expectSame(samples, speech);
});

test('Wave64 that FFmpeg writes to a pipe, and cannot read itself, is read to its end', async () => {
  const bytes = run('ffmpeg', ['-v', 'error', '-i', plain, '-f', 'w64', 'pipe:1']);
  const { samples, codes } = await ours(bytes, 'a.w64');
  expect(codes).toEqual(['F101']);
  expectSame(samples.subarray(0, speech.length), speech);
  expect(samples.length - speech.length).toBeLessThan(4);
});

const format64 = chunk64('fmt ', fmt({ tag: 1 }).subarray(8));
const s16 = pack(speech, 's16le');

describe('damaged Wave64', () => {
  const unknown = concat(randomBytes(16, 9), Uint8Array.of(40, 0, 0, 0, 0, 0, 0, 0), randomBytes(16, 8));
  const cases: readonly (readonly [what: string, bytes: Uint8Array, codes: readonly string[], samples: number])[] = [
    ['size 0', riff64([format64, chunk64('data', s16, 0)]), ['F101'], 8004], // with the pad bytes, which cannot be distinguished from sound
    ['an invalid size', riff64([format64, chunk64('data', s16, Number.MAX_SAFE_INTEGER)]), ['F101'], 8004],
    ['a size too small', riff64([format64, chunk64('data', s16, 1024)]), ['F102'], 8004],
    ['cut', riff64([format64, chunk64('data', s16)]).subarray(0, 5104), ['F103'], 2500],
    ['an unknown chunk before the sound', riff64([format64, unknown, chunk64('data', s16)]), [], 8001],
    ['chunks after the sound', riff64([format64, chunk64('data', s16), chunk64('levl', randomBytes(100, 1)), unknown]), [], 8001],
    ['fmt after the sound', riff64([chunk64('data', s16), format64]), ['F117'], 8001],
    ['two data chunks', riff64([format64, chunk64('data', s16), chunk64('data', s16)]), ['F108'], 16_002],
    ['two files', concat(riff64([format64, chunk64('data', s16)]), riff64([format64, chunk64('data', s16)])), ['F203'], 16_002],
  ];
  test.each(cases)('%s', async (_what, bytes, codes, samples) => {
    const found = await ours(bytes, 'a.w64');
    expect({ codes: found.codes, samples: found.samples.length }).toEqual({ codes, samples });
    expectSame(found.samples.subarray(0, Math.min(samples, 8001)), speech.subarray(0, samples));
  });
});

test('joined files in any number and order give the sound of all, each at its place', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 700 }), fc.boolean(), fc.constantFrom(0, 1, 2, 510)), { minLength: 2, maxLength: 6 }),
      async (parts) => {
        let at = 0;
        const files: Uint8Array[] = [];
        for (const [length, metadata, gap] of parts) {
          const sound = chunk('data', pack(speech.subarray(at, at + length), 's16le'));
          files.push(riff([fmt({ tag: 1 }), sound, ...(metadata ? [chunk('vrnt', randomBytes(9, length))] : [])]), new Uint8Array(gap));
          at += length;
        }
        files.pop(); // nothing behind the last
        const { samples, codes } = await ours(concat(...files), 'a.wav');
        expect(codes).toContain('F203');
        expectSame(samples, speech.subarray(0, at));
      },
    ),
    { numRuns: 60 },
  );
});

test('a file of only headers gives an answer, whatever they state', async () => {
  for (const size of [0, 4, 0xffffffff]) {
    const header = riff([fmt({ tag: 1 }), chunk('data', size === 4 ? new Uint8Array(4) : new Uint8Array(0), { size })], { size });
    const found = await answer(concat(...Array.from({ length: 3000 }, () => header)), 'a.wav');
    expect(found.tracks.length).toBeLessThanOrEqual(1);
    expect(found.tracks[0]?.spans.length ?? 0).toBeLessThanOrEqual(limits.riffFiles);
  }
});

test('data after the largest number of joined files is reported', async () => {
  const one = riff([fmt({ tag: 7, bits: 8 }), chunk('data', Uint8Array.of(1, 2))]);
  const found = await answer(concat(...Array.from({ length: limits.riffFiles + 5 }, () => one)), 'a.wav');
  expect(found.tracks[0]?.spans.length).toBe(limits.riffFiles);
  expect(codesOf(found)).toEqual(['F203', 'F204']);
  expect(found.findings[1]?.message).toContain(`${5 * one.length} bytes`);
});

test('of several files none is skipped silently', async () => {
  const one = riff([fmt({ tag: 1 }), chunk('data', pack(speech, 's16le'))]);
  const empty = riff([fmt({ tag: 1 }), chunk('data', new Uint8Array(0))]);
  const nested = riff([fmt({ tag: 1 }), chunk('data', one)]);
  const blind = riff([chunk('data', pack(speech, 's16le'))]);
  for (const [bytes, codes, samples] of [
    [concat(empty, one), ['F110'], 8001],
    [concat(one, empty, one), ['F110', 'F203'], 16_002],
    [concat(nested, one), ['F207', 'F204'], 8001],
    [concat(blind, one), ['F204'], 8001],
    [concat(one, blind), ['F204'], 8001],
  ] as const) {
    const found = await ours(bytes, 'a.wav');
    expect({ codes: found.codes, samples: found.samples.length }).toEqual({ codes, samples });
  }
  expect(codesOf(await answer(concat(blind, blind), 'a.wav'))).toEqual(['F115', 'F204']);
});

test('a file inside the sound of another is played without its header, which would be noise', async () => {
  const inner = riff([fmt({ tag: 7, bits: 8 }), chunk('data', pack(speech, 'mulaw'))]);
  const { samples, codes } = await ours(riff([fmt({ tag: 1 }), chunk('data', inner)]), 'a.wav');
  expect(codes).toEqual(['F207']);
  expectSame(samples, decode('mulaw', { ...(await answer(inner, 'a.wav')).tracks[0] } as never, pack(speech, 'mulaw')).samples);
  const twice = await ours(riff([fmt({ tag: 1 }), chunk('data', riff([fmt({ tag: 1 }), chunk('data', inner)]))]), 'a.wav');
  expect(twice.codes).toEqual(['F207', 'F207']);
  expect(twice.samples.length).toBe(speech.length);
});

test('encrypted bytes under a header of plain samples are reported', async () => {
  for (const fields of [
    { tag: 7, bits: 8 },
    { tag: 6, bits: 8, channels: 2 },
    { tag: 1, bits: 16 },
    { tag: 1, bits: 8 },
  ])
    expect(codesOf(await answer(riff([fmt(fields), chunk('data', randomBytes(40_000, 7))]), 'a.wav'))).toEqual(['F206']);
});
