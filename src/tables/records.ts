import { agree } from '../core/base/agree.ts';
import type { ByteReader } from '../core/base/bytes.ts';
import { createTurns } from '../core/base/turns.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { readSeparated } from './csv/separated.ts';
import { flattenJson, flattenXml } from './flatten.ts';
import { readIni } from './ini.ts';
import { readJsonRecords } from './json/json.ts';
import { readSqlDump } from './sql/dump.ts';
import { readSqlite } from './sql/sqlite-file.ts';
import { headText, listMember, repeatedElement } from './text/record-place.ts';
import type { RecordKind, SqlRowOrFinding, TableRecord, TreeOrFinding, XmlElement } from './text/types.ts';
import { readXmlRecords } from './xml/xml.ts';

/** Options for reading a table of a known kind. */
export interface RecordOptions {
  /** Name of the file in findings. */
  readonly place: string;
  readonly kind: RecordKind;
  readonly declaredEncoding: string | null;
  /** Folder for temporary files. */
  readonly scratch: string;
  /** XML: local name of the record's element, `*` for each child of the root, '' for the root. Absent: the repeated element nearest to the root. */
  readonly xmlRecord?: string;
  /** XML: local name of an enclosing element whose attributes are added to the record's pairs, with the name as prefix. Absent: none. */
  readonly xmlAround?: string;
  /** JSON: path of the list of records, e.g. `data.items`. Absent: the first member that is a list of objects, or the file itself. */
  readonly jsonPath?: string;
  /** CSV: column names for a table without a header; null or absent: the first row names them. */
  readonly header?: readonly string[] | null;
  /** SQL and SQLite: returns true for the tables to read, by name without schema. Absent: all. */
  readonly tables?: (name: string) => boolean;
}

/**
 * Reads any table record by record in constant memory. A damaged record gives one finding (see `isLostRecord`). A row of a separated table whose cell count
 * differs from the column count is kept: surplus cells get names such as `column 7`, and a finding at the end counts these rows.
 * @throws LongplayError S104 if the scratch folder cannot hold a database's copy.
 */
export async function* readRecords(reader: ByteReader, options: RecordOptions, signal: AbortSignal): AsyncIterable<TableRecord | Finding> {
  const { place, kind, declaredEncoding, scratch, tables } = options;
  if (kind === 'csv') return yield* separatedRecords(reader, options, signal);
  if (kind === 'json') {
    const path = options.jsonPath ?? listMember(await headText(reader, declaredEncoding, signal)) ?? '';
    return yield* treeRecords(readJsonRecords(reader, { place, path }, signal), flattenJson, () => '', signal);
  }
  if (kind === 'xml') {
    const record = options.xmlRecord ?? repeatedElement(await headText(reader, declaredEncoding, signal)) ?? '';
    // `readXmlRecords` yields elements.
    const asElement = (value: unknown) => value as XmlElement;
    const around = options.xmlAround === undefined ? {} : { around: options.xmlAround };
    const trees = readXmlRecords(reader, { place, record, declaredEncoding, ...around }, signal);
    return yield* treeRecords(
      trees,
      (value) => flattenXml(asElement(value)),
      (value) => asElement(value).name,
      signal,
    );
  }
  if (kind === 'ini') return yield* readIni(reader, { place, declaredEncoding }, signal);
  const wanted = tables === undefined ? {} : { tables };
  if (kind === 'sql') return yield* databaseRecords(readSqlDump(reader, { place, declaredEncoding, ...wanted }, signal), signal);
  yield* databaseRecords(readSqlite(reader, { place, scratch, ...wanted }, signal), signal);
}

async function* separatedRecords(reader: ByteReader, options: RecordOptions, signal: AbortSignal): AsyncIterable<TableRecord | Finding> {
  const { place, declaredEncoding, header = null } = options;
  let names: readonly string[] = [];
  let odd = 0;
  let firstOdd = '';
  const turns = createTurns();
  for await (const item of readSeparated(reader, { place, declaredEncoding, separator: null, hasHeader: header === null, names: header }, signal)) {
    if (turns.isDue()) await turns.take(signal);
    if (item.kind === 'header') names = item.names;
    else if (item.kind === 'finding') yield item;
    else {
      const { number, cells, raw } = item;
      if (cells.length !== names.length && odd++ === 0) firstOdd = `row ${number} with ${cells.length}`;
      const pairs = cells.map((cell, index) => [names[index] ?? `column ${index + 1}`, cell] as const);
      yield { kind: 'record', table: '', number, pairs, value: null, raw };
    }
  }
  if (odd > 0)
    yield finding(
      'T118',
      place,
      agree`${odd} row[s] [has|have] another number of cells than the ${names.length} column[s]; the first is ${firstOdd}`,
    );
}

async function* treeRecords(
  trees: AsyncIterable<TreeOrFinding>,
  flatten: (value: unknown) => [string, string][],
  nameOf: (value: unknown) => string,
  signal: AbortSignal,
): AsyncIterable<TableRecord | Finding> {
  const turns = createTurns();
  for await (const item of trees) {
    if (turns.isDue()) await turns.take(signal);
    if (item.kind === 'finding') yield item;
    else
      yield {
        kind: 'record',
        table: nameOf(item.value),
        number: item.number,
        pairs: [...(item.around ?? []), ...flatten(item.value)],
        value: item.value,
        raw: item.raw,
      };
  }
}

async function* databaseRecords(rows: AsyncIterable<SqlRowOrFinding>, signal: AbortSignal): AsyncIterable<TableRecord | Finding> {
  const turns = createTurns();
  for await (const item of rows) {
    if (turns.isDue()) await turns.take(signal);
    if (item.kind === 'finding') yield item;
    else {
      const { table, number, columns, cells, raw } = item;
      yield { kind: 'record', table, number, pairs: columns.map((name, index) => [name, cells[index] ?? ''] as const), value: null, raw };
    }
  }
}
