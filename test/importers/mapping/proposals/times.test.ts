import { describe, expect, test } from 'vitest';
import type { RowFile } from '../../../../importers/mapping/propose/guess-join.ts';
import { guessTimes } from '../../../../importers/mapping/propose/guess-start.ts';
import { columnsOf } from '../../../../importers/mapping/propose/header-roles.ts';

/** Seconds of 2022-01-10 15:00 UTC, the first of the calls. */
const firstCall = 1_641_826_800;
const dayMs = 86_400_000;

function startOf(
  columns: Readonly<Record<string, readonly string[]>>,
  files: readonly RowFile[] = [],
): { line: string; doubts: readonly string[] } | null {
  const names = Object.keys(columns);
  const rows = (columns[names[0] ?? ''] ?? []).map((_, row) => new Map(names.map((name) => [name, columns[name]?.[row] ?? ''])));
  const [line] = guessTimes(columnsOf(names, rows), files).lines;
  return line === undefined ? null : { line: line.text, doubts: line.doubts };
}

function filesAt(moments: readonly number[]): readonly RowFile[] {
  return moments.map((modifiedMs, row) => ({ row, size: 160_000, namedMs: null, modifiedMs }));
}

const rising = [0, 60, 300, 301, 7_200, 90_000].map((after) => String(firstCall + after));
const mixed = [rising[3], rising[0], rising[5], rising[1], rising[4], rising[2]].map((value) => value ?? '');

describe('numbers that count seconds', () => {
  test('are times under a word for a time if they increase from row to row, and have a question mark if not', () => {
    expect(startOf({ Time: rising })).toEqual({ line: 'start = { column = "Time", format = "epoch-s" }', doubts: [] });
    expect(startOf({ Time: mixed })?.doubts).toEqual(['the numbers neither rise nor fall from row to row: are these times']);
  });

  test('are certain in any order if the files of the rows have the same times', () => {
    expect(startOf({ Time: mixed }, filesAt(mixed.map((value) => Number(value) * 1_000 + 90_000)))?.doubts).toEqual([]);
  });

  test('are not times without a word, unless they increase and the files have the same times, and then they have a question mark', () => {
    const ended = filesAt(rising.map((value) => Number(value) * 1_000 + 90_000));
    expect(startOf({ Wert: rising })).toBe(null);
    expect(startOf({ Wert: mixed }, ended)).toBe(null);
    expect(startOf({ Wert: rising }, ended)).toEqual({
      line: 'start = { column = "Wert", format = "epoch-s" }',
      doubts: ['no heading says so: is this when the call began'],
    });
  });

  test('are not times under a word for a number or an id, whatever the files show', () => {
    expect(startOf({ 'Phone number': rising }, filesAt(rising.map((value) => Number(value) * 1_000)))).toBe(null);
    expect(startOf({ 'Contact id': rising }, filesAt(rising.map((value) => Number(value) * 1_000)))).toBe(null);
  });
});

describe('times of the files', () => {
  const start = ['2022-01-10 15:00:00', '2022-01-11 15:00:00', '2022-01-12 15:00:00', '2022-01-13 15:00:00'];

  test('disprove a start that is later than they are; newer copies disprove nothing', () => {
    const own = start.map((_, index) => firstCall * 1_000 + index * dayMs);
    expect(startOf({ Start: start }, filesAt(own.map((ms) => ms - 40 * dayMs)))?.doubts).toEqual([
      '4 of 4 files were last changed before the call began: are these the right times',
    ]);
    expect(startOf({ Start: start }, filesAt(own.map((ms) => ms + 40 * dayMs)))?.doubts).toEqual([]);
    // A zip without times states 1980.
    expect(startOf({ Start: start }, filesAt(own.map(() => Date.UTC(1980, 0, 1))))?.doubts).toEqual([]);
  });

  test('show whether day or month comes first', () => {
    const open = ['02/03/2022 10:00:00', '04/03/2022 10:00:00', '05/03/2022 10:00:00'];
    expect(startOf({ Start: open })?.doubts).toEqual(['day or month first, which these rows do not show']);
    const inMarch = filesAt([2, 4, 5].map((day) => Date.UTC(2022, 2, day, 10, 5)));
    expect(startOf({ Start: open }, inMarch)).toEqual({ line: 'start = { column = "Start", format = "DD/MM/YYYY HH:mm:ss" }', doubts: [] });
  });
});

test('select of two columns with the same times in two zones the one whose heading says UTC; without such a word the line has a question mark', () => {
  const [utc, local] = [
    ['2019-04-22 13:57:16', '2019-04-22 14:10:00'],
    ['2019-04-22 10:57:16', '2019-04-22 11:10:00'],
  ];
  expect(startOf({ CallLocalTime: local, CallUniversalTime: utc })).toEqual({
    line: 'start = { column = "CallUniversalTime", zone = "UTC" }',
    doubts: [],
  });
  expect(startOf({ 'Call time': local, 'Time of call': utc })?.doubts).toEqual(['or "Time of call", whose times are the same in another zone']);
});
