import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { amrFrameBytes, amrNarrow, amrWide } from '../../../formats/amr/frames.ts';
import { answer, answers, codesOf } from '../answers.ts';
import { hasShared, int16Of, run, shared } from '../codecs/judges.ts';
import { amrFrames, amrSizes } from '../compressed-builder.ts';
import { decodeFile, signalToDifference } from '../decode-file.ts';
import { chunk, fmt, join, pack, randomBytes, riff, seeded, text, voice } from '../wave/builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-amr-'));
const judge = joinPath(folder, 'judge');
beforeAll(() => {
  const libraries = ['-lopencore-amrnb', '-lopencore-amrwb', '-lvo-amrwbenc'];
  execFileSync('cc', ['-O1', '-o', judge, joinPath(import.meta.dirname, '../codecs/amr-judge.c'), ...libraries]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Alternates a second of noise at the lowest bits and two of speech: an encoder with DTX takes the noise for pauses. */
function turns(rate: number): Int16Array {
  const next = seeded(9);
  const quiet = (): Int16Array => Int16Array.from({ length: 2 * rate }, () => Math.round(6 * (next() - 0.5)));
  const parts = [quiet(), voice(2 * rate, 3), quiet(), voice(2 * rate, 4), quiet()];
  return Int16Array.from(parts.flatMap((part) => [...part]));
}

const kinds = {
  nb: { magic: '#!AMR\n', rate: 8000, frame: 160, modes: [0, 1, 2, 3, 4, 5, 6, 7], name: 'a.amr', codec: 'amr-nb', closeness: 20 },
  wb: { magic: '#!AMR-WB\n', rate: 16_000, frame: 320, modes: [0, 1, 2, 3, 4, 5, 6, 7, 8], name: 'a.awb', codec: 'amr-wb', closeness: 16 },
} as const;

describe.each(['nb', 'wb'] as const)('AMR %s of the encoders of 3GPP', (kind) => {
  const { magic, rate, frame, modes, name, codec, closeness } = kinds[kind];

  test.each(modes)('mode %i without pauses: length exact, samples equal to those of opencore-amr', async (mode) => {
    const frames = run(judge, [`encode-${kind}`, String(mode), '0'], pack(voice(2 * rate, 5), 's16le'));
    const { identification, samples, findings } = await decodeFile(join(text(magic), frames), name);
    expect(identification).toMatchObject({ state: 'ok', findings: [], tracks: [{ codec, frames: 2 * rate, sampleRateHz: rate }] });
    expect(findings).toEqual([]);
    expect(samples.length).toBe(2 * rate);
    expect(signalToDifference(samples, int16Of(run(judge, [`decode-${kind}`], frames)))).toBeGreaterThan(closeness);
  });

  test('with silence descriptors and frames without data: speech is at its time, between it is silence', async () => {
    const sound = turns(rate);
    const frames = run(judge, [`encode-${kind}`, '2', '1'], pack(sound, 's16le'));
    const { identification, samples, findings } = await decodeFile(join(text(magic), frames), name);
    expect(codesOf(identification)).toEqual(['F300']);
    expect(findings).toEqual([]);
    const theirs = int16Of(run(judge, [`decode-${kind}`], frames));
    expect(samples.length).toBe(theirs.length);
    expect(samples.length).toBe(sound.length);
    const silent = identification.tracks[0]?.silences ?? [];
    expect(silent.reduce((sum, [start, end]) => sum + end - start, 0)).toBeGreaterThan(sound.length / 4);
    const audible = theirs.slice();
    for (const [start, end] of silent) {
      expect(samples.subarray(start, end).every((sample) => sample === 0)).toBe(true);
      // opencore-amr plays faint noise there.
      expect(Math.max(...theirs.subarray(start + frame, end).map(Math.abs), 0)).toBeLessThan(600);
      audible.fill(0, start, end);
    }
    expect(signalToDifference(samples, audible)).toBeGreaterThan(closeness - 3);
  });
});

/** A WAVE file of one channel with this tag, its sound in data chunks. */
const inWave = (tag: number, rate: number, ...data: readonly Uint8Array[]): Uint8Array =>
  riff([fmt({ tag, rate, bits: 0, block: 1 }), ...data.map((body) => chunk('data', body))]);

describe.each(['nb', 'wb'] as const)('AMR %s inside WAVE', (kind) => {
  const { magic, rate, name, codec, closeness } = kinds[kind];
  const tag = kind === 'nb' ? 0x7a22 : 0x7362;

  test('with pauses equals the same frames in an AMR file, with the magic and without', async () => {
    const sound = turns(rate);
    const frames = run(judge, [`encode-${kind}`, '2', '1'], pack(sound, 's16le'));
    const alone = await decodeFile(join(text(magic), frames), name);
    const theirs = int16Of(run(judge, [`decode-${kind}`], frames));
    for (const bare of [true, false]) {
      const bytes = inWave(tag, rate, bare ? frames : join(text(magic), frames));
      const { identification, samples, findings, whole } = await decodeFile(bytes, 'a.wav');
      expect({ whole, findings, codes: codesOf(identification), state: identification.state }).toEqual({
        whole: true,
        findings: [],
        codes: ['F300'],
        state: 'ok',
      });
      const shift = bare ? 44 - magic.length : 44; // a header of 44 bytes in place of the magic
      expect(identification.tracks).toEqual(
        alone.identification.tracks.map((track) => ({
          ...track,
          codecName: expect.stringMatching(/^WAVE tag .*, (5\.9|12\.65) kbit\/s$/),
          spans: track.spans.map(([start, end]) => [start + shift, end + shift]),
        })),
      );
      expect(identification.findings[0]?.message).toBe(alone.identification.findings[0]?.message);
      expect(samples).toEqual(alone.samples);
      expect(samples.length).toBe(theirs.length);
      const audible = theirs.slice();
      for (const [start, end] of identification.tracks[0]?.silences ?? []) audible.fill(0, start, end);
      expect(signalToDifference(samples, audible)).toBeGreaterThan(closeness - 3);
    }
  });

  test('in two data chunks is one run, across a frame split between both and across a second magic', async () => {
    const frames = run(judge, [`encode-${kind}`, '2', '0'], pack(voice(rate, 5), 's16le'));
    const size = amrSizes[kind][2];
    const { samples: alone } = await decodeFile(join(text(magic), frames), name);
    for (const [first, second] of [
      [frames.subarray(0, 10 * size + 7), frames.subarray(10 * size + 7)],
      [join(text(magic), frames.subarray(0, 10 * size)), join(text(magic), frames.subarray(10 * size))],
    ] as const) {
      const { identification, samples } = await decodeFile(inWave(tag, rate, first, second), 'a.wav');
      expect(codesOf(identification)).toEqual(['F108']);
      expect(identification.tracks[0]?.frames).toBe(rate);
      expect(samples).toEqual(alone);
    }
  });

  test('damage, a truncated frame and sound without speech are reported as in an AMR file', async () => {
    const types = Array.from({ length: 60 }, () => 2);
    const frames = amrFrames(kind, types);
    const size = amrSizes[kind][2];
    const cases: readonly (readonly [Uint8Array, readonly string[], string])[] = [
      [join(frames.subarray(0, 20 * size + 9), frames.subarray(21 * size)), ['F302'], 'damaged'],
      [frames.subarray(0, frames.length - 4), ['F103'], 'truncated'],
      [amrFrames(kind, [15, 15, kind === 'nb' ? 8 : 9, 15]), ['F300', 'F110'], 'header-only'],
      [amrFrames(kind, types, 0), ['F301'], 'ok'],
    ];
    for (const [body, codes, state] of cases) {
      const wave = await answer(inWave(tag, rate, body), 'a.wav');
      const alone = await answer(join(text(magic), body), name);
      expect({ codes: codesOf(wave).filter((code) => code !== 'F200'), state: wave.state }).toEqual({ codes, state });
      expect({ codes: codesOf(alone), state: alone.state }).toEqual({ codes, state });
      expect(wave.tracks.map(({ codec: id, frames: length }) => [id, length])).toEqual(alone.tracks.map((track) => [track.codec, track.frames]));
      expect(wave.tracks.every((track) => track.codec === codec)).toBe(true);
    }
  });

  test('bytes that are not frames, or frames of several channels, are not played', async () => {
    const several = join(text(kind === 'nb' ? '#!AMR_MC1.0\n' : '#!AMR-WB_MC1.0\n'), Uint8Array.of(0, 0, 0, 2), amrFrames(kind, [2, 2, 2, 2, 2, 2]));
    for (const body of [randomBytes(2000, 7), join(text(magic), randomBytes(2000, 8)), several]) {
      const found = await answer(inWave(tag, rate, body), 'a.wav');
      expect(found.tracks.map((track) => track.codec)).toEqual(['unknown']);
      expect(codesOf(found)).toEqual(['F205']);
    }
  });
});

test('sizes of frames are those of the standards', () => {
  for (const [kind, sizes] of [
    [amrNarrow, amrSizes.nb],
    [amrWide, amrSizes.wb],
  ] as const) {
    expect(Array.from({ length: 16 }, (_, type) => amrFrameBytes(kind, type << 3))).toEqual(sizes);
    for (const first of [0x80, 0x01, 0x02, 0xff]) expect(amrFrameBytes(kind, first)).toBe(0);
  }
});

test('bytes lost in the middle cost a few frames: the rest is decoded again', async () => {
  const frames = run(judge, ['encode-nb', '7', '0'], pack(voice(16_000, 5), 's16le'));
  const damaged = join(text('#!AMR\n'), frames.subarray(0, 32 * 40 + 9), frames.subarray(32 * 41));
  const { identification, samples } = await decodeFile(damaged, 'a.amr');
  expect(codesOf(identification)).toEqual(['F302']);
  expect(identification.state).toBe('damaged');
  expect(Math.abs(samples.length - 99 * 160)).toBeLessThanOrEqual(3 * 160);
  const theirs = int16Of(run(judge, ['decode-nb'], frames));
  expect(signalToDifference(samples.subarray(samples.length - 40 * 160), theirs.subarray(theirs.length - 40 * 160))).toBeGreaterThan(15);
});

test('a header before bytes that are mostly not frames is not played as AMR', async () => {
  for (const seed of [1, 2, 3]) {
    const found = await answer(join(text('#!AMR\n'), randomBytes(50_000, seed)), 'a.amr');
    expect(found.state).toBe('damaged');
    expect(found.tracks[0]?.codec).toBe('unknown');
    expect(codesOf(found)).toContain('F302');
  }
});

test('channels of a file of several are separate tracks, decoded side by side', async () => {
  const [left, right] = [5, 6].map((seed) => run(judge, ['encode-nb', '7', '0'], pack(voice(8000, seed), 's16le')));
  if (left === undefined || right === undefined) throw new Error('no frames');
  const blocks = Array.from({ length: 50 }, (_, i) => join(left.subarray(32 * i, 32 * i + 32), right.subarray(32 * i, 32 * i + 32)));
  const { identification, samples, channels } = await decodeFile(join(text('#!AMR_MC1.0\n'), Uint8Array.of(0, 0, 0, 2), ...blocks), 'a.amr');
  expect(identification.tracks.map(({ frames }) => frames)).toEqual([8000, 8000]);
  expect(channels).toBe(2);
  for (const [channel, frames] of [left, right].entries()) {
    const theirs = int16Of(run(judge, ['decode-nb'], frames));
    expect(
      signalToDifference(
        samples.filter((_, i) => i % 2 === channel),
        theirs,
      ),
    ).toBeGreaterThan(kinds.nb.closeness);
  }
});

test.each(['nb', 'wb'] as const)('AMR %s without its header is identified by its frames, only under its name', async (kind) => {
  const frames = run(judge, [`encode-${kind}`, '1', '1'], pack(turns(kinds[kind].rate), 's16le'));
  const { identification, samples } = await decodeFile(frames, 'a.amr');
  expect(identification).toMatchObject({ confidence: 'structure', state: 'ok', tracks: [{ codec: kinds[kind].codec }] });
  expect(codesOf(identification)).toEqual(['F310', 'F300']);
  expect(samples.length).toBe(10 * kinds[kind].rate);
  expect(await answers(frames, 'a.bin')).toEqual([]);
  expect(await answers(frames.subarray(1), 'a.amr')).toEqual([]);
  expect(await answers(join(frames.subarray(0, 1000), Uint8Array.of(0xff), frames.subarray(1000)), 'a.amr')).toEqual([]);
});

test('impossible numbers of channels are reported; other magics are unidentified', async () => {
  for (const channels of [0, 7, 15]) {
    const found = await answer(join(text('#!AMR_MC1.0\n'), Uint8Array.of(0, 0, 0, channels), amrFrames('nb', [7, 7])), 'a.amr');
    expect(found).toMatchObject({ state: 'damaged', tracks: [{ codec: 'unknown' }] });
    expect(codesOf(found)).toEqual(['F305']);
  }
  await expect(answer(join(text('#!AMR-XX\n'), amrFrames('nb', [7, 7])), 'a.amr')).rejects.toThrow('no answer');
});

describe.skipIf(!hasShared)('a file of a telephone', () => {
  test('has the samples of opencore-amr', async () => {
    const bytes = readFileSync(joinPath(shared, 'sindresorhus_file-type/fixture.amr'));
    const { identification, samples, findings } = await decodeFile(bytes, 'fixture.amr');
    expect(identification.tracks[0]).toMatchObject({ codec: 'amr-nb', frames: 42 * 160 });
    expect(findings).toEqual([]);
    const theirs = int16Of(run(judge, ['decode-nb'], bytes.subarray(6)));
    expect(samples.length).toBe(theirs.length);
    expect(signalToDifference(samples, theirs)).toBeGreaterThan(10);
  });
});
