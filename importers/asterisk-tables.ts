import type { ByteReader } from '../src/core/bytes.ts';
import { sliceReader } from '../src/core/bytes.ts';
import type { Finding } from '../src/core/finding.ts';
import type { ImportOptions } from '../src/core/importer.ts';
import { extension } from '../src/core/safe-path.ts';
import { readCsv, sniffCsv } from '../src/tables/csv.ts';
import { peekTables } from '../src/tables/peek-tables.ts';
import { tableKind } from '../src/tables/table-kind.ts';
import type { CsvDialect, Row } from '../src/tables/types.ts';
import { type Layouts, layoutFor } from './asterisk-layouts.ts';
import { isUniqueId } from './asterisk-names.ts';

/** The first 16 columns of every CDR CSV (facts, recorders 1.1; asterisk, cdr/cdr_csv.c). */
const cdrBase = 'accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end duration billsec disposition amaflags'.split(
  ' ',
);
/** Columns of `newcdrcolumns`. */
const cdrNew = ['peeraccount', 'linkedid', 'sequence'];
/** Columns of the mapping in Asterisk's cel_custom.conf.sample. */
const celColumns =
  'eventtype eventtime cidname cidnum ani rdnis dnid exten context channame appname appdata amaflags accountcode uniqueid linkedid peer userfield userdeftype eventextra'.split(
    ' ',
  );
/** Names of the database export's columns that stand for the same thing. */
const synonyms: Readonly<Record<string, string>> = {
  calldate: 'start',
  cid_name: 'cidname',
  cid_num: 'cidnum',
  cid_ani: 'ani',
  cid_rdnis: 'rdnis',
  cid_dnid: 'dnid',
  extra: 'eventextra',
};
/** Event types of include/asterisk/cel.h. */
const celTypes = new Set(
  (
    'CHAN_START CHAN_END ANSWER HANGUP APP_START APP_END BRIDGE_ENTER BRIDGE_EXIT BRIDGE_START BRIDGE_END BRIDGE_UPDATE CONF_ENTER CONF_EXIT CONF_START ' +
    'CONF_END BLINDTRANSFER ATTENDEDTRANSFER TRANSFER PARK_START PARK_END PICKUP FORWARD HOOKFLASH 3WAY_START 3WAY_END LINKEDID_END LOCAL_OPTIMIZE ' +
    'LOCAL_OPTIMIZE_BEGIN STREAM_BEGIN STREAM_END DTMF USER_DEFINED'
  ).split(' '),
);

const localTime = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/;
const celTime = /^(?:\d{9,11}(?:\.\d{1,6})?|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d.*)$/;

/** Bytes and rows of a table that are looked at to know its columns. */
const peekBytes = 64 * 1024;
const peekRows = 200;

/** A table whose columns are known. */
export interface KnownTable {
  readonly kind: 'cdr' | 'cel';
  /** Columns named in the first row, by a database or by a configuration; or null: headerless, columns by their number and content. */
  readonly header: readonly string[] | null;
  /** Whether the names stand in the first row. */
  readonly headed: boolean;
  /** A CSV file, or the table of a database. */
  readonly at: { readonly kind: 'csv'; readonly dialect: CsvDialect } | { readonly kind: 'sql' | 'sqlite'; readonly table: string };
  /** Headerless CDR: whether the one column that `uniqueid` and `userfield` can both be is the uniqueid, by width. */
  readonly uniqueidAt16: ReadonlyMap<number, boolean>;
  /** Widths seen, ascending. */
  readonly widths: readonly number[];
  /** Whether rows say which call they belong to: a linkedid. */
  readonly linked: boolean;
  readonly findings: readonly Finding[];
}

/** Whether an entry may be a table: any CSV, also one that a log rotation renamed. */
export function isTablePath(path: string): boolean {
  return extension(path).toLowerCase() === '.csv' || /\.csv[-._][\w.-]*$/i.test(path);
}

/** Whether an entry may be a database with such tables, or the dump of one. */
export function isDatabasePath(path: string): boolean {
  return /\.(?:sql|dump|db|db3|sqlite|sqlite3)(?:[-._]\d[\w.-]*)?$/i.test(path);
}

/** CDR and CEL tables of a database, by their columns: cdr_sqlite3_custom, cel_sqlite3_custom, dumps of asteriskcdrdb. */
export async function knowDatabase(reader: ByteReader, place: string, options: ImportOptions, signal: AbortSignal): Promise<readonly KnownTable[]> {
  const kind = reader.size === 0 ? null : await tableKind(reader, place, signal);
  if (kind !== 'sql' && kind !== 'sqlite') return [];
  const tables = await peekTables(reader, place, { kind, declaredEncoding: options.encoding, scratch: options.scratch }, signal);
  return tables.flatMap(({ table, columns }): KnownTable[] => {
    const header = headerOf(columns);
    if (header === null) return [];
    return [{ ...headed(header), headed: false, at: { kind, table }, findings: [] }];
  });
}

/** The name by which a column is known here. */
export function canonicalName(name: string): string {
  const bare = name.trim().toLowerCase();
  return synonyms[bare] ?? bare;
}

/** What is known of a table by the names of its columns. */
function headed(header: readonly string[]): Pick<KnownTable, 'kind' | 'header' | 'uniqueidAt16' | 'widths' | 'linked'> {
  const kind = header.includes('eventtype') ? 'cel' : 'cdr';
  return { kind, header, uniqueidAt16: new Map(), widths: [header.length], linked: header.includes('linkedid') };
}

