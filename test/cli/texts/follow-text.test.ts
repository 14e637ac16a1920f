import { expect, test } from 'vitest';
import { followed } from '../../../src/cli/texts/follow-text.ts';

const state = {
  ...{ rounds: 2, failedRounds: 0, bags: 1, imported: 3, amended: 0, notImported: 0, bytes: 0, audioMs: 0, files: 3, held: 0 },
  ...{ oldestHeldSeconds: 0, waiting: 0, pending: 0, silent: false, failing: false, lastFinishedAt: null, alarms: {}, faults: 0 },
};

test('the end of a follow run names the codes that decide exit code 3, and none if nothing is open', () => {
  expect(followed({ ...state, alarms: { P272: 2, P265: 1 } }, 'archive')).toMatchObject({
    exitCode: 3,
    text: expect.stringContaining('Exit code 3 because of P272=2, P265=1; longplay explain CODE says what to do.'),
  });
  expect(followed({ ...state, silent: true }, 'archive')).toMatchObject({ exitCode: 3, text: expect.stringContaining('No recording was finished') });
  const well = followed(state, 'archive');
  expect([well.exitCode, well.text]).toEqual([0, expect.not.stringContaining('Exit code')]);
});
