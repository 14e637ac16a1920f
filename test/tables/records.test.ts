import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type ByteReader, memoryReader } from '../../src/core/base/bytes.ts';
import { peekTables } from '../../src/tables/peek-tables.ts';
import { type RecordOptions, readRecords } from '../../src/tables/records.ts';
import { tableKind } from '../../src/tables/sql/table-kind.ts';
import type { TableKind } from '../../src/tables/text/types.ts';
import { collect, line, signal, textReader } from './readers.ts';

const samples = join(import.meta.dirname, '../../samples');
const scratch = mkdtempSync(join(tmpdir(), 'longplay-records-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const file = (path: string): ByteReader => memoryReader(readFileSync(join(samples, path)), path);

async function read(reader: ByteReader, kind: TableKind, options: Partial<RecordOptions> = {}) {
  const items = await collect(readRecords(reader, { place: 't', kind, declaredEncoding: null, scratch, ...options }, signal));
  return items.map((item) =>
    item.kind === 'finding' ? line(item) : `${item.table} ${item.number} ${item.pairs.map((pair) => pair.join('=')).join(' ')}`,
  );
}

const peek = (reader: ByteReader, path: string) => peekTables(reader, path, { declaredEncoding: null, scratch }, signal);

describe('the kind of a table', () => {
  it.each<[string, string, TableKind | null]>([
    ['a.csv', 'id;start\n1;2\n', 'csv'],
    ['a.txt', 'Set Name,Value\n1,2\n', 'csv'],
    ['a.dat', 'id;start\n1;2\n', null],
    ['a.dat', '<?xml version="1.0"?><a/>', 'xml'],
    ['a.csv', '\ufeff<calls><call/></calls>', 'xml'],
    ['a.csv', '<46846500400>,x\n', 'csv'],
    ['a.txt', ' {"a":1}\n{"a":2}', 'json'],
    ['a.txt', '[{"a":1}]', 'json'],
    ['a.csv', '[Id],[Name]\n', 'csv'],
    ['a.bak', '-- MySQL dump 10.13\n', 'sql'],
    ['a.bak', '/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n', 'sql'],
    ['a.bak', '--\n-- PostgreSQL database dump\n--\n', 'sql'],
    ['a.bak', 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n', 'sql'],
    ['a.txt', '/****** Object:  Table [dbo].[T] ******/\r\nSET ANSI_NULLS ON\r\nGO\r\n', 'sql'],
    ['a.txt', 'USE [Recorder]\r\nGO\r\n', 'sql'],
    ['a.txt', 'INSERT [dbo].[T] ([a]) VALUES (1)', 'sql'],
    ['a.csv', 'insert into `t` values (1)', 'sql'],
    ['a.csv', 'Use,Copy,Insert into\n1,2,3\n', 'csv'],
    ['a.sql', 'anything', 'sql'],
    ['a.wav', 'RIFF....', null],
    ['empty.json', '', null],
  ])('%s, %j is identified by its first bytes', async (path, text, kind) => {
    expect(await tableKind(textReader(text), path, signal)).toBe(kind);
    // The same in the encoding of SQL Server's scripts.
    if (text.length > 20 && /^[\ufeff -~\r\n]*$/.test(text)) expect(await tableKind(textReader(`\ufeff${text}`, 'utf16le'), path, signal)).toBe(kind);
  });

  it('of a database is identified whatever its name', async () => {
    expect(await tableKind(file('databases/sqlite.db'), 'master.wav', signal)).toBe('sqlite');
  });

  it('is determined for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const kind = await tableKind(memoryReader(bytes, 'x'), 'x', signal);
        expect(['xml', 'json', 'sql', null]).toContain(kind);
      }),
    );
  });
});

describe('records', () => {
  it('of a separated table have the names in the first row, or the given names', async () => {
    const text = 'id;name\n1;Åsa\n2;x;y\n3\nid;name\n';
    expect(await read(textReader(text), 'csv')).toEqual([
      ' 2 id=1 name=Åsa',
      ' 3 id=2 name=x column 3=y',
      ' 4 id=3',
      'T118 t: 2 rows have another number of cells than the 2 columns; the first is row 3 with 3',
    ]);
    expect(await read(textReader('1;a\n2;b\n'), 'csv', { header: ['x', 'y'] })).toEqual([' 1 x=1 y=a', ' 2 x=2 y=b']);
    expect(await read(textReader(''), 'csv')).toEqual([]);
  });

  it('of XML and JSON have the paths of their values, found where they repeat or where the mapping says', async () => {
    const xml = '<calls day="1"><call id="1"><from>a</from></call><call id="2"/></calls>';
    expect(await read(textReader(xml), 'xml')).toEqual(['call 1 id=1 from=a', 'call 2 id=2']);
    expect(await read(textReader(xml), 'xml', { xmlRecord: '' })).toEqual(['calls 1 day=1 call.id=1 call.from=a call.id=2']);
    const json = '{"page":1,"records":[{"a":{"b":[1,2]}},{"a":"x"}],"others":[{"c":3}]}';
    expect(await read(textReader(json), 'json')).toEqual([' 1 a.b=1 a.b=2', ' 2 a=x']);
    expect(await read(textReader(json), 'json', { jsonPath: 'others' })).toEqual([' 1 c=3']);
  });

  it('of databases have the names of their columns', async () => {
    const wanted = ['auto 1 i=1 t=1.5'];
    const tables = (name: string) => name === 'auto';
    expect(await read(file('databases/sqlite.sql'), 'sql', { tables })).toEqual(wanted);
    expect(await read(file('databases/sqlite.db'), 'sqlite', { tables })).toEqual(wanted);
  });
});

describe('an overview of a file', () => {
  it('shows its tables and columns', async () => {
    expect(await peek(textReader('id;name\n1;x\n'), 'a.csv')).toEqual([{ table: '', columns: ['id', 'name'] }]);
    expect(await peek(textReader('[{"a":1},{"a":2,"b":{"c":3}}]'), 'a.json')).toEqual([{ table: '', columns: ['a', 'b.c'] }]);
    expect(await peek(textReader('<!-- <x/> --><r:calls xmlns:r="u" day="1"><call id="1"/><call to="2"/></r:calls>'), 'a.xml')).toEqual([
      { table: 'call', columns: ['id', 'to'] },
      { table: 'calls', columns: ['day'] },
    ]);
    const names = async (path: string) => (await peek(file(path), path)).map(({ table, columns }) => `${table}: ${columns.length}`);
    expect(await names('databases/postgres-copy.sql')).toEqual(['one: 1', 'We "ird (t): 3', 'cdr: 13', 'nocols: 0']);
    expect(await names('databases/sqlite.db')).toEqual(['cdr: 8', 'we "ird (t): 3', 'auto: 2']);
    expect(await peek(textReader('RIFF'), 'a.wav')).toEqual([]);
  });
});
