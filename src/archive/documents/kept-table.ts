import { canonicalJson } from '../../core/base/canonical-json.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';

/** Names of files in the folder of a kept table, beside the table itself. */
export const keptTableFile = 'table.json';

/** Returns the name of the file with a kept table's bytes, from its extension. The name differs from table.json even for a JSON table. */
export function keptPartFile(ending: string): string {
  const name = `table.${ending}`;
  return name === keptTableFile ? 'records.json' : name;
}
export const unreadFile = 'unread.jsonl';

/** Size and digest of bytes. */
export interface DigestedBytes {
  readonly sizeBytes: number;
  /** SHA-256 in lower-case hexadecimal. */
  readonly sha256: string;
}

/** An earlier part of a table that has grown. */
export interface KeptPart extends DigestedBytes {
  /** Name of its bag, `tables/…`. */
  readonly bag: string;
  /** Path relative to the bag. */
  readonly path: string;
}

/** Forms in which a table is kept, as `TableForm` of src/tables/keep/table-view.ts. */
export const keptForms = ['file', 'statements', 'sql-text', 'without-columns'] as const;

/** Rows that were erased from a kept table. */
export interface ErasedRows {
  /** Table within a database; `outside` for places outside of the records of JSON and XML; '' for other files. */
  readonly table: string;
  /** Numbers of the rows in the whole table, as findings number them, in ranges: `2 17-19`. */
  readonly rows: string;
}

/** What was erased from a kept table's file. */
export interface TableErasure {
  /** The file before the erasure, from which `whole`, and `continues` in later parts, were computed. */
  readonly before: DigestedBytes;
  /** Erased rows by table, in code-point order of the tables. */
  readonly rows: readonly ErasedRows[];
}

/** `table.json`: a table of a recorder that is kept in a bag, or the part of it that is new. Schema: docs/reference/table.schema.json. */
export interface KeptTable {
  readonly format: 'longplay-table';
  readonly version: 1;
  /** The file in the source. */
  readonly source: DigestedBytes & { readonly name: string; readonly path: string };
  /** `csv`, `json`, `xml`, `sql`, `sqlite`; null: a text of another kind. */
  readonly kind: string | null;
  readonly form: (typeof keptForms)[number];
  /** Table of a SQLite database; null: the document covers everything that is kept of the file. */
  readonly table: string | null;
  /** Columns whose values were left out. */
  readonly columnsLeftOut: readonly string[];
  /** Number of rows that were left out whole, because their cells could not be distinguished. */
  readonly rowsLeftOut: number;
  /** The table as it is kept in this form: the earlier parts and this one, joined in order. */
  readonly whole: DigestedBytes;
  /** The file beside this document. */
  readonly part: DigestedBytes & { readonly path: string; readonly sha512: string };
  /** Earlier parts, in order; empty: this part is the beginning. */
  readonly continues: readonly KeptPart[];
  readonly importer: string;
  readonly site: string;
  readonly job: string;
  /** ISO time of the plan. */
  readonly keptAt: string;
  /** Number of records of the whole table at import, including those that could not be read. */
  readonly records: number;
  /** Number of those records that could not be read. */
  readonly recordsUnread: number;
  /** Path of the records in JSON, e.g. `data.items`, or name of their element in XML; '' is the document itself. Absent: it was not stated. */
  readonly recordsAt?: string;
  /** Rows that were erased from `part` later. Absent: none. */
  readonly erased?: TableErasure;
}

/** A line of `unread.jsonl`: a record that could not be read. */
export interface UnreadRow {
  /** Code of the finding that says why the record could not be read. */
  readonly code: string;
  /** Table within a database; '' for other files. */
  readonly table: string;
  /** Number of the row, as the finding states it. */
  readonly row: number;
  /** Offset of its bytes in the file beside this one; null if the file does not contain them or their place is unknown. */
  readonly offset: number | null;
  readonly bytes: number | null;
}

