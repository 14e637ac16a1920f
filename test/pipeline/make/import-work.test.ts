import { describe, expect, test } from 'vitest';
import { emptyRecording } from '../../../src/core/model/recording.ts';
import { createImportWork } from '../../../src/pipeline/make/import-work.ts';
import { noSoundYet, type Sound } from '../../../src/pipeline/read/sound.ts';

const sound = (audioMs: number, kind = 'G.711 in wav'): Sound => ({ ...noSoundYet(), kind, audioMs });
const taken = (recordingId: string) => ({ recordingId, standing: 'new' as const });
const recording = (key: string) => emptyRecording('loose-files', 'verified', key);

function workOf(lengthsMs: readonly number[], name = 'call') {
  const work = createImportWork();
  for (const [index, ms] of lengthsMs.entries()) work.take(recording(`${name} ${index}`), taken(`${index}`), sound(ms), ms * 8);
  return work.kinds();
}

describe('recordings chosen for a trial', () => {
  test('are grouped by length, so that a few long ones are not missed among many short ones', () => {
    const kinds = workOf([...Array<number>(5_000).fill(3_000), ...Array<number>(40).fill(60_000), ...Array<number>(3).fill(7_200_000)]);
    expect(kinds.map(({ recordings, samples }) => [recordings, samples.length, samples[0]?.audioMs])).toEqual([
      [3, 3, 7_200_000],
      [5_000, 4, 3_000],
      [40, 4, 60_000],
    ]);
  });

  test('are drawn by seconds of sound, not by files: of one long and nine short ones the long one is drawn most often', () => {
    let long = 0;
    for (let run = 0; run < 400; run++) {
      const [kind] = workOf(
        [...Array<number>(9).fill(400_000), 36_000_000].map((ms) => ms),
        `run ${run}`,
      );
      // It has 10 of 11 parts of the sound.
      if (kind?.samples[0]?.audioMs === 36_000_000) long++;
    }
    expect(long).toBeGreaterThan(400 * 0.85);
    expect(long).toBeLessThan(400 * 0.97);
  });

  test('are the same at every run and in any order', () => {
    const work = (numbers: readonly number[]) => {
      const one = createImportWork();
      for (const number of numbers) one.take(recording(`${number}`), taken(`${number}`), sound(1_000 + number), 8_000);
      return one.kinds().flatMap(({ samples }) => samples.map(({ recordingId }) => recordingId));
    };
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    expect(work(numbers)).toEqual(work(numbers.toReversed()));
  });
});
