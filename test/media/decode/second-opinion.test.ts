import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import { formats } from '../../../formats/index.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import type { Track } from '../../../src/core/model/format.ts';
import { openMedium } from '../../../src/media/bytes/medium-bytes.ts';
import type { Canary } from '../../../src/media/canaries.ts';
import { identifyAs } from '../../../src/media/declared-medium.ts';
import { disagreement, secondOpinion, wantsSecondOpinion } from '../../../src/media/decode/second-opinion.ts';
import { findFfmpeg } from '../../../src/media/ffmpeg/ffmpeg.ts';
import type { MediaTools } from '../../../src/media/tools/types.ts';
import { declaredCoding } from '../../formats/make-canaries.ts';

const samples = join(import.meta.dirname, '../../../samples');
const never = new AbortController().signal;
const byId = new Map(codecs.map((codec) => [codec.id, codec]));
let ffmpeg: MediaTools['ffmpeg'];
beforeAll(async () => {
  ffmpeg = await findFfmpeg(undefined);
});

const loud = (seed: number): Float64Array => {
  let state = seed;
  return Float64Array.from({ length: 4000 }, () => {
    state = (state * 48_271) % 0x7fffffff;
    return (state / 0x3fffffff - 1) * 5000;
  });
};

describe('agreement', () => {
  test('compares the sound, not the last bit or a constant', () => {
    const ours = loud(1);
    const noise = loud(2);
    expect(
      disagreement(
        ours,
        ours.map((value, index) => value + (noise[index] ?? 0) / 10 + 300),
        'X',
      ),
    ).toBeNull();
  });

  test('fails for another sound, another level, another sign and another length', () => {
    const ours = loud(1);
    expect(disagreement(ours, loud(2), 'X')).toMatch(/^of the first 4000 samples [0-9]+ % agree with those that X decodes/);
    expect(
      disagreement(
        ours,
        ours.map((value) => value / 2),
        'X',
      ),
    ).toContain('-6.0 dB');
    expect(
      disagreement(
        ours,
        ours.map((value) => -value),
        'X',
      ),
    ).toContain(' 0 %');
    expect(disagreement(ours, ours.subarray(0, 1000), 'X')).toBe('longplay decodes 4000 samples from its beginning, X 1000');
  });

  test('is not tested on silence', () => {
    const quiet = loud(3).map((value) => value / 1000);
    expect(disagreement(quiet, loud(4).fill(0), 'X')).toBeNull();
    expect(disagreement(new Float64Array(0), new Float64Array(0), 'X')).toBeNull();
  });
});

test('one original in 256 is decoded twice, and every doubtful one', () => {
  expect(wantsSecondOpinion('0100'.padEnd(64, '0'), false)).toBe(true);
  expect(wantsSecondOpinion('0101'.padEnd(64, '0'), false)).toBe(false);
  expect(wantsSecondOpinion('0101'.padEnd(64, '0'), true)).toBe(true);
});

const canaries: readonly Canary[] = JSON.parse(readFileSync(join(samples, 'canaries.json'), 'utf8'));
const asked = codecs.filter(({ second }) => second !== undefined).map(({ id }) => id);

async function trackOf({ file }: Canary): Promise<{ readonly track: Track; readonly bytes: Uint8Array }> {
  const bytes = new Uint8Array(readFileSync(join(samples, file)));
  const coding = declaredCoding(file);
  const declared = coding === null ? null : { ...coding, glob: '*', codecName: coding.codec };
  const found = await identifyAs(memoryReader(bytes, file), { name: file.slice(file.lastIndexOf('/') + 1) }, formats, declared, never);
  const track = found?.tracks[0];
  if (track === undefined) throw new Error(`${file} has no track`);
  return { track, bytes };
}

describe.each(asked)('%s', (id) => {
  // Codes of an encoder where available: random ones may drive two decoders into their limits, where they may differ.
  const all = canaries.filter((canary) => canary.codec === id);
  const coded = all.filter(({ file }) => file.startsWith('canaries/'));
  const own = coded.length > 0 ? coded : all;

  test('has a sample, and FFmpeg agrees with longplay on each', async () => {
    expect(own.length).toBeGreaterThan(0);
    for (const canary of own) {
      const { track, bytes } = await trackOf(canary);
      const opinion = await secondOpinion(track, byId.get(id), openMedium({ kind: 'bytes', bytes }, canary.file), { ffmpeg }, never);
      expect(opinion, canary.file).toBeNull();
    }
  });
});

test("an error in longplay's decoder is noticed", async () => {
  const canary = canaries.find(({ file }) => file === 'canaries/g726-32-msb.codes');
  const right = byId.get('g726-32-msb');
  const other = byId.get('g726-32-lsb');
  if (canary === undefined || right === undefined || other === undefined) throw new Error('no sample');
  const { track, bytes } = await trackOf(canary);
  const wrong = { ...other, id: right.id, second: right.second };
  const opinion = await secondOpinion(track, wrong as typeof other, openMedium({ kind: 'bytes', bytes }, canary.file), { ffmpeg }, never);
  expect(opinion).toMatch(/% agree with those that FFmpeg/);
});

test('a day of silence around the sound is excluded', async () => {
  const canary = canaries.find(({ file }) => file === 'canaries/g726-32-msb.codes');
  if (canary === undefined) throw new Error('no sample');
  const { track, bytes } = await trackOf(canary);
  const silent: Track = { ...track, silences: [[0, 24 * 3600 * 8000]] };
  const opinion = await secondOpinion(silent, byId.get(canary.codec), openMedium({ kind: 'bytes', bytes }, canary.file), { ffmpeg }, never);
  expect(opinion).toBeNull();
});
