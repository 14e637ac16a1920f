import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { limits } from '../../../src/core/base/limits.ts';
import type { KeptRow } from '../../../src/tables/keep/kept-row.ts';
import { type KeptContent, replacedBytes, rowReplacements } from '../../../src/tables/keep/row-replacements.ts';
import { root } from '../../cli/rig.ts';

const signal = new AbortController().signal;

/** Returns a table without chosen rows, with the numbers of these and of all remaining rows. */
async function without(
  bytes: Uint8Array,
  content: KeptContent,
  isChosen: (row: KeptRow) => boolean,
): Promise<{ readonly bytes: Buffer; readonly gone: string[]; readonly left: string[] }> {
  const reader = memoryReader(bytes, 'table');
  const nameOf = ({ table, number }: Pick<KeptRow, 'table' | 'number'>): string => (table === '' ? String(number) : `${table} ${number}`);
  const replacements = [];
  for await (const one of rowReplacements(reader, content, isChosen, signal)) replacements.push(one);
  const pieces: Buffer[] = [];
  for await (const piece of replacedBytes(reader, replacements, signal)) pieces.push(Buffer.from(piece));
  const result = Buffer.concat(pieces);
  const left: string[] = [];
  const note = (row: KeptRow): boolean => {
    left.push(`${nameOf(row)} ${row.raws[0]?.slice(0, 12)}`);
    return false;
  };
  for await (const _none of rowReplacements(memoryReader(result, 'table'), content, note, signal));
  return { bytes: result, gone: replacements.map(({ row }) => nameOf(row)), left };
}

const has =
  (text: string) =>
  ({ raws }: KeptRow): boolean =>
    raws.some((raw) => raw.includes(text));

describe('rows of kept tables', () => {
  test('of a separated table leave an empty line, so that all others keep bytes and number', async () => {
    const csv = 'id,name\r\n1,"Åsa\r\nÖberg"\r\n2,Bo\r\n3,Ada';
    const content = { kind: 'csv', form: 'file' };
    const first = await without(Buffer.from(csv), content, has('Åsa'));
    expect(first).toEqual({ bytes: Buffer.from('id,name\r\n\r\n2,Bo\r\n3,Ada'), gone: ['2'], left: ['1 id,name', '3 2,Bo', '4 3,Ada'] });
    const second = await without(first.bytes, content, has('Ada'));
    expect(second).toMatchObject({ bytes: Buffer.from('id,name\r\n\r\n2,Bo\r\n'), gone: ['4'], left: ['1 id,name', '3 2,Bo'] });
    const wide = await without(Buffer.from(`\ufeff${csv}`, 'utf16le'), content, has('Bo'));
    expect(wide.bytes.toString('utf16le')).toBe('\ufeffid,name\r\n1,"Åsa\r\nÖberg"\r\n\r\n3,Ada');
    const latin = await without(Buffer.from(csv, 'latin1'), content, has('Öberg'));
    expect(latin.bytes.toString('latin1')).toBe('id,name\r\n\r\n2,Bo\r\n3,Ada');
    // Lines in two encodings.
    const mixed = Buffer.concat([Buffer.from('id,name\n1,Åsa\n'), Buffer.from('2,Bö\n3,Ada\n', 'latin1')]);
    expect((await without(mixed, content, has('Bö'))).bytes).toEqual(Buffer.from('id,name\n1,Åsa\n\n3,Ada\n'));
  });

  test('of a table with a line `sep=` that ends with a carriage return alone keep the separator of that line', async () => {
    const { bytes, left } = await without(Buffer.from('sep=;\rid;name\r1;"a,\rb,c"\r2;"d"'), { kind: 'csv', form: 'file' }, has('2;'));
    expect([bytes.toString(), left]).toEqual(['sep=;\rid;name\r1;"a,\rb,c"\r', ['1 id;name', '2 1;"a,\rb,c"']]);
  });

  test('of a separated table that could not be read are identified by their bytes', async () => {
    const csv = 'id,name\n1,Åsa\n2,"Bo\n3,Ada\n4,Eva\n';
    const { bytes, gone } = await without(Buffer.from(csv), { kind: 'csv', form: 'file' }, has('Bo'));
    expect(gone).toEqual(['3']);
    expect(bytes.toString()).not.toContain('Bo');
    expect(bytes.toString()).toContain('id,name\n1,Åsa\n');
  });

  test('of JSON become {}, in a list, in lines and within a document', async () => {
    const content = { kind: 'json', form: 'file' };
    const record = (id: number, name: string): string => `{"id": ${id}, "to": {"name": "${name}"}}`;
    for (const [before, after] of [
      [`[${record(1, 'Å')},\n ${record(2, 'Bo')}, ${record(3, 'Ada')}]`, `[${record(1, 'Å')},\n {}, ${record(3, 'Ada')}]`],
      [`${record(1, 'Å')}\n${record(2, 'Bo')}\n`, `${record(1, 'Å')}\n{}\n`],
      [`{"calls": [${record(1, 'Å')}, ${record(2, 'Bo')}], "n": 2}`, `{"calls": [${record(1, 'Å')}, {}], "n": 2}`],
    ] as const) {
      const { bytes, gone } = await without(Buffer.from(before), content, has('Bo'));
      expect([bytes.toString(), gone]).toEqual([after, ['2']]);
      expect(execFileSync('jq', ['-c', '.'], { input: bytes, encoding: 'utf8' })).not.toBe('');
    }
  });

  test('of XML become empty elements', async () => {
    const xml = '<?xml version="1.0"?>\n<calls>\n <call id="1"><to>Å</to></call>\n <call id="2"><to>Bo</to></call>\n</calls>\n';
    const { bytes, gone } = await without(Buffer.from(xml), { kind: 'xml', form: 'file' }, has('Bo'));
    expect([bytes.toString(), gone]).toEqual([xml.replace(/<call id="2">.*<\/call>/, '<call/>'), ['2']]);
    expect(execFileSync('xmllint', ['--xpath', 'count(//call)', '-'], { input: bytes, encoding: 'utf8' }).trim()).toBe('2');
  });

  test('of a log leave an empty line', async () => {
    const { bytes, gone } = await without(Buffer.from('one 1\ntwo 2\r\nthree 3'), { kind: null, form: 'file' }, has('two'));
    expect([bytes.toString(), gone]).toEqual(['one 1\n\r\nthree 3', ['2']]);
    expect((await without(bytes, { kind: null, form: 'file' }, has('three'))).gone).toEqual(['3']);
  });

  test('of a whole database file are refused', async () => {
    const bytes = readFileSync(join(root, 'samples/databases/sqlite.db'));
    await expect(without(bytes, { kind: 'sqlite', form: 'file' }, () => true)).rejects.toThrow(RangeError);
  });
});

