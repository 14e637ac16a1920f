import { type ByteReader, sliceReader } from '../../../src/core/base/bytes.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { extension, withoutExtension } from '../../../src/core/base/safe-path.ts';
import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { Entry, Source } from '../../../src/core/model/source.ts';
import { readCsv, sniffCsv } from '../../../src/tables/csv/csv.ts';
import { headerOf } from '../../../src/tables/csv/separated.ts';
import { isIni } from '../../../src/tables/ini.ts';
import { peekTables } from '../../../src/tables/peek-tables.ts';
import { readRecords } from '../../../src/tables/records.ts';
import { tableKind } from '../../../src/tables/sql/table-kind.ts';
import { headText, listPaths, repeatedElement } from '../../../src/tables/text/record-place.ts';
import { withoutRotation } from '../../../src/tables/text/rotated-name.ts';
import type { RecordKind, Row } from '../../../src/tables/text/types.ts';
import { isTableName } from '../../engine/records/table-name.ts';

/** The beginning of a table, read without a mapping. */
export interface Look {
  readonly path: string;
  readonly kind: RecordKind;
  /** SQL and SQLite: name of the table. */
  readonly table: string;
  /** Names of columns, or of values in XML and JSON records, in order. */
  readonly names: readonly string[];
  /** CSV: true if the first row names the columns. Null: the values do not show it, and a header is assumed. */
  readonly hasHeader: boolean | null;
  readonly encoding: string | null;
  /** CSV: true if the bytes do not show the encoding, so that any other one-byte encoding would be as likely. */
  readonly isEncodingGuessed: boolean;
  readonly separator: string | null;
  /** CSV: lines before the header, e.g. a title. */
  readonly linesBefore: number;
  /** CSV: number of rows after the header that state the types of the columns. */
  readonly typeRows: number;
  /** XML: the record's element. */
  readonly record: string;
  /** JSON: path of the list. */
  readonly listPath: string;
  /** Records that were read, as values by name. */
  readonly rows: readonly ReadonlyMap<string, string>[];
  /** The audio file of each row, if the table consists of documents beside audio with one record each; null for any other table. */
  readonly beside: readonly Entry[] | null;
}

const lookBytes = 256 * 1024;
const lookRows = 500;
/** Number of bytes that show whether a file is text. */
const kindBytes = 4_096;
/** Largest number of rows of a dump that are read, and of tables of a database. */
const dumpRows = 20_000;
const databaseTables = 20;
/** Largest number of documents beside audio that are read. */
const documentsMax = 50;

const none = {
  ...{ table: '', hasHeader: null, encoding: null, isEncodingGuessed: false, separator: null },
  ...{ linesBefore: 0, typeRows: 0, record: '', listPath: '', beside: null },
};

/** Extensions of files of keys and values, besides those of tables. */
const iniEndings = new Set('.ini .inf .info .meta .properties .cfg'.split(' '));

/**
 * Returns whether an entry may be a table or a document by its name; a file without an extension may be a table, as some switches write them. Null: neither.
 */
export function tableByName(path: string): 'named' | 'without-ending' | null {
  const ending = extension(path).toLowerCase();
  return isTableName(path) || iniEndings.has(ending) ? 'named' : ending === '' ? 'without-ending' : null;
}

/** Reads the first rows of the tables in an entry; for JSON, of each list that may hold the records. Returns an empty list if it has none. */
export async function looksAt(source: Source, entry: Entry, options: ImportOptions, signal: AbortSignal): Promise<readonly Look[]> {
  const whole = await source.open(entry, signal);
  if (whole.size === 0) return [];
  const found = await tableKind(whole, withoutRotation(entry.path), signal);
  const kind = found ?? (tableByName(entry.path) === 'without-ending' && (await isRows(whole, options, signal)) ? 'csv' : null);
  if (kind === null) return [];
  if (kind === 'sql' || kind === 'sqlite') return databaseLooks(whole, kind, entry, options, signal);
  const reader = sliceReader(whole, 0, lookBytes);
  const looks: Look[] = [];
  if (kind === 'csv') {
    const look = await csvLook(reader, whole.size, entry, options, signal);
    if (look !== null) looks.push(look);
  } else {
    const head = await headText(reader, options.encoding, signal);
    const places = kind === 'xml' ? [repeatedElement(head) ?? ''] : ['', ...listPaths(head)];
    for (const place of places) {
      const rows = await recordsIn(reader, { kind, place }, entry.path, options, signal);
      const names = namesOf(rows);
      if (names.length >= 2)
        looks.push({ ...none, path: entry.path, kind, names, rows, ...(kind === 'xml' ? { record: place } : { listPath: place }) });
    }
  }
  return looks;
}

