import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byCodePoint } from '../../src/core/base/order.ts';
import { openStage as open } from '../../src/tables/stage.ts';
import type { Stage } from '../../src/tables/text/types.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stage-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Each in memory, and in a file from its first row on. */
describe.each([
  ['in memory', undefined, undefined],
  ['in a file', 0, undefined],
  ['in a file that sorts a part of the rows at a time', 0, 20_000],
])('a stage %s', (_where, memoryChars, sortedAtOnce) => {
  const openStage = (within: string): Stage => open(within, memoryChars, sortedAtOnce);

  it('gives groups in code-point order, with their values by order and then by insertion, and is removed when closed', () => {
    const stage = openStage(join(folder, 'new', 'folder'));
    stage.put('b', '2', { n: 1 });
    stage.put('\u{1F600}', '', 'above');
    stage.put('\uffee', '', 'below');
    stage.put('a', '', null);
    stage.put('b', '10', { n: 2 });
    stage.put('b', '2', { n: 3 });
    expect(stage.size).toBe(6);
    expect([...stage.groups()]).toEqual([
      { group: 'a', values: [null] },
      { group: 'b', values: [{ n: 2 }, { n: 1 }, { n: 3 }] },
      { group: '\uffee', values: ['below'] },
      { group: '\u{1F600}', values: ['above'] },
    ]);
    expect(stage.get('b')).toEqual([{ n: 2 }, { n: 1 }, { n: 3 }]);
    expect(stage.get('none')).toEqual([]);
    expect(stage.get('b', 2)).toEqual([{ n: 2 }, { n: 1 }]);
    expect(['', 'a', 'b', 'bb', '\u{1F600}', 'z'].map((beginning) => stage.hasGroup(beginning))).toEqual([true, true, true, false, true, false]);
    expect(readdirSync(join(folder, 'new', 'folder')).filter((name) => name.endsWith('.sqlite'))).toHaveLength(memoryChars === 0 ? 1 : 0);
    expect(() => stage.put('c', '', 1)).toThrow('put after the stage was read');
    stage.close();
    stage.close();
    expect(readdirSync(join(folder, 'new', 'folder'))).toEqual([]);
  });

  it('can be asked for a group during an iteration over all, and iterated twice', () => {
    const stage = openStage(folder);
    for (let i = 0; i < 50_000; i++) stage.put(`g${i % 1_000}`, String(i).padStart(6, '0'), i);
    let values = 0;
    for (const group of stage.groups()) {
      values += group.values.length;
      expect(stage.get(group.group).length).toBe(group.values.length);
    }
    expect([values, [...stage.groups()].length]).toEqual([50_000, 1_000]);
    stage.close();
  });

  it('keeps long values, which are not sorted with their groups', () => {
    const stage = openStage(folder);
    const long = (row: number): string => String(row).repeat(2_000 / String(row).length);
    for (let row = 0; row < 900; row++) stage.put(`g${(row * 7) % 300}`, String(row % 3), long(row));
    const groups = [...stage.groups()];
    expect([groups.length, groups.map(({ group }) => group)]).toEqual([300, groups.map(({ group }) => group).sort(byCodePoint)]);
    for (const { group, values } of groups) expect([values.length, values]).toEqual([3, stage.get(group)]);
    expect(stage.get('g7')).toEqual([1, 301, 601].sort((a, b) => (a % 3) - (b % 3)).map(long));
    stage.close();
  });

  it('gives rows in the order in which they were put if group and order are equal, however many and however long they are', () => {
    const stage = openStage(folder);
    const value = (row: number): string => `${row} ${'x'.repeat(row % 100 === 0 ? 70_000 : row % 90)}`;
    // More of one group than are inserted or read together, and the group before and behind it.
    const rows = Array.from({ length: 1_500 }, (_, row) => ({ group: row % 50 === 7 ? 'a' : row % 50 === 9 ? 'c' : 'b', row }));
    for (const { group, row } of rows) stage.put(group, 'same', value(row));
    const expected = ['a', 'b', 'c'].map((group) => ({ group, values: rows.filter((one) => one.group === group).map(({ row }) => value(row)) }));
    expect([...stage.groups()]).toEqual(expected);
    expect(expected.map(({ group }) => stage.get(group))).toEqual(expected.map(({ values }) => values));
    stage.close();
    const short = openStage(folder);
    for (let row = 0; row < 1_500; row++) short.put(`g${row % 2}`, '', row);
    expect([...short.groups()].map(({ values }) => values)).toEqual([0, 1].map((rest) => Array.from({ length: 750 }, (_, at) => 2 * at + rest)));
    short.close();
  });

  it('treats two groups whose names differ only in unpaired surrogates as one', () => {
    const stage = openStage(folder);
    stage.put('\ud800', '', 1);
    stage.put('\udc00', '', 2);
    expect([[...stage.groups()], stage.get('\ud801'), stage.hasGroup('\udfff')]).toEqual([[{ group: '\ufffd', values: [1, 2] }], [1, 2], true]);
    stage.close();
  });

  it('can be left in the middle of an iteration and before it was ever read', () => {
    const stage = openStage(folder);
    stage.put('a', '', 1);
    stage.put('b', '', 2);
    for (const group of stage.groups()) {
      expect(group.group).toBe('a');
      break;
    }
    stage.close();
    const unread = openStage(folder);
    unread.put('a', '', 1);
    unread.close();
    expect(readdirSync(folder).filter((name) => name.startsWith('stage-'))).toEqual([]);
  });

  it('returns any values that JSON can express, by group', () => {
    const put = fc.record({ group: fc.string({ unit: 'grapheme' }), order: fc.string({ maxLength: 2 }), value: fc.jsonValue() });
    fc.assert(
      fc.property(fc.array(put, { maxLength: 20 }), (puts) => {
        // Two rows are a part.
        const stage = open(folder, memoryChars, sortedAtOnce === undefined ? undefined : 80);
        for (const { group, order, value } of puts) stage.put(group, order, value);
        const names = [...new Set(puts.map((each) => each.group))].sort(byCodePoint);
        const expected = names.map((group) => ({
          group,
          values: puts
            .filter((each) => each.group === group)
            .sort((a, b) => byCodePoint(a.order, b.order))
            .map((each): unknown => JSON.parse(JSON.stringify(each.value))),
        }));
        expect([...stage.groups()]).toEqual(expected);
        stage.close();
      }),
      { numRuns: 30 },
    );
  });
});

it('a stage that exceeds its memory limit moves to a file, and gives the same results', () => {
  const stages = [open(folder, 200), open(folder)] as const;
  const put = (row: number): void => {
    for (const stage of stages) stage.put(`group ${(7 * row) % 5}`, String(row % 3), { row });
  };
  const files = (): number => readdirSync(folder).filter((name) => name.endsWith('.sqlite')).length;
  for (let row = 0; row < 5; row++) put(row);
  expect(files()).toBe(0);
  for (let row = 5; row < 40; row++) put(row);
  expect(files()).toBe(1);
  const [inFile, inMemory] = stages.map((stage) => [[...stage.groups()], stage.get('group 3', 4), stage.hasGroup('group'), stage.size]);
  expect(inFile).toEqual(inMemory);
  for (const stage of stages) stage.close();
  expect(files()).toBe(0);
});
