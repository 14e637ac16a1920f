import { type ByteReader, memoryReader } from '../src/core/bytes.ts';
import { LongplayError } from '../src/core/error.ts';
import type { Finding } from '../src/core/finding.ts';
import { sha256Hex } from '../src/core/identifier.ts';
import type { ImportOptions } from '../src/core/importer.ts';
import { limits } from '../src/core/limits.ts';
import type { Entry, Source } from '../src/core/source.ts';
import { findColumn, unknownColumn } from '../src/tables/columns.ts';
import { isLostRecord } from '../src/tables/lost-record.ts';
import { peekTables } from '../src/tables/peek-tables.ts';
import { readRecords } from '../src/tables/records.ts';
import { readSeparated } from '../src/tables/separated.ts';
import { type Values, valuesOf } from '../src/tables/values.ts';
import type { Doubts } from './generic-doubts.ts';
import { type Mapping, type TableMapping, tableColumnsNamed } from './generic-mapping.ts';
import { type JoinedField, partsOf } from './generic-parts.ts';
import type { StagedRow } from './generic-row.ts';

/** One run of the importer. */
export interface Reading {
  readonly source: Source;
  readonly mapping: Mapping;
  readonly options: ImportOptions;
  readonly doubts: Doubts;
  readonly signal: AbortSignal;
}

/** What is known of a table once its first row was read. */
export interface TableHead {
  readonly path: string;
  /** Names of the columns of a separated table; null for others, whose records name their values themselves. */
  readonly header: readonly string[] | null;
  /** What to add to a record's number for the row that a spreadsheet shows. */
  readonly rowsBefore: number;
  /** Columns that hold several values in one. */
  readonly parts: readonly JoinedField[];
}

/** A table that has been read to its end. */
export interface KnownTable extends TableHead {
  /** Records read and lost, a header not counted. */
  readonly records: number;
  readonly lost: number;
}

/** Different names of values in records without a header that are remembered for messages. */
const namesMax = 10_000;

/**
 * Reads one table, each record into `take`; the names of values in records without a header go to `names`.
 * @throws LongplayError I153 where a column or the table that the mapping names is not there.
 */
export async function* readTable(
  { source, mapping, options, doubts, signal }: Reading,
  table: TableMapping,
  entry: Entry,
  index: number,
  take: (row: StagedRow, known: TableHead) => void,
  names: Set<string>,
): AsyncGenerator<Finding, KnownTable> {
  const whole = await source.open(entry, signal);
  const place = entry.path;
  const { parts } = table;
  if (table.kind === 'csv') return yield* readRows(whole);
  if (table.kind === 'sql' || table.kind === 'sqlite') return yield* readDatabase(whole, table.kind);
  const known = { path: place, header: null, rowsBefore: 0, parts };
  const { reader, file } = table.sidecars ? await readOnce(whole, place, signal) : { reader: whole, file: undefined };
  let records = 0;
  let lost = 0;
  const { kind, record, path } = table;
  const declaredEncoding = mapping.encoding ?? options.encoding;
  const how = kind === 'xml' ? { xmlRecord: record } : { jsonPath: path };
  for await (const item of readRecords(reader, { place, kind, declaredEncoding, scratch: options.scratch, ...how }, signal)) {
    if (item.kind === 'finding') {
      yield item;
      if (!isLostRecord(item)) continue;
      lost++;
      records++;
      continue;
    }
    records++;
    for (const [column] of item.pairs) if (names.size < namesMax) names.add(column);
    take({ table: index, number: item.number, cells: item.pairs, raw: item.raw, ...(file === undefined ? {} : { file }) }, known);
  }
  // A document that cannot be read belongs to its audio all the same.
  if (file !== undefined && records === lost) take({ table: index, number: 1, cells: [], raw: '', file }, known);
  return { ...known, records, lost };

  async function* readDatabase(reader: ByteReader, kind: 'sql' | 'sqlite'): AsyncGenerator<Finding, KnownTable> {
    const wanted = table.name.toLowerCase();
    const reading = { place, kind, declaredEncoding: mapping.encoding ?? options.encoding, scratch: options.scratch };
    let header: readonly string[] | null = null;
    let counted = 0;
    let damaged = 0;
    for await (const item of readRecords(reader, { ...reading, tables: (name) => name.toLowerCase() === wanted }, signal)) {
      if (item.kind === 'finding') {
        yield item;
        if (isLostRecord(item)) damaged++;
        continue;
      }
      counted++;
      if (header === null) {
        header = item.pairs.map(([name]) => name);
        checkColumns(mapping, place, header, doubts);
      }
      // By name: a dump may give the columns of each row in an order of their own.
      take({ table: index, number: item.number, cells: item.pairs, raw: item.raw }, { path: place, header, rowsBefore: 0, parts });
    }
    if (counted + damaged === 0) {
      const there = (await peekTables(reader, place, { ...reading, kind }, signal)).map((each) => each.table);
      if (!there.some((each) => each.toLowerCase() === wanted)) throw noTable(mapping, place, table.name, there);
    }
    return { path: place, header: header ?? [], rowsBefore: 0, parts, records: counted + damaged, lost: damaged };
  }

  async function* readRows(reader: ByteReader): AsyncGenerator<Finding, KnownTable> {
    const rowsBefore = table.hasHeader ? 1 : 0;
    let header: readonly string[] = table.names ?? [];
    let counted = 0;
    let damaged = 0;
    const { separator, hasHeader, names: named } = table;
    const declaredEncoding = mapping.encoding ?? options.encoding;
    for await (const item of readSeparated(reader, { place, declaredEncoding, separator, hasHeader, names: named }, signal)) {
      if (item.kind === 'finding') {
        yield item;
        if (!isLostRecord(item)) continue;
        damaged++;
        counted++;
      } else if (item.kind === 'header') {
        header = item.names;
        checkColumns(mapping, place, header, doubts);
      } else {
        counted++;
        if (item.cells.length !== header.length)
          doubts.note('I160', `rows have another number of cells than the ${header.length} columns`, `${place} row ${item.number + rowsBefore}`);
        take({ table: index, number: item.number, cells: item.cells, raw: item.raw }, { path: place, header, rowsBefore, parts });
      }
    }
    return { path: place, header, rowsBefore, parts, records: counted, lost: damaged };
  }
}