/** Whether the beginning of a file is that of a CDR or CEL table: what `knowTable` would say, without reading the rest. */
export function peekTable(
  reader: ByteReader,
  place: string,
  options: ImportOptions,
  layouts: Layouts,
  signal: AbortSignal,
): Promise<KnownTable | null> {
  return knowTable(sliceReader(reader, 0, Math.min(reader.size, peekBytes)), place, options, layouts, signal);
}

/** A table as CDR, CEL, or null for neither, by its first rows, wherever it lies and whatever its name; its encoding by all of its bytes. */
export async function knowTable(
  reader: ByteReader,
  place: string,
  options: ImportOptions,
  layouts: Layouts,
  signal: AbortSignal,
): Promise<KnownTable | null> {
  if (reader.size === 0) return null;
  const { dialect, findings } = await sniffCsv(reader, { declaredEncoding: options.encoding, place }, signal);
  const rows: Row[] = [];
  for await (const item of readCsv(sliceReader(reader, 0, peekBytes), dialect, { place }, signal)) {
    if (item.kind === 'row') rows.push(item);
    if (rows.length >= peekRows) break;
  }
  // The last row of a slice may be cut.
  if (rows.length > 1 && rows.length < peekRows && reader.size > peekBytes) rows.pop();
  const [first] = rows;
  if (first === undefined) return null;
  const at = { kind: 'csv', dialect } as const;
  const header = headerOf(first.cells);
  if (header !== null) {
    return { ...headed(header), headed: true, at, findings };
  }
  const cdr = rows.filter(({ cells }) => isCdr(cells));
  const cel = rows.filter(({ cells }) => isCel(cells));
  // A few damaged rows do not hide what a table is; half of them would.
  const most = Math.max(cdr.length, cel.length);
  if (most === 0 || most * 2 < rows.length) {
    const layout = layoutFor(layouts, place, rows);
    return layout === null ? null : { ...headed(layout), headed: false, at, findings };
  }
  const kind = cdr.length >= cel.length ? 'cdr' : 'cel';
  const widths = [...new Set((kind === 'cdr' ? cdr : cel).map(({ cells }) => cells.length))].sort((a, b) => a - b);
  const uniqueidAt16 = new Map(
    widths.map((width) => [width, cdr.filter(({ cells }) => cells.length === width).every(({ cells }) => isUniqueId(cells[16] ?? ''))]),
  );
  return { kind, header: null, headed: false, at, uniqueidAt16, widths, linked: kind === 'cel' || widths.some((width) => width >= 19), findings };
}

/** The row by column names; null where it is no row of this table. A column without a name is called by its number. */
export function fieldsOf(table: KnownTable, cells: readonly string[]): ReadonlyMap<string, string> | null {
  const columns = columnsOf(table, cells);
  return columns === null ? null : new Map(cells.map((cell, index) => [columns[index] ?? `column ${index + 1}`, cell]));
}

function columnsOf(table: KnownTable, cells: readonly string[]): readonly string[] | null {
  if (table.header !== null) return cells.length === table.header.length ? table.header : null;
  if (table.kind === 'cel') return isCel(cells) ? celColumns : null;
  if (!isCdr(cells)) return null;
  // Each optional column stands there or not: 1 and 4 more than the base can be either of two.
  const more = cells.length - cdrBase.length;
  const uniqueid = table.uniqueidAt16.get(cells.length) ?? isUniqueId(cells[16] ?? '');
  const either = uniqueid ? ['uniqueid'] : ['userfield'];
  if (more === 0) return cdrBase;
  if (more === 1) return [...cdrBase, ...either];
  if (more === 2) return [...cdrBase, 'uniqueid', 'userfield'];
  if (more === 3) return [...cdrBase, ...cdrNew];
  if (more === 4) return [...cdrBase, ...either, ...cdrNew];
  return [...cdrBase, 'uniqueid', 'userfield', ...cdrNew];
}

/** Column names in their canonical form, where the first row holds names of a CDR or CEL table. */
function headerOf(cells: readonly string[]): readonly string[] | null {
  const names = cells.map(canonicalName);
  const has = (...wanted: string[]): boolean => wanted.every((name) => names.includes(name));
  if (has('start', 'src', 'dst', 'uniqueid')) return names;
  return has('start', 'src', 'dst', 'duration', 'disposition') || has('eventtype', 'eventtime', 'uniqueid', 'linkedid') ? names : null;
}

function isCdr(cells: readonly string[]): boolean {
  const [start, answer, end, duration, billsec, disposition] = cells.slice(9, 15);
  return (
    cells.length >= 16 &&
    cells.length <= 21 &&
    localTime.test(start ?? '') &&
    (answer === '' || localTime.test(answer ?? '')) &&
    (end === '' || localTime.test(end ?? '')) &&
    /^\d+(\.\d+)?$/.test(duration ?? '') &&
    /^\d+(\.\d+)?$/.test(billsec ?? '') &&
    /^[A-Z][A-Z ]*$/.test(disposition ?? '')
  );
}

function isCel(cells: readonly string[]): boolean {
  return cells.length >= 16 && cells.length <= 24 && celTypes.has(cells[0] ?? '') && celTime.test(cells[1] ?? '') && isUniqueId(cells[14] ?? '');
}
