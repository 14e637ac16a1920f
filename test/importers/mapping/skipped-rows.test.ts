import { describe, expect, it } from 'vitest';
import { generic } from '../../../importers/mapping/importer.ts';
import { readMapping } from '../../../importers/mapping/read/mapping-read.ts';
import { importAll } from '../import-all.ts';
import { memorySource } from '../memory-source.ts';

const mapping = (table: string): string => `
source.zone = "UTC"
[table]
files = "*.csv"
${table}
[columns]
key = "globalCallID"
start = { column = "dateTimeOrigination", format = "epoch-s" }
caller = "callingPartyNumber"
[join]
column = "file"
`;
const run = (files: Record<string, string>, table: string) =>
  importAll(generic, memorySource(files), { mapping: { name: 'm.toml', text: mapping(table) } });

// Header and types as in Cisco's Call Detail Records Administration Guide: the second line of each file has the types of the columns.
const header = '"globalCallID","dateTimeOrigination","callingPartyNumber","file"\n';
const types = 'INTEGER,INTEGER,VARCHAR(50),VARCHAR(255)\n';
const call = (id: number): string => `${id},${1_714_644_000 + id},"+15550100${id}","${id}.wav"\n`;
const shown = (imported: Awaited<ReturnType<typeof run>>) => [
  imported.recordings.map(({ key, provenance }) => [key, provenance.map(({ row }) => row)]),
  imported.findings,
  imported.tables.map(({ records }) => records),
];

describe('rows that are not calls', () => {
  it('after the header are omitted in each table, also in the middle of joined ones, and counted', async () => {
    const files = { 'a.csv': header + types + call(1) + call(2), 'b.csv': header + types + call(3) + header + types + call(4) };
    expect(shown(await run(files, 'skip-after-header = 1'))).toEqual([
      [
        ['1', [3]],
        ['2', [4]],
        ['3', [3]],
        ['4', [6]],
      ],
      ['I256 export'],
      [2, 2],
    ]);
  });

  it('are calls if their start can be read', async () => {
    const imported = await run({ 'a.csv': header + call(1) + call(2) }, 'skip-after-header = 1');
    expect(shown(imported)).toEqual([
      [
        ['1', [2]],
        ['2', [3]],
      ],
      ['I257 export'],
      [2],
    ]);
  });

  it('with certain values are omitted', async () => {
    const files = { 'a.csv': `${header + call(1)} TOTAL ,,,\n${call(2)}total,1714644009,,\n` };
    const imported = await run(files, 'skip-where = { column = "globalCallID", values = ["Total"] }');
    expect(shown(imported)).toEqual([
      [
        ['1', [2]],
        ['2', [4]],
        ['total', [5]],
      ],
      ['I256 export', 'I257 export'],
      [3],
    ]);
  });

  it('above the header may have any content, and rows keep the numbers that a spreadsheet shows', async () => {
    const title = 'Calls of May; "all sites\n\n';
    const damaged = '9,"never closed,x\n';
    const imported = await run({ 'a.csv': title + header + call(1) + damaged + call(2) }, 'skip = 2');
    expect(imported.recordings.map(({ key }) => key)).toEqual(['1', '2']);
    expect(imported.findings).toEqual(['T113 a.csv row 5']);
    expect((await run({ 'a.csv': title + header + call(1) }, 'skip = 2\nseparator = ","')).recordings).toHaveLength(1);
    await expect(run({ 'a.csv': title + header + call(1) }, 'skip = 1')).resolves.toMatchObject({ recordings: [{ key: '1' }] });
    await expect(run({ 'a.csv': title + header + call(1) }, 'skip = 3')).rejects.toThrow('there is no column');
  });

  it('are defined by numbers and lists, only for separated tables', () => {
    const read = (table: string) => readMapping({ name: 'm.toml', text: mapping(table) }, null);
    expect(() => read('skip = 1.5')).toThrow('table.skip is 1.5');
    expect(() => read('skip = 1001')).toThrow('table.skip is 1001');
    expect(() => read('skip-where = { column = "x" }')).toThrow('skip-where.values is missing');
    expect(() => read('skip-where = { column = "x", values = ["y"], equals = "z" }')).toThrow("there is no 'equals'");
    expect(() => read('kind = "json"\nskip-after-header = 1')).toThrow('is for csv only');
  });
});