function noTable(mapping: Mapping, place: string, name: string, there: readonly string[]): LongplayError {
  const shown = there.slice(0, 20).join(', ');
  const list =
    there.length === 0 ? 'it has none that can be read' : `its tables are ${shown}${there.length > 20 ? ` and ${there.length - 20} more` : ''}`;
  return new LongplayError(
    'usage',
    'I153',
    `${mapping.name} does not fit ${place}: it has no table '${name}'; ${list}`,
    'correct table.name in the mapping file',
  );
}

/** A small document with its digest; a larger one is read as it comes, without. */
async function readOnce(
  reader: ByteReader,
  path: string,
  signal: AbortSignal,
): Promise<{ reader: ByteReader; file: NonNullable<StagedRow['file']> }> {
  if (reader.size > limits.sidecarBytes) return { reader, file: { path, sha256: null } };
  const bytes = await reader.read(0, reader.size, signal);
  return { reader: memoryReader(bytes, reader.name), file: { path, sha256: sha256Hex(bytes) } };
}

/** Columns that a mapping names and a table has not, but for those that not every export has. */
export function columnsMissing(mapping: Mapping, names: readonly string[]): readonly string[] {
  const mayLack = new Set(mapping.table?.mayLack);
  return tableColumnsNamed(mapping).filter((column) => !mayLack.has(column) && findColumn(names, column) === null);
}

/** Counts the columns that not every export has and this one lacks. @throws LongplayError I153 where a column that the mapping needs is not among `names`. */
export function checkColumns(mapping: Mapping, place: string, names: readonly string[], doubts: Doubts): void {
  const [missing] = columnsMissing(mapping, names);
  for (const column of mapping.table?.mayLack ?? [])
    if (findColumn(names, column) === null) doubts.note('I254', `tables without the column '${column}', which the mapping knows`, place);
  if (missing === undefined) return;
  throw new LongplayError(
    'usage',
    'I153',
    `${mapping.name} does not fit ${place}: ${unknownColumn(missing, names)}`,
    'correct the name in the mapping file',
  );
}

/** The values of a staged row by name. `nameOf` maps the mapping's names to the table's and is kept per header. */
export function rowValues(row: StagedRow, known: TableHead): Values {
  const { header } = known;
  const place = header === null ? `${known.path} record ${row.number}` : `${known.path} row ${row.number + known.rowsBefore}`;
  const pairs = row.cells.map((cell, index): readonly [string, string] =>
    typeof cell === 'string' ? [header?.[index] ?? `column ${index + 1}`, cell] : cell,
  );
  const nameOf = header === null ? (column: string) => column : nameFinder(header);
  const values = valuesOf(row.file?.path ?? place, pairs, nameOf);
  if (known.parts.length === 0) return values;
  const made = partsOf(known.parts, values).pairs;
  // What was made of a joined value stands beside it, under names of the mapping's own.
  const own = new Set(made.map(([name]) => name));
  return valuesOf(row.file?.path ?? place, [...pairs, ...made], (column) => (own.has(column) ? column : nameOf(column)));
}

const finders = new WeakMap<readonly string[], (column: string) => string>();

/** `findColumn`, asked once for each header and column. */
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
