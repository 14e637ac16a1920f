import { Buffer } from 'node:buffer';
import type { ByteReader } from '../../core/base/bytes.ts';
import { extension } from '../../core/base/safe-path.ts';
import type { ByteSpan } from '../../core/findings/finding.ts';
import type { ColumnsLeftOut } from '../../core/model/importer.ts';
import { sqlStatementSpans } from '../sql/dump.ts';
import { sqliteText } from '../sql/sqlite-text.ts';
import { tableKind } from '../sql/table-kind.ts';
import { withoutRotation } from '../text/rotated-name.ts';
import type { TableKind } from '../text/types.ts';
import { type LeftOut, spansLeftOut, withoutSpans } from './without-columns.ts';

/**
 * What is kept of a table. `file`: all bytes of its file. `statements`: those statements of a dump that concern the tables that were read, byte for byte.
 * `sql-text`: one table of a SQLite database as SQL text. `without-columns`: all bytes of a separated table except the values of some columns.
 */
export type TableForm = 'file' | 'statements' | 'sql-text' | 'without-columns';

/** A table in the form in which it is kept. The same table gives the same bytes. */
export interface TableView {
  /** Kind of the table; null: a text of another kind, e.g. a log. */
  readonly kind: TableKind | null;
  readonly form: TableForm;
  /** Table of a SQLite database; '' otherwise, for everything that is kept of the file. */
  readonly table: string;
  /** Extension of the kept file, without the point. */
  readonly ending: string;
  /**
   * Yields all bytes. Each piece is valid until the next one.
   * @throws NoSqliteText, RangeError if the table cannot be kept in this form; errors of the reader
   */
  bytes(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Returns where bytes of the file are in the view; null if they are not in it, or their place is unknown. */
  placeOf(span: ByteSpan): ByteSpan | null;
  /** Returns the number of rows that were left out whole. Valid after `bytes` was read. */
  rowsLeftOut(): number;
}

/** Facts about a table that was read. */
export interface ReadTable {
  readonly path: string;
  /** Tables of a database that were read, in any letter case; empty: the file is no database, or all of its tables were read. */
  readonly tables: readonly string[];
  readonly leftOut: ColumnsLeftOut | null;
}

/** How to view tables. */
export interface ViewOptions {
  readonly declaredEncoding: string | null;
  /** Folder for temporary copies of databases. */
  readonly scratch: string;
}

/**
 * Returns the views of a file that an importer read as a table: several for a SQLite database with several tables; none if nothing in the file concerns the
 * tables that were read.
 */
export async function tableViews(reader: ByteReader, read: ReadTable, options: ViewOptions, signal: AbortSignal): Promise<readonly TableView[]> {
  const { path, tables, leftOut } = read;
  const kind = await tableKind(reader, withoutRotation(path), signal);
  if (leftOut !== null) return [viewWithoutColumns(reader, leftOut, options)];
  if (kind === 'sqlite' && tables.length > 0) return tables.map((table) => sqliteView(reader, table, options));
  if (kind === 'sql' && tables.length > 0) {
    const wanted = new Set(tables.map((name) => name.toLowerCase()));
    const spans = await sqlStatementSpans(
      reader,
      { tables: (name) => wanted.has(name.toLowerCase()), declaredEncoding: options.declaredEncoding },
      signal,
    );
    if (spans !== null) return spans.length === 0 ? [] : [statementsView(reader, spans)];
  }
  return [wholeView(reader, kind, path)];
}

/** Returns the view of all bytes of a file. */
export function wholeView(reader: ByteReader, kind: TableKind | null, path: string): TableView {
  return {
    kind,
    form: 'file',
    table: '',
    ending: kind ?? plainEnding(path),
    bytes: (signal) => reader.stream(0, reader.size, signal),
    placeOf: (span) => span,
    rowsLeftOut: () => 0,
  };
}

/** Returns the file's own extension if it has only plain characters. */
function plainEnding(path: string): string {
  const own = extension(withoutRotation(path)).slice(1).toLowerCase();
  return /^[a-z][a-z0-9]{0,7}$/.test(own) ? own : 'txt';
}

function statementsView(reader: ByteReader, spans: readonly ByteSpan[]): TableView {
  return {
    kind: 'sql',
    form: 'statements',
    table: '',
    ending: 'sql',
    bytes: async function* (signal) {
      for (const { offset, bytes } of spans) yield* reader.stream(offset, offset + bytes, signal);
    },
    placeOf: ({ offset, bytes }) => {
      let before = 0;
      for (const span of spans) {
        if (offset >= span.offset && offset + bytes <= span.offset + span.bytes) return { offset: before + offset - span.offset, bytes };
        before += span.bytes;
      }
      return null;
    },
    rowsLeftOut: () => 0,
  };
}

function sqliteView(reader: ByteReader, table: string, { scratch }: ViewOptions): TableView {
  return {
    kind: 'sqlite',
    form: 'sql-text',
    table,
    ending: 'sql',
    bytes: async function* (signal) {
      for await (const text of sqliteText(reader, { table, scratch }, signal)) yield Buffer.from(text, 'utf8');
    },
    placeOf: () => null,
    rowsLeftOut: () => 0,
  };
}

function viewWithoutColumns(reader: ByteReader, leftOut: ColumnsLeftOut, { declaredEncoding }: ViewOptions): TableView {
  let counts: LeftOut = { rows: 0 };
  return {
    kind: 'csv',
    form: 'without-columns',
    table: '',
    ending: 'csv',
    bytes: (signal) => {
      counts = { rows: 0 };
      return withoutSpans(reader, spansLeftOut(reader, leftOut, { declaredEncoding, counts }, signal), signal);
    },
    placeOf: () => null,
    rowsLeftOut: () => counts.rows,
  };
}