const haveSqlite = ['/usr/bin/sqlite3', '/usr/local/bin/sqlite3'].some((path) => existsSync(path));

describe('rows of a dump', () => {
  const content = { kind: 'sql', form: 'file' };

  test('of lines of COPY are removed with their line end only, in UTF-16 and if they are too large', async () => {
    const copy = 'COPY cdr (id, name) FROM stdin;\r\n1\tÅsa\r\n2\tBo\r\n3\tAda\r\n\\.\r\n';
    for (const encoding of ['utf8', 'utf16le'] as const) {
      const { bytes, left } = await without(Buffer.from(`\ufeff${copy}`, encoding), content, has('Bo'));
      expect([bytes.toString(encoding), left]).toEqual([`\ufeff${copy.replace('2\tBo\r\n', '')}`, ['cdr 1 1\tÅsa', 'cdr 2 3\tAda']]);
    }
    const large = `2\t${'x'.repeat(limits.recordBytes)}\r\n`;
    const { bytes, gone } = await without(Buffer.from(copy.replace('2\tBo\r\n', large)), content, has('xxx'));
    expect([bytes.toString(), gone]).toEqual([copy.replace('2\tBo\r\n', ''), ['cdr 2']]);
  });

  test('that could not be read are decoded like the others, and leave the separators that the others need', async () => {
    const dumpOf = (tuples: string): string =>
      `SET NOCOUNT ON\r\nGO\r\nINSERT INTO [cdr] ([id], [name]) VALUES ${tuples}\r\nGO\r\nINSERT INTO [cdr] ([id], [name]) VALUES (9, N'Zoë')\r\nGO\r\n`;
    const lost = "(2, N'Åsa' x)";
    for (const [before, after] of [
      [`(1, N'Bo'), ${lost}, (3, N'Ada')`, "(1, N'Bo'), (3, N'Ada')"],
      [`(1, N'Bo'),\r\n${lost},\r\n(3, N'Ada'),\r\n(4, N'Eva')`, "(1, N'Bo'),\r\n(3, N'Ada'),\r\n(4, N'Eva')"],
      [`${lost}, (3, N'Ada')`, "(3, N'Ada')"],
      [`(1, N'Bo'), ${lost}`, "(1, N'Bo')"],
    ] as const)
      for (const encode of [(text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'), (text: string) => Buffer.from(text, 'latin1')]) {
        const { bytes, gone } = await without(encode(dumpOf(before)), content, has('Åsa'));
        expect([bytes, gone]).toEqual([encode(dumpOf(after)), [before.startsWith(lost) ? 'cdr 1' : 'cdr 2']]);
      }
    const ended = await without(
      Buffer.from("-- MySQL dump 10\nINSERT INTO `cdr` VALUES (1,'Bo'),(2,'Åsa' x);\nINSERT INTO `cdr` VALUES (3,'Ada');\n"),
      content,
      has('Åsa'),
    );
    expect(ended.bytes.toString()).toBe("-- MySQL dump 10\nINSERT INTO `cdr` VALUES (1,'Bo');\nINSERT INTO `cdr` VALUES (3,'Ada');\n");
  });
});

describe.skipIf(!haveSqlite)('rows of a dump, judged by SQLite', () => {
  const ids = (dump: Uint8Array): string =>
    execFileSync('sqlite3', [':memory:'], {
      input: `${Buffer.from(dump).toString()}\nSELECT group_concat(id, ' ') FROM (SELECT id FROM cdr ORDER BY id);`,
      encoding: 'utf8',
    }).trim();
  const head = 'CREATE TABLE cdr (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n';
  const rowsIn = (text: string): string => `${head}INSERT INTO cdr VALUES ${text};\nINSERT INTO cdr VALUES (9,'Zoë');\n`;

  test('are removed with one comma, at any position in a statement', async () => {
    const dump = Buffer.from(rowsIn("(1,'a''(,)'),\n (2,'b'),(3,'c') ,(4,'d')"));
    expect(ids(dump)).toBe('1 2 3 4 9');
    for (const gone of ['1', '2', '4', '1 2', '3 4', '1 3', '1 2 4', '2 3', '9', '1 2 3 4']) {
      const chosen = new Set(gone.split(' '));
      const { bytes } = await without(dump, { kind: 'sql', form: 'file' }, ({ raws }) => chosen.has(raws[0]?.[1] ?? ''));
      expect([gone, ids(bytes)]).toEqual([
        gone,
        '1 2 3 4 9'
          .split(' ')
          .filter((id) => !chosen.has(id))
          .join(' '),
      ]);
      const untouched = [...'1239']
        .filter((id) => !chosen.has(id))
        .map((id) => ({ 1: "(1,'a''(,)')", 2: "(2,'b')", 3: "(3,'c')", 9: "(9,'Zoë')" })[id] ?? '');
      for (const tuple of untouched) expect(bytes.toString()).toContain(tuple);
    }
  });

  test('of COPY and of scripts in UTF-16 are removed, and the others are read as before', async () => {
    const copy = readFileSync(join(root, 'samples/databases/postgres-copy.sql'));
    const all = await without(copy, { kind: 'sql', form: 'file' }, () => false);
    const lines: string[] = [];
    const first = await without(copy, { kind: 'sql', form: 'file' }, ({ raws: [raw = ''] }) => lines.push(raw) === 1);
    expect(first.left).toHaveLength(all.left.length - 1);
    expect(first.bytes.toString()).toBe(copy.toString().replace(`${lines[0]}\n`, ''));
    const wide = Buffer.from(`\ufeffINSERT INTO [cdr] ([id]) VALUES (1)\r\nGO\r\nINSERT INTO [cdr] ([id]) VALUES (2)\r\nGO\r\n`, 'utf16le');
    const { bytes, left } = await without(wide, { kind: 'sql', form: 'file' }, ({ raws }) => raws[0] === '(1)');
    expect([bytes.toString('utf16le').includes('(1)'), left]).toEqual([false, ['cdr 1 (2)']]);
  });
});
