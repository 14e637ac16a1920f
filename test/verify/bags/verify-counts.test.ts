import { expect, test } from 'vitest';
import { errorVerdict } from '../../../src/core/model/verdict.ts';
import { createFaultyCalls } from '../../../src/verify/bags/verify-counts.ts';

const id = (at: number): string => `1f0c2a9e-0000-8000-8000-00000000000${at}`;
const corrupt = (at: number, file: string) => errorVerdict('corrupt', 'A153', `bags/2019/b/data/${id(at)}/${file}`, '');

test('a call counts once in any number of damaged bags, and damage of its audio takes precedence over damage of its description', () => {
  const calls = createFaultyCalls();
  calls.take([corrupt(1, 'recording.json'), corrupt(2, 'source-1.csv'), corrupt(3, 'original-1.wav'), corrupt(3, 'recording.json')]);
  expect(calls.take([])).toEqual({ calls: 3, callsDescribed: 2 });
  // The amendment of the first, and the audio of the second.
  calls.take([corrupt(1, 'recording.json'), corrupt(1, 'table-1.csv')]);
  expect(calls.take([corrupt(2, 'access-1.opus'), corrupt(3, 'recording.json')])).toEqual({ calls: 3, callsDescribed: 1 });
  expect(calls.take([corrupt(2, 'recording.json'), corrupt(4, 'recording.json.age'), corrupt(5, 'original-1.wav.age')])).toEqual({
    calls: 5,
    callsDescribed: 2,
  });
});