/** Smallest number of columns of a table without an extension. */
const rowsMin = 4;
/** Matches control characters that no text has. */
const controls = /[\u0000-\u0008\u000e-\u001f]/;

/** Returns true if a file without an extension has rows of columns. */
async function isRows(reader: ByteReader, { encoding }: ImportOptions, signal: AbortSignal): Promise<boolean> {
  if (controls.test(await headText(sliceReader(reader, 0, kindBytes), encoding, signal))) return false;
  const { columns } = await sniffCsv(sliceReader(reader, 0, lookBytes), { declaredEncoding: encoding, place: reader.name }, signal);
  return columns !== null && columns >= rowsMin;
}

/** Reads documents that lie beside audio files of the same name, each as one record; returns null if they are not such documents. */
export async function lookBeside(
  source: Source,
  pairs: readonly { readonly document: Entry; readonly audio: Entry }[],
  options: ImportOptions,
  signal: AbortSignal,
): Promise<Look | null> {
  const rows: ReadonlyMap<string, string>[] = [];
  const beside: Entry[] = [];
  let kind: RecordKind | null = null;
  for (const { document, audio } of pairs.slice(0, documentsMax)) {
    const whole = await source.open(document, signal);
    if (whole.size === 0 || whole.size > limits.sidecarBytes) continue;
    const own = await documentKind(whole, document.path, options, signal);
    if (own === null || (kind !== null && own !== kind)) continue;
    const [row, second] = await recordsIn(sliceReader(whole, 0, lookBytes), { kind: own, place: '' }, document.path, options, signal);
    if (row === undefined || second !== undefined) continue;
    kind = own;
    rows.push(row);
    beside.push(audio);
  }
  const names = namesOf(rows);
  return kind === null || names.length < 2 ? null : { ...none, path: pairs[0]?.document.path ?? '', kind, names, rows, beside };
}

type DocumentKind = 'xml' | 'json' | 'csv' | 'ini';

/** Returns the kind of a document beside audio; null if its kind is not supported. */
async function documentKind(reader: ByteReader, path: string, { encoding }: ImportOptions, signal: AbortSignal): Promise<DocumentKind | null> {
  const kind = await tableKind(reader, path, signal);
  if (kind === 'xml' || kind === 'json') return kind;
  if (kind === 'sql' || kind === 'sqlite') return null;
  return isIni(await headText(sliceReader(reader, 0, lookBytes), encoding, signal)) ? 'ini' : kind;
}

/** Returns the documents whose path equals that of an audio file except for the extension. */
export function documentsBeside(
  tables: readonly Entry[],
  audio: ReadonlyMap<string, Entry>,
): readonly { readonly document: Entry; readonly audio: Entry }[] {
  return tables.flatMap((document) => {
    const beside = audio.get(withoutExtension(document.path));
    return beside === undefined ? [] : [{ document, audio: beside }];
  });
}

async function recordsIn(
  reader: ByteReader,
  { kind, place }: { readonly kind: DocumentKind; readonly place: string },
  path: string,
  { encoding: declaredEncoding, scratch }: ImportOptions,
  signal: AbortSignal,
): Promise<readonly ReadonlyMap<string, string>[]> {
  const rows: ReadonlyMap<string, string>[] = [];
  const at = kind === 'xml' ? { xmlRecord: place } : kind === 'json' ? { jsonPath: place } : {};
  for await (const item of readRecords(reader, { place: path, kind, declaredEncoding, scratch, ...at }, signal)) {
    if (item.kind === 'record') rows.push(firstValues(item.pairs));
    if (rows.length >= lookRows) break;
  }
  return rows;
}

async function databaseLooks(
  whole: ByteReader,
  kind: 'sql' | 'sqlite',
  { path }: Entry,
  { encoding: declaredEncoding, scratch }: ImportOptions,
  signal: AbortSignal,
): Promise<readonly Look[]> {
  const how = { place: path, kind, declaredEncoding, scratch };
  const names = (await peekTables(whole, path, how, signal)).slice(0, databaseTables).map(({ table }) => table);
  const rowsOf = new Map<string, ReadonlyMap<string, string>[]>();
  const keep = (table: string, pairs: readonly (readonly [string, string])[]): number => {
    const rows = rowsOf.get(table) ?? [];
    rowsOf.set(table, rows);
    if (rows.length < lookRows) rows.push(firstValues(pairs));
    return rows.length;
  };
  // A dump is read once; a database is read table by table, and of each table only the first rows.
  for (const wanted of kind === 'sql' ? [null] : names) {
    let read = 0;
    const reader = kind === 'sql' ? sliceReader(whole, 0, limits.sqlPeekBytes) : whole;
    for await (const item of readRecords(reader, { ...how, tables: (name) => (wanted === null ? names.includes(name) : name === wanted) }, signal)) {
      if (item.kind === 'record' && keep(item.table, item.pairs) >= lookRows && wanted !== null) break;
      if (++read >= dumpRows) break;
    }
  }
  return [...rowsOf].flatMap(([table, rows]) => {
    const columns = namesOf(rows);
    return columns.length < 2 ? [] : [{ ...none, path, kind, table, names: columns, rows }];
  });
}

