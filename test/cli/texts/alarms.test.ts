import { expect, test } from 'vitest';
import { differenceLines } from '../../../src/cli/texts/alarms.ts';
import { type FindingCode, isAlarm } from '../../../src/core/findings/finding-table.ts';
import { createDifferenceTally, settleDifferences } from '../../../src/pipeline/report/differences.ts';
import { createRig } from '../rig.ts';

const told = (code: FindingCode, count?: number) =>
  ({ type: 'finding', code, place: 'a', message: 'b', ...(count === undefined ? {} : { count }) }) as const;

test('only codes that the table of findings marks as alarms, and errors of a source or a table, decide exit code 3 by themselves', () => {
  // T121 reports one lost record: these count together, as P272.
  const codes = ['P201', 'P260', 'I340', 'S143', 'S115', 'T120', 'T121', 'T124', 'P107', 'P261', 'X999'];
  expect(codes.filter(isAlarm)).toEqual(['P201', 'P260', 'I340', 'S143', 'T120']);
});

test('a finding about several calls counts as many; what is counted elsewhere has a code of its own', () => {
  const tally = createDifferenceTally();
  for (const event of [told('I340', 12), told('P260'), told('P260'), told('P261', 5), told('P107')]) tally.take(event);
  expect(tally.differences({})).toEqual({ I340: 12, P260: 2 });
  expect(tally.differences({ notImported: 2 })).toEqual({ I340: 12, P260: 2, P273: 2 });
  tally.take(told('M143'));
  expect(tally.differences({ notImported: 2 })).toEqual({ I340: 12, M143: 1, P260: 2, P273: 1 });
  expect(tally.differences({ notImported: 1, notPlayable: 3, doubtful: 0, recordsLost: 7 })).toEqual({
    I340: 12,
    M143: 1,
    P260: 2,
    P270: 3,
    P272: 7,
  });
});

test('up to the accepted number of findings of a code are accepted, one more is not', () => {
  const accept = (atMost: number) => settleDifferences({ I340: 12, P260: 2 }, { accepts: [{ code: 'I340', atMost }], reason: 'a test line' });
  const accepted = { code: 'I340', found: 12, reason: 'a test line' };
  expect(accept(12)).toEqual({ open: { P260: 2 }, accepted: [{ ...accepted, atMost: 12 }] });
  expect(accept(40)).toEqual({ open: { P260: 2 }, accepted: [{ ...accepted, atMost: 40 }] });
  expect(accept(11)).toEqual({ open: { I340: 12, P260: 2 }, accepted: [] });
});

test('the last lines state each code with its number, what was accepted, and the state of the rest; wrong sums cannot be accepted', () => {
  expect(differenceLines({ open: {}, accepted: [] })).toEqual([]);
  expect(differenceLines({ open: { I340: 1_200, P201: 1 }, accepted: [{ code: 'P260', found: 2, atMost: 5, reason: 'known' }] })).toEqual([
    'Accepted: P260=2 (up to 5), known',
    'Exit code 3 because of I340=1200, P201=1; longplay explain CODE says what to do.',
    'To accept after review: --accept I340=1200 --reason "…"',
  ]);
  expect(differenceLines({ open: { P201: 1 }, accepted: [] })).toEqual(['Exit code 3 because of P201=1; longplay explain CODE says what to do.']);
});

test('explain states exit code 3 for alarms, and for no other code', async () => {
  await using rig = createRig();
  const [alarm, source, other] = [await rig.run(['explain', 'P201']), await rig.run(['explain', 'S143']), await rig.run(['explain', 'P107'])];
  for (const { stdout } of [alarm, source]) expect(stdout).toContain('An import, a dry run or a survey that reports it ends with exit code 3.');
  expect(other.stdout).not.toContain('exit code');
});
