import { expect, test } from 'vitest';
import { namesOf, namesOfPairs } from '../../../../importers/engine/records/names.ts';
import { openRecord, type StagedRecord } from '../../../../importers/engine/records/records.ts';

const shape = { shape: 0, path: 'a.csv', table: '', number: 1, value: null, sha256: null, raw: 'x' } as const;

test('names are found exactly first, then without regard to letter case; of several, the first', () => {
  const names = namesOf(['id', 'ID', 'Start', 'START', 'id']);
  expect(['id', 'ID', 'Id', 'start', 'START', 'none', 'none'].map((name) => names.indexOf(name))).toEqual([0, 1, 0, 2, 3, undefined, undefined]);
  expect(names.mayRepeat).toBe(true);
  expect(namesOf(['id', 'ID']).mayRepeat).toBe(false);
});

test('records of tables with other names in another order do not share their lookup', () => {
  const first = namesOfPairs([
    ['a', '1'],
    ['b', '2'],
  ]);
  expect(
    namesOfPairs([
      ['a', '3'],
      ['b', '4'],
    ]),
  ).toBe(first);
  const others = [
    [
      ['b', '1'],
      ['a', '2'],
    ],
    [['a', '1']],
    [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ],
  ] as const;
  for (const pairs of others) {
    const names = namesOfPairs(pairs);
    expect(pairs.map(([name]) => names.indexOf(name))).toEqual(pairs.map((_, index) => index));
  }
});

test('a record with shared names says the same as one with pairs, and repeated names stay', () => {
  const [names, cells] = [
    ['Key', 'x', 'x', 'empty'],
    ['1', 'first', 'second', ' '],
  ];
  const pairs = names.map((name, index): [string, string] => [name, cells[index] ?? '']);
  for (const staged of [
    { ...shape, pairs },
    { ...shape, pairs, names, cells },
  ] satisfies StagedRecord[]) {
    const record = openRecord([], staged);
    expect([record.peek(['KEY']), record.peek(['x']), record.peek(['empty']), record.has('EMPTY'), record.has('none')]).toEqual([
      '1',
      'first',
      null,
      true,
      false,
    ]);
    expect(record.repeats('X')).toEqual(['second']);
    expect(record.take(['x', 'key'])).toBe('first 1');
    expect(record.rest()).toEqual([{ name: 'x', value: 'second' }]);
    expect(record.takeAll(/^x$/)).toBe(2);
    expect(record.rest()).toEqual([]);
  }
});