/** Matches a type in a row of types, as in the call records of Cisco CUCM. */
const columnType =
  /^(?:(?:tiny|small|big)?int(?:eger)?|(?:n?var)?char|text|float|double|decimal|date(?:time)?|timestamp|bool(?:ean)?|uniqueidentifier)(?:\(\d+(?:,\d+)?\))?$/i;
/** Largest number of rows before a header that are taken for titles. */
const titleRows = 10;

async function csvLook(reader: ByteReader, size: number, { path }: Entry, options: ImportOptions, signal: AbortSignal): Promise<Look | null> {
  const { dialect, columns, hasHeader } = await sniffCsv(reader, { declaredEncoding: options.encoding, place: path }, signal);
  if (columns === null || columns < 2) return null;
  const read: Row[] = [];
  for await (const item of readCsv(reader, dialect, { place: path }, signal)) {
    if (item.kind === 'row') read.push(item);
    if (read.length > lookRows) break;
  }
  // The last row of a slice may be truncated.
  if (size > lookBytes && read.length > 1 && read.length <= lookRows) read.pop();
  const titles = titlesBefore(read, columns);
  const linesBefore = titles === 0 ? 0 : lineOf(await headText(reader, options.encoding, signal), read[titles]?.raw ?? '');
  const rowsRead = linesBefore > 0 ? read.slice(titles) : read;
  const [first, second] = rowsRead;
  if (first === undefined) return null;
  const isNamed = linesBefore > 0 || hasHeader !== false;
  const typeRows = isNamed && second?.cells.every((cell) => columnType.test(cell.trim())) === true ? 1 : 0;
  const names = isNamed ? headerOf(first.cells) : first.cells.map((_, index) => `column ${index + 1}`);
  const rows = (isNamed ? rowsRead.slice(1 + typeRows) : rowsRead).map(({ cells }) =>
    firstValues(cells.map((cell, index) => [names[index] ?? `column ${index + 1}`, cell])),
  );
  const encoding = `${dialect.encoding.encoding} (${dialect.encoding.basis})`;
  const shown = linesBefore > 0 || typeRows > 0 ? true : hasHeader;
  return {
    ...none,
    path,
    kind: 'csv',
    names,
    hasHeader: shown,
    encoding,
    isEncodingGuessed: dialect.encoding.basis === 'fallback',
    separator: dialect.separator,
    linesBefore,
    typeRows,
    rows,
  };
}

/**
 * Returns the number of rows before the header: rows that fill less than half of the columns, e.g. titles, or rows that name groups of columns, which leave
 * some columns empty before a full row. Neither kind has a value. Returns 0 if no full row follows soon.
 */
function titlesBefore(rows: readonly Row[], columns: number): number {
  const filled = ({ cells }: Row): number => cells.filter((cell) => cell.trim() !== '').length;
  const hasValue = ({ cells }: Row): boolean => cells.some((cell) => /^\W*\d/.test(cell));
  const isGroups = (row: Row): boolean => {
    const next = rows[rows.indexOf(row) + 1];
    const after = rows[rows.indexOf(row) + 2];
    if (next === undefined || after === undefined || filled(row) === columns || filled(next) !== columns) return false;
    return !hasValue(row) && !hasValue(next) && hasValue(after);
  };
  const isTitle = (row: Row): boolean => filled(row) * 2 < columns || isGroups(row);
  const titles = rows.slice(0, titleRows).findIndex((row) => !isTitle(row));
  return titles > 0 && rows[titles]?.cells.length === columns ? titles : 0;
}

/** Returns the number of lines before the first one that equals `raw`; 0 if none does. */
function lineOf(text: string, raw: string): number {
  return Math.max(0, text.split(/\r\n|\n|\r/).indexOf(raw));
}

function namesOf(rows: readonly ReadonlyMap<string, string>[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => [...row.keys()]))];
}

function firstValues(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of pairs) if (!values.has(name)) values.set(name, value);
  return values;
}
