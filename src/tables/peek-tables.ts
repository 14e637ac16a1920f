import { type ByteReader, sliceReader } from '../core/base/bytes.ts';
import { readCsv, sniffCsv } from './csv/csv.ts';
import { readSeparated } from './csv/separated.ts';
import { flattenJson, flattenXml } from './flatten.ts';
import { readJsonRecords } from './json/json.ts';
import type { RecordOptions } from './records.ts';
import { peekSqlDump } from './sql/dump.ts';
import { peekSqlite } from './sql/sqlite-file.ts';
import { tableKind } from './sql/table-kind.ts';
import { headText, listMember, repeatedElement } from './text/record-place.ts';
import type { Row, TableKind, TreeOrFinding, XmlElement } from './text/types.ts';
import { readXmlRecords } from './xml/xml.ts';

/** A table of a file, with the names of its columns. */
export interface PeekedTable {
  /** Name of the table, as in `TableRecord`. */
  readonly table: string;
  /** For XML and JSON the names in the first records, as in `pairs`; for a separated table the cells of the first row. */
  readonly columns: readonly string[];
}

/** Options for peeking into a file. If `kind` is absent, `tableKind` determines it. */
export type PeekOptions = Pick<RecordOptions, 'declaredEncoding' | 'scratch' | 'jsonPath' | 'xmlRecord'> & { readonly kind?: TableKind };

/** Number of bytes examined at the beginning of a separated table or of records and, below, number of records examined. */
const peekBytes = 256 * 1024;
const peekRecords = 20;
/** Largest number of rows returned from a separated table. */
const mostRows = 200;

/**
 * Returns the tables of a file and their column names. Reads only the beginning of the file: at most `limits.sqlPeekBytes` of a dump, but all of a SQLite
 * database. For XML, the record's element (the requested one, if any) comes first, then the root with its attributes. Empty if the file is not a readable
 * table.
 * @throws LongplayError S104 if the scratch folder cannot hold a database's copy.
 */
export async function peekTables(reader: ByteReader, path: string, options: PeekOptions, signal: AbortSignal): Promise<readonly PeekedTable[]> {
  const { declaredEncoding, scratch } = options;
  const kind = options.kind ?? (await tableKind(reader, path, signal));
  if (kind === 'sqlite') return peekSqlite(reader, scratch, signal);
  if (kind === 'sql') return peekSqlDump(reader, declaredEncoding, signal);
  const head = sliceReader(reader, 0, peekBytes);
  const place = path;
  if (kind === 'csv') {
    for await (const item of readSeparated(head, { place, declaredEncoding, separator: null, hasHeader: true, names: null }, signal))
      if (item.kind === 'header') return [{ table: '', columns: item.names }];
    return [];
  }
  if (kind === 'json') {
    const listPath = options.jsonPath ?? listMember(await headText(reader, declaredEncoding, signal)) ?? '';
    const values = await firstValues(readJsonRecords(head, { place, path: listPath }, signal));
    return values.length === 0 ? [] : [{ table: '', columns: namesOf(values.map(flattenJson)) }];
  }
  if (kind === null) return [];
  const text = await headText(reader, declaredEncoding, signal);
  const elementsOf = async (record: string): Promise<readonly XmlElement[]> =>
    // `readXmlRecords` yields elements.
    (await firstValues(readXmlRecords(head, { place, record, declaredEncoding }, signal))) as readonly XmlElement[];
  const wanted = options.xmlRecord === undefined ? [] : await elementsOf(options.xmlRecord);
  const elements = wanted.length > 0 ? wanted : await elementsOf(repeatedElement(text) ?? '');
  const [first] = elements;
  const records = first === undefined ? [] : [{ table: first.name, columns: namesOf(elements.map(flattenXml)) }];
  const root = rootOf(text);
  return root === null || root.table === first?.name ? records : [...records, root];
}

/** Returns the first rows of a separated table, without damaged ones. A header, if any, is the first of them. */
export async function peekRows(reader: ByteReader, place: string, declaredEncoding: string | null, signal: AbortSignal): Promise<readonly Row[]> {
  const head = sliceReader(reader, 0, Math.min(reader.size, peekBytes));
  const { dialect } = await sniffCsv(head, { declaredEncoding, place }, signal);
  const rows: Row[] = [];
  for await (const item of readCsv(head, dialect, { place }, signal)) {
    if (item.kind === 'row') rows.push(item);
    if (rows.length >= mostRows) return rows;
  }
  // If the text is only the beginning, its last row may be truncated.
  return rows.length > 1 && reader.size > peekBytes ? rows.slice(0, -1) : rows;
}

async function firstValues(trees: AsyncIterable<TreeOrFinding>): Promise<readonly unknown[]> {
  const values: unknown[] = [];
  for await (const item of trees) {
    if (item.kind === 'tree') values.push(item.value);
    if (values.length >= peekRecords) break;
  }
  return values;
}

function namesOf(records: readonly (readonly (readonly [name: string, value: string])[])[]): readonly string[] {
  return [...new Set(records.flatMap((pairs) => pairs.map(([name]) => name)))];
}

/** Returns the root element with its name and the names of its attributes, from its start tag. */
function rootOf(head: string): PeekedTable | null {
  const tag = /<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*\/?>/.exec(head.replace(/<!--.*?-->/gs, ''));
  if (tag === null) return null;
  const attributes = [...(tag[3] ?? '').matchAll(/\s([\w.:-]+)\s*=/g)].map(([, name = '']) => name);
  return {
    table: tag[2] ?? '',
    columns: attributes.filter((name) => !name.startsWith('xmlns')).map((name) => name.slice(name.indexOf(':') + 1)),
  };
}
