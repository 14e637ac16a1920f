import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordStages } from '../../../../importers/engine/read/record-stage.ts';
import type { StagedRecord } from '../../../../importers/engine/records/records.ts';
import { openStages } from '../../../../src/tables/stage.ts';

const text = fc.oneof(fc.constantFrom('', 'a', 'a,b', '\u0000', '["a"]', 'é'), fc.string());
/** A few lists of names that repeat, and some that no other record has. */
const names = fc.oneof(fc.constantFrom(['a', 'b'], ['a\u0000b'], ['a', 'b', 'c'], []), fc.array(text, { maxLength: 4 }));
const record: fc.Arbitrary<StagedRecord> = names.chain((list) =>
  fc.record(
    {
      shape: fc.nat({ max: 2 }),
      path: fc.constantFrom('a.csv', 'b.csv', 'c.json'),
      table: fc.constantFrom('', 't'),
      number: fc.nat({ max: 3 }),
      pairs: fc.tuple(...list.map(() => text)).map((cells) => list.map((name, index): [string, string] => [name, cells[index] ?? ''])),
      value: fc.oneof(fc.constant(null), text, fc.array(text)),
      sha256: fc.oneof(fc.constant(null), fc.constant('0'.repeat(64))),
      raw: fc.oneof(fc.constant(null), text),
      unreadable: fc.constant(true as const),
      part: fc.nat({ max: 2 }),
      link: fc.nat({ max: 2 }),
      order: text,
    },
    { requiredKeys: ['shape', 'path', 'table', 'number', 'pairs', 'value', 'sha256', 'raw'] },
  ),
);

/** All members that a record may have, whether getters or values. */
function plain({ shape, path, table, number, pairs, value, sha256, raw, unreadable, part, link, order }: StagedRecord): unknown {
  return { shape, path, table, number, pairs, value, sha256, raw, unreadable, part, link, order };
}

test('a stage returns every record unchanged, also one taken from another stage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'records-'));
  try {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), (records) => {
        using stages = openStages(folder);
        const open = recordStages(stages.open);
        const [first, second] = [open(), open()];
        records.forEach((each, index) => void first.put(`group ${index % 3}`, String(index).padStart(3, '0'), each));
        const read = [...first.groups()];
        for (const { group, values } of read) values.forEach((each, index) => void second.put(group, String(index).padStart(3, '0'), each));
        const expected = [0, 1, 2].map((rest) => records.filter((_, index) => index % 3 === rest).map(plain));
        expect(read.map(({ values }) => values.map(plain))).toEqual(expected.filter((each) => each.length > 0));
        expect([0, 1, 2].map((rest) => second.get(`group ${rest}`).map(plain))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('records with more kinds of names than the cache keeps return with their own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'records-'));
  try {
    using stages = openStages(folder);
    const stage = recordStages(stages.open)();
    const records = Array.from({ length: 600 }, (_, number): StagedRecord => {
      const pairs: [string, string][] = [[`name ${number % 300}`, String(number)]];
      return { shape: 0, path: 'a.json', table: '', number: number + 1, pairs, value: null, sha256: null, raw: '' };
    });
    for (const each of records) stage.put('all', '', each);
    expect(stage.get('all').map(plain)).toEqual(records.map(plain));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
