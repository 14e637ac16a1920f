import { agree } from '../../../src/core/base/agree.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { LongplayError } from '../../../src/core/base/error.ts';
import { sha256Hex } from '../../../src/core/base/identifier.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { type Finding, finding } from '../../../src/core/findings/finding.ts';
import { isLostRecord } from '../../../src/core/findings/lost-record.ts';
import type { Entry, Source } from '../../../src/core/model/source.ts';
import { readSeparated, type SeparatedOptions } from '../../../src/tables/csv/separated.ts';
import { type RowBlanker, rowBlanker } from '../../../src/tables/keep/blank-row.ts';
import { peekTables } from '../../../src/tables/peek-tables.ts';
import { type RecordOptions, readRecords } from '../../../src/tables/records.ts';
import { rowPlace } from '../../../src/tables/text/row-place.ts';
import { findColumn, unknownColumn } from '../../../src/tables/values/columns.ts';
import { type Header, rowValues, type Values, valuesOf } from '../../../src/tables/values/values.ts';
import { digestOf } from '../../engine/records/digest.ts';
import type { GivenRecord, GivenShape, StagedValues } from '../../engine/records/shape.ts';
import type { Doubts } from './doubts.ts';
import { columnsMissing, type Mapping, type TableMapping } from './mapping.ts';
import { pageCheck, pagePath } from './pages.ts';
import { type JoinedField, partsOf } from './parts.ts';
import { hasTime } from './times.ts';

/** Names of the columns of a separated table or of a database table; null for tables whose records name their values themselves. */
type TableHeader = readonly string[] | null;

/** Reads tables as defined by a mapping, and knows the names of their columns. */
export interface TableReader {
  /** Reads one table. @throws LongplayError I153 if a column or the table that the mapping names does not exist. */
  read: GivenShape['read'];
  /** Returns where the records are in a file, as `GivenShape.recordsAt`. */
  recordsAt: NonNullable<GivenShape['recordsAt']>;
  /** Returns the values of a record by name. */
  values(staged: StagedValues): Values;
  /** Checks tables without a header at the end. @throws LongplayError I153 if no record has a value that the mapping names. */
  checkNames(): void;
}

/** Largest number of different value names in records without a header that are remembered for messages. */
const namesMax = 10_000;

/** Staged value of a document: the digest of its text, which distinguishes records of one document, and whether it could be read. */
interface DocumentValue {
  readonly text: string;
  readonly isUnread: boolean;
}

/** Returns true if a record is a document that could not be read. */
export function isUnread({ value }: Pick<StagedValues, 'value'>): boolean {
  return documentValue(value)?.isUnread === true;
}

/** Returns the digest of a document's text; null for a row. */
export function textDigest({ value }: Pick<StagedValues, 'value'>): string | null {
  return documentValue(value)?.text ?? null;
}

function documentValue(value: unknown): DocumentValue | null {
  // Put by `documentRecords`; rows have their cells there, or null.
  return value === null || Array.isArray(value) ? null : (value as DocumentValue);
}

