import { expect, test } from 'vitest';
import type { CallLine } from '../../../src/report/calls/call-line.ts';
import type { DayCount } from '../../../src/report/calls/coverage.ts';
import { silentMarks } from '../../../src/report/calls/silent-marks.ts';
import { createTally, type MarkCount } from '../../../src/report/calls/tally.ts';

const dayMs = 86_400_000;
const dayOf = (number: number): string => new Date(Date.UTC(2018, 0, 1) + number * dayMs).toISOString().slice(0, 10);

/** Days from 2018-01-01 on (a Monday), 100 calls each except on weekends and days without calls. */
function days(count: number, isSilent: (day: number) => boolean = () => false): DayCount[] {
  return Array.from({ length: count }, (_, day) => day).flatMap((day) =>
    day % 7 < 5 && !isSilent(day) ? [{ day: dayOf(day), calls: 100, withAudio: 100, durationMs: 0 }] : [],
  );
}
const mark = (value: string, first: number, last: number, calls: number): MarkCount => ({
  name: 'channel',
  value,
  recordings: calls,
  calls,
  withAudio: calls,
  firstDay: dayOf(first),
  lastDay: dayOf(last),
});
const found = (of: DayCount[], ...marks: MarkCount[]): string[] =>
  silentMarks(of, { marks, quiet: [] }).map(({ value, silent, daysSilent, usualCalls }) => `${value} ${silent} ${daysSilent} ${usualCalls}`);

test('a channel that falls silent and one that starts late are reported with the missing calls, the most first', () => {
  const marks = [mark('steady', 0, 361, 1_000), mark('gone', 0, 178, 650), mark('late', 182, 361, 260)];
  // Day 178 is a Thursday: 25 weeks of 5 working days and 4 more, of 260. 650 calls on 129 days, and 260 calls on 130.
  expect(found(days(364), ...marks)).toEqual(['gone before-end 131 660', 'late after-start 130 260']);
});

test('a channel is not reported if chance, a short silence or a short life may be the reason', () => {
  expect(found(days(364), mark('rare', 0, 178, 9), mark('holiday', 0, 352, 5_000), mark('brief', 0, 20, 500))).toEqual([]);
});

test('a silence of the whole source is not attributed to a channel', () => {
  const gap = days(364, (day) => day > 180 && day < 350);
  expect(found(gap, mark('before the gap', 0, 180, 129))).toEqual([]);
  expect(found(gap, mark('before the gap', 0, 180, 1_300))).toEqual(['before the gap before-end 10 100']);
});

test('an outlier of a stopped clock makes no channel start late', () => {
  const strays = [{ day: '1970-01-01', calls: 1, withAudio: 1, durationMs: 0 }, ...days(364)];
  expect(found(strays, mark('steady', 0, 361, 1_000))).toEqual([]);
});

test('without days or calls there is no result', () => {
  expect(found([], mark('a', 0, 361, 1_000))).toEqual([]);
  expect(
    silentMarks(days(364), {
      marks: [{ name: 'channel', value: 'a', recordings: 3, calls: 0, withAudio: 0, firstDay: null, lastDay: null }],
      quiet: [],
    }),
  ).toEqual([]);
});

/** Calls of one agent as input of a report: one per day, with sound or without. */
function linesOf(value: string, count: number, hasSound: (day: number) => boolean): CallLine[] {
  return Array.from({ length: count }, (_, day) => ({
    recordingId: null,
    key: `${value}-${day}`,
    importer: 'test',
    grade: null,
    status: 'matched',
    joined: 'matched',
    standing: 'new',
    rule: '',
    reason: null,
    start: `${dayOf(day)}T09:00:00Z`,
    startCertainty: 'exact',
    durationMs: null,
    audioFiles: 1,
    sound: hasSound(day) ? 'yes' : 'no',
    doubtful: 0,
    places: [],
    rows: [],
    morePlaces: 0,
    marks: [{ name: 'agent', value }],
  }));
}

test('an agent with calls and no audio for two weeks or more is reported with the days, anywhere in time; a short stretch and a habit are not', () => {
  const tally = createTally();
  const agents: readonly (readonly [string, (day: number) => boolean])[] = [
    ['steady', () => true],
    ['end', (day) => day < 60],
    ['middle', (day) => day < 30 || day >= 50],
    ['never', () => false],
    ['short', (day) => day < 40 || day >= 53],
    ['habit', (day) => day % 10 === 0],
  ];
  for (const [value, hasSound] of agents) for (const line of linesOf(value, 90, hasSound)) tally.take(line);
  const told = silentMarks(tally.days(), { marks: tally.numbers().marks, quiet: tally.quiet() }).map(
    ({ value, silent, from, to, daysSilent, usualCalls }) => `${value} ${silent} ${from} ${to} ${daysSilent} ${usualCalls}`,
  );
  // 306 of 540 calls have audio, so of 90 calls 51 are usual.
  expect(told).toEqual([
    `never without-audio ${dayOf(0)} ${dayOf(89)} 90 51`,
    `end without-audio ${dayOf(60)} ${dayOf(89)} 30 30`,
    `middle without-audio ${dayOf(30)} ${dayOf(49)} 20 20`,
  ]);
});
