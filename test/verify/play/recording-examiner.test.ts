import { expect, test } from 'vitest';
import type { PublicDocument } from '../../../src/archive/documents/public-json.ts';
import type { PlayLevel } from '../../../src/verify/play/play-recording.ts';
import { createRecordingExaminer } from '../../../src/verify/play/recording-examiner.ts';

const [first = '', second = '', third = ''] = [1, 2, 3].map((of) => `0000000${of}-0000-8000-8000-000000000000`);

/** Examines public statements of sealed descriptions, none of which can be opened. */
async function examined(described: readonly (readonly [id: string, revision: number])[], play: PlayLevel, erased: readonly string[] = []) {
  const where = { place: 'bags/2020/b', bag: '/bag', play, secretsOf: () => null, erased: new Set(erased) };
  const noTools = (): never => {
    throw new Error('nothing is decoded');
  };
  await using examiner = createRecordingExaminer(where, null, noTools, new AbortController().signal);
  for (const [recordingId, revision] of described) {
    const document: PublicDocument = { format: 'longplay-public', version: 1, recordingId, revision, status: 'matched', formats: [], files: [] };
    await examiner.take({ of: 'public', document }, { seen: [], unread: [], described: null });
  }
  const { recordings, unopened, amendmentsUnopened, untried, erased: gone, notes } = await examiner.finish();
  return { recordings, unopened, amendmentsUnopened, untried, erased: gone, notes: notes.map(({ code, what, files }) => [code, what, files]) };
}

test('an amendment is no further recording, whether it was opened, closed or erased', async () => {
  const all = [first, second, third].map((id) => [id, 1] as const);
  expect(await examined(all, 'none', [third])).toEqual({ recordings: 3, unopened: 2, amendmentsUnopened: 0, untried: 0, erased: 1, notes: [] });
  const again = [
    [first, 2],
    [third, 2],
    [third, 3],
  ] as const;
  expect(await examined(again, 'none', [third])).toEqual({ recordings: 0, unopened: 0, amendmentsUnopened: 1, untried: 0, erased: 0, notes: [] });
});

test('an amendment that should have been opened is reported, and is no recording that was not tried', async () => {
  const both = [
    [first, 1],
    [second, 2],
    [third, 4],
  ] as const;
  expect(await examined(both, 'copies')).toEqual({
    ...{ recordings: 1, unopened: 1, amendmentsUnopened: 2, untried: 1, erased: 0 },
    notes: [
      ['K203', 'recording', 1],
      ['K203', 'amendment', 2],
    ],
  });
});