/** Returns the reader of one import. */
export function tableReader(mapping: Mapping, table: TableMapping, doubts: Doubts): TableReader {
  const headers = new Map<string, TableHeader>();
  const names = new Set<string>();
  let hasRead = false;
  const checkPage = pageCheck(mapping, doubts);
  const see: See = (pairs, place) => {
    hasRead = true;
    checkPage(pairs, place);
    for (const [column] of pairs) if (names.size < namesMax) names.add(column);
  };
  const read: GivenShape['read'] = (source, entry, options, signal) => {
    const how = { place: entry.path, declaredEncoding: mapping.encoding ?? options.encoding, scratch: options.scratch };
    const head = (header: TableHeader): void => {
      headers.set(entry.path, header);
      checkColumns(mapping, entry.path, header ?? [], doubts);
    };
    if (table.kind === 'csv' && !table.sidecars) return readRows({ source, entry, head }, mapping, table, { how, doubts, signal });
    if (table.kind === 'sql' || table.kind === 'sqlite') return readDatabase({ source, entry, head }, mapping, { ...how, kind: table.kind }, signal);
    const at = table.kind === 'xml' ? { kind: table.kind, xmlRecord: table.record } : { kind: table.kind, jsonPath: table.path };
    if (table.sidecars) return readDocument(source, entry, { ...how, ...at }, see, signal);
    return table.kind === 'json' && table.path === ''
      ? readPages(source, entry, mapping, { how: { ...how, ...at }, see, doubts }, signal)
      : readTrees(source, entry, { ...how, ...at }, see, signal);
  };
  const recordsAt: TableReader['recordsAt'] = async (source, entry, signal) => {
    if (table.kind === 'xml') return table.record;
    if (table.kind !== 'json') return null;
    return table.path === '' && !table.sidecars ? await pagePath(await source.open(entry, signal), entry.path, mapping, signal) : table.path;
  };
  return {
    read,
    recordsAt,
    values: (staged) => valuesIn(staged, headers.get(staged.path) ?? null, table.parts),
    checkNames: () => {
      if ((table.kind === 'xml' || table.kind === 'json' || table.sidecars) && hasRead)
        checkColumns(mapping, table.files.join(', '), [...names], doubts);
    },
  };
}

type Records = AsyncGenerator<GivenRecord | Finding>;

/** A file with a table. */
interface TableFile {
  readonly source: Source;
  readonly entry: Entry;
  /** Called with the names of the table's columns before its first row. */
  readonly head: (header: TableHeader) => void;
}

async function* readRows(
  { source, entry, head }: TableFile,
  mapping: Mapping,
  table: TableMapping,
  { how, doubts, signal }: { how: Pick<SeparatedOptions, 'place' | 'declaredEncoding'>; doubts: Doubts; signal: AbortSignal },
): Records {
  const { separator, hasHeader, names, skipLines } = table;
  let header: readonly string[] = [];
  let blank: RowBlanker | null = null;
  const isCall = callTest(mapping, table, doubts);
  for await (const item of readSeparated(await source.open(entry, signal), { ...how, separator, hasHeader, names, skipLines }, signal)) {
    if (item.kind === 'finding') yield item;
    else if (item.kind === 'header') {
      header = item.names;
      head(header);
      blank = mapping.withoutColumns.length === 0 ? null : rowBlanker(item, mapping.withoutColumns);
    } else {
      const place = rowPlace(entry.path, item.number);
      if (!isCall(rowValues(place, columnsOf(header), item.cells), item.raw)) continue;
      const row = blank === null ? item : blank(item);
      if (row === null) {
        const lost = finding(
          'T164',
          place,
          'it is uncertain which cell belongs to which column, and the mapping leaves columns out; it was not read',
        );
        yield { ...lost, lost: { table: '', number: item.number, span: item.span } };
        continue;
      }
      const { number, cells, raw } = row;
      if (cells.length !== header.length) doubts.note('I160', agree`rows have another number of cells than the ${header.length} column[s]`, place);
      // Only the cells are kept: the names of the columns are the same in every row.
      yield { kind: 'given', number, pairs: [], value: cells, sha256: sha256Hex(raw), raw };
    }
  }
}

/**
 * Returns a test of the rows of one table, in order. It returns false for rows that are not calls according to the mapping, and for repetitions of the rows
 * after the header, as in concatenated tables. A row with a readable start is always a call.
 */
