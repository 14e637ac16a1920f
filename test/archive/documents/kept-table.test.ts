import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { type KeptTable, keptTableText, parseKeptTable, parseUnread, unreadText } from '../../../src/archive/documents/kept-table.ts';
import { keptTableSchema } from '../../../src/archive/documents/kept-table-schema.ts';

const digest = 'a'.repeat(64);
const table: KeptTable = {
  format: 'longplay-table',
  version: 1,
  source: { name: 'export', path: 'cdr-csv/Master.csv', sizeBytes: 10, sha256: digest },
  kind: 'csv',
  form: 'file',
  table: null,
  columnsLeftOut: [],
  rowsLeftOut: 0,
  whole: { sizeBytes: 10, sha256: digest },
  part: { path: 'table.csv', sizeBytes: 4, sha256: digest, sha512: 'b'.repeat(128) },
  continues: [{ bag: 'tables/20260301-0123456789abcdef', path: 'data/table-0001/table.csv', sizeBytes: 6, sha256: digest }],
  importer: 'asterisk',
  site: 'default',
  job: '20260301t120000-0123456789abcdef',
  keptAt: '2026-03-01T12:00:00.000Z',
  records: 3,
  recordsUnread: 1,
};

test('the schema of table.json in the documentation is that of the program, and a document conforms to it', () => {
  const docs: unknown = JSON.parse(readFileSync(new URL('../../../docs/reference/table.schema.json', import.meta.url), 'utf8'));
  expect(docs).toEqual(JSON.parse(JSON.stringify(keptTableSchema)));
  const validate = new Ajv2020({ strict: true }).compile(keptTableSchema);
  expect(validate(JSON.parse(keptTableText(table)))).toBe(true);
  expect(validate({ ...table, caller: '' })).toBe(false);
});

test('a document that lacks a member, or has one of another type, is rejected', () => {
  expect(parseKeptTable(Buffer.from(keptTableText(table)))).toEqual(table);
  for (const name of Object.keys(table)) {
    const { [name as keyof KeptTable]: _left, ...rest } = table;
    if (name !== 'kind' && name !== 'table') expect(parseKeptTable(Buffer.from(JSON.stringify(rest))), name).toBeNull();
    expect(parseKeptTable(Buffer.from(JSON.stringify({ ...table, [name]: {} }))), name).toBeNull();
  }
  expect(parseKeptTable(Buffer.from('{'))).toBeNull();
  expect(parseKeptTable(Buffer.from(JSON.stringify({ ...table, part: { ...table.part, path: '../table.csv' } })))).toBeNull();
});

test('unread rows are returned in order of table and row, and invalid lines are omitted', () => {
  const rows = [
    { code: 'T112', table: '', row: 10, offset: 5, bytes: 7 },
    { code: 'T112', table: '', row: 9, offset: null, bytes: null },
  ];
  expect(parseUnread(Buffer.from(`${unreadText(rows)}{"row":1}\nnull\n[\n`))).toEqual([rows[1], rows[0]]);
});
