import { expect, test } from 'vitest';
import { mulaw } from '../../../formats/codecs/waveform/g711.ts';
import { lengthOf } from '../../../src/core/model/track-length.ts';
import { track } from '../../formats/codecs/judges.ts';

test('silence is added to a length; a stated length already includes it, and without a rule there is no length', () => {
  const silent = track({
    codec: 'mulaw',
    frames: null,
    spans: [[0, 500]],
    silences: [
      [0, 100],
      [300, 340],
    ],
  });
  expect(lengthOf(silent, mulaw)).toBe(640);
  expect(lengthOf({ ...silent, frames: 630 }, mulaw)).toBe(630);
  expect(lengthOf(silent, undefined)).toBeNull();
});