function callTest({ columns }: Mapping, { notCalls }: TableMapping, doubts: Doubts): (row: Values, raw: string) => boolean {
  if (notCalls === null) return () => true;
  const { afterHeader, where } = notCalls;
  const behindHeader = new Set<string>();
  let rows = 0;
  return (row, raw) => {
    const isBehind = rows++ < afterHeader || behindHeader.has(raw);
    const decides = where === null ? null : (row.peek([where.column])?.trim().toLowerCase() ?? '');
    if (!isBehind && !(decides !== null && where?.values.includes(decides) === true)) return true;
    if (columns?.start != null && hasTime(columns.start, row)) {
      doubts.note('I257', 'rows that are not calls according to the mapping have a start that can be read', row.place);
      return true;
    }
    if (isBehind) behindHeader.add(raw);
    doubts.note('I256', 'rows are not calls according to the mapping', row.place);
    return false;
  };
}

async function* readDatabase(
  { source, entry, head }: TableFile,
  mapping: Mapping,
  how: RecordOptions & { readonly kind: 'sql' | 'sqlite' },
  signal: AbortSignal,
): Records {
  const name = mapping.table?.name ?? '';
  const wanted = name.toLowerCase();
  const reader = await source.open(entry, signal);
  let counted = 0;
  let begun = false;
  for await (const item of readRecords(reader, { ...how, tables: (each) => each.toLowerCase() === wanted }, signal)) {
    if (item.kind === 'finding') {
      yield item;
      if (isLostRecord(item)) counted++;
      continue;
    }
    counted++;
    const { number, pairs, raw } = item;
    if (!begun) head(pairs.map(([column]) => column));
    begun = true;
    // Pairs have names, because a dump may list the columns of each row in a different order.
    yield { kind: 'given', number, pairs, value: null, sha256: sha256Hex(raw), raw };
  }
  if (counted > 0) return;
  const there = (await peekTables(reader, entry.path, how, signal)).map((each) => each.table);
  if (!there.some((each) => each.toLowerCase() === wanted)) throw noTable(mapping, entry.path, name, there);
}

type See = (pairs: GivenRecord['pairs'], place: string) => void;

/** Reads a JSON table whose path the mapping does not state: the file itself, or a list in it. */
async function* readPages(
  source: Source,
  entry: Entry,
  mapping: Mapping,
  { how, see, doubts }: { readonly how: RecordOptions; readonly see: See; readonly doubts: Doubts },
  signal: AbortSignal,
): Records {
  const jsonPath = await pagePath(await source.open(entry, signal), entry.path, mapping, signal);
  if (jsonPath !== '') doubts.note('I259', `tables whose calls are the list '${jsonPath.slice(0, 100)}'`, entry.path);
  yield* readTrees(source, entry, { ...how, jsonPath }, see, signal);
}

async function* readTrees(source: Source, entry: Entry, how: RecordOptions, see: See, signal: AbortSignal): Records {
  for await (const item of readRecords(await source.open(entry, signal), how, signal)) {
    if (item.kind === 'finding') {
      yield item;
      continue;
    }
    const { number, pairs, raw } = item;
    see(pairs, rowPlace(entry.path, number));
    yield { kind: 'given', number, pairs, value: null, sha256: sha256Hex(raw), raw };
  }
}

/** Reads a document with its records. A document that cannot be read still belongs to its audio. */
async function* readDocument(source: Source, entry: Entry, how: RecordOptions, see: See, signal: AbortSignal): Records {
  const whole = await source.open(entry, signal);
  const isSmall = whole.size <= limits.sidecarBytes;
  const reader = isSmall ? memoryReader(await whole.read(0, whole.size, signal), whole.name) : whole;
  const sha256 = await digestOf(reader, signal);
  const record = (number: number, pairs: GivenRecord['pairs'], text: string, unread: boolean): GivenRecord => {
    const value: DocumentValue = { text: sha256Hex(text), isUnread: unread };
    return { kind: 'given', number, pairs, value, sha256, raw: null };
  };
  let found = 0;
  for await (const item of readRecords(reader, how, signal)) {
    if (item.kind === 'finding') yield item;
    else {
      found++;
      see(item.pairs, entry.path);
      yield record(item.number, item.pairs, item.raw, false);
    }
  }
  if (found === 0) yield record(1, [], '', true);
}