/** Returns the text of table.json. */
export function keptTableText(table: KeptTable): string {
  return `${canonicalJson(table, 2)}\n`;
}

/** Returns the text of unread.jsonl, ordered by table and row. */
export function unreadText(rows: readonly UnreadRow[]): string {
  const ordered = [...rows].sort((a, b) => byCodePoint(a.table, b.table) || a.row - b.row);
  return ordered.map((row) => `${canonicalJson(row)}\n`).join('');
}

/** Parses table.json; null if it is not such a document, or is of a newer version. */
export function parseKeptTable(bytes: Uint8Array): KeptTable | null {
  const value = jsonIn(bytes);
  if (!isObject(value) || value.format !== 'longplay-table' || value.version !== 1) return null;
  const { source, whole, part, continues, columnsLeftOut } = value;
  const isWhole =
    isDigested(source) &&
    isText(source.name) &&
    isText(source.path) &&
    isDigested(whole) &&
    isDigested(part) &&
    isPlainName(part.path) &&
    isText(part.sha512) &&
    Array.isArray(continues) &&
    continues.every((one: unknown) => isDigested(one) && isText(one.bag) && isText(one.path)) &&
    Array.isArray(columnsLeftOut) &&
    columnsLeftOut.every(isText) &&
    [value.importer, value.site, value.job, value.keptAt].every(isText) &&
    [value.kind, value.table].every((one) => one === null || isText(one)) &&
    [value.records, value.recordsUnread, value.rowsLeftOut].every(isCount) &&
    keptForms.some((form) => form === value.form) &&
    (value.recordsAt === undefined || isText(value.recordsAt)) &&
    (value.erased === undefined || isErasure(value.erased));
  // Every member has been checked above.
  return isWhole ? (value as unknown as KeptTable) : null;
}

/** Parses unread.jsonl. Leaves out lines that do not describe an unread row. */
export function parseUnread(bytes: Uint8Array): UnreadRow[] {
  const rows: UnreadRow[] = [];
  for (const line of Buffer.from(bytes).toString('utf8').split('\n')) {
    if (rows.length >= limits.unreadRows) return rows;
    const value = line === '' ? null : jsonIn(Buffer.from(line, 'utf8'));
    if (!isObject(value) || !isText(value.code) || !isText(value.table) || !isCount(value.row)) continue;
    const { code, table, row, offset, bytes: size } = value;
    const isPlaced = isCount(offset) && isCount(size);
    rows.push({ code, table, row, offset: isPlaced ? offset : null, bytes: isPlaced ? size : null });
  }
  return rows;
}

/** Returns numbers as ascending ranges: `2 17-19`. */
export function rangesOf(numbers: Iterable<number>): string {
  const ranges: [first: number, last: number][] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1 === number) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(' ');
}

/** Yields the numbers in ranges that `rangesOf` returned. */
export function* numbersIn(ranges: string): Generator<number> {
  for (const range of ranges.split(' ')) {
    const [first = 0, last = first] = range.split('-').map(Number);
    for (let number = first; number <= last; number++) yield number;
  }
}

function isErasure(value: unknown): boolean {
  if (!isObject(value) || !isDigested(value.before) || !Array.isArray(value.rows)) return false;
  return value.rows.every((one: unknown) => isObject(one) && isText(one.table) && isText(one.rows) && /^\d{1,15}(?:[ -]\d{1,15})*$/.test(one.rows));
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null; // JSON.parse throws only for invalid JSON
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isPlainName(value: unknown): value is string {
  return isText(value) && /^[a-z0-9][a-z0-9.-]{0,119}$/.test(value);
}

function isDigested(value: unknown): value is Readonly<Record<string, unknown>> & DigestedBytes {
  return isObject(value) && isCount(value.sizeBytes) && isText(value.sha256) && /^[0-9a-f]{64}$/.test(value.sha256);
}