function noTable(mapping: Mapping, place: string, name: string, there: readonly string[]): LongplayError {
  const shown = there.slice(0, 20).join(', ');
  const list =
    there.length === 0 ? 'it has no readable table' : `its tables are ${shown}${there.length > 20 ? ` and ${there.length - 20} more` : ''}`;
  return new LongplayError(
    'usage',
    'I153',
    `${mapping.name} does not fit ${place}: it has no table '${name}'; ${list}`,
    'correct table.name in the mapping file',
  );
}

/** Counts missing columns that not every export has. @throws LongplayError I153 if a column that the mapping needs is not among `names` */
export function checkColumns(mapping: Mapping, place: string, names: readonly string[], doubts: Doubts): void {
  const [missing] = columnsMissing(mapping, names);
  for (const column of mapping.table?.mayLack ?? [])
    if (findColumn(names, column) === null) doubts.note('I254', `tables without the column '${column}', which the mapping names`, place);
  if (missing === undefined) return;
  throw new LongplayError(
    'usage',
    'I153',
    `${mapping.name} does not fit ${place}: ${unknownColumn(missing, names)}`,
    'correct the name in the mapping file',
  );
}

function valuesIn({ path, number, pairs, value }: StagedValues, header: TableHeader, parts: readonly JoinedField[]): Values {
  const place = number === 0 ? path : rowPlace(path, number);
  // Put by `readRows`, whose rows have no pairs.
  const cells = Array.isArray(value) ? (value as readonly string[]) : null;
  if (cells !== null && parts.length === 0) return rowValues(place, columnsOf(header ?? []), cells);
  const own = cells === null ? pairs : cells.map((cell, index): readonly [string, string] => [columnName(header ?? [], index), cell]);
  const nameOf = header === null ? (column: string) => column : nameFinder(header);
  const values = valuesOf(place, own, nameOf);
  if (parts.length === 0) return values;
  const made = partsOf(parts, values).pairs;
  // The parts of a joined value are kept beside it, under names chosen in the mapping.
  const madeNames = new Set(made.map(([name]) => name));
  return valuesOf(place, [...own, ...made], (column) => (madeNames.has(column) ? column : nameOf(column)));
}

/** Returns the name of a column; cells beyond the header have names of their own. */
function columnName(header: readonly string[], index: number): string {
  return header[index] ?? `column ${index + 1}`;
}

const headers = new WeakMap<readonly string[], Header>();

/** Returns the columns by name, computed once per header; among columns with one name, the first. */
function columnsOf(header: readonly string[]): Header {
  const kept = headers.get(header);
  if (kept !== undefined) return kept;
  const nameOf = nameFinder(header);
  const first = new Map<string, number>();
  for (const [index, name] of header.entries()) if (!first.has(name)) first.set(name, index);
  const indexOf = (column: string): number | undefined => {
    const found = first.get(column) ?? first.get(nameOf(column));
    if (found !== undefined) return found;
    const beyond = Number(/^column (\d+)$/.exec(column)?.[1] ?? 0) - 1;
    return beyond >= header.length ? beyond : undefined;
  };
  const made: Header = { nameAt: (index) => columnName(header, index), indexOf };
  headers.set(header, made);
  return made;
}

const finders = new WeakMap<readonly string[], (column: string) => string>();

/** Returns a `findColumn` that keeps its results per header and column. */
function nameFinder(header: readonly string[]): (column: string) => string {
  const kept = finders.get(header);
  if (kept !== undefined) return kept;
  const names = new Map<string, string>();
  const finder = (column: string): string => {
    const known = names.get(column);
    if (known !== undefined) return known;
    const name = header[findColumn(header, column) ?? -1] ?? column;
    names.set(column, name);
    return name;
  };
  finders.set(header, finder);
  return finder;
}
