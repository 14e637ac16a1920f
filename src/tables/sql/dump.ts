import { Buffer } from 'node:buffer';
import { agree } from '../../core/base/agree.ts';
import { type ByteReader, sliceReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { type ByteSpan, type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { rowPlace } from '../text/row-place.ts';
import { type TextWindow, textWindow } from '../text/text-window.ts';
import type { SqlRow, SqlRowOrFinding } from '../text/types.ts';
import { type SqlDialect, sqlDialect } from './dialect.ts';
import { type LostRow, type SqlLoss, splitSql, type WrittenRow } from './statements.ts';
import { copyValues } from './strings.ts';
import { openSqlTables, type SqlTarget } from './tables.ts';
import { openSqlText, type SqlText } from './text.ts';
import { hexText, tupleValues } from './values.ts';

/** Options of `readSqlDump`. */
export interface SqlDumpOptions {
  readonly place: string;
  readonly declaredEncoding?: string | null;
  /** Returns true for the tables to read, by name without schema; absent: all. */
  readonly tables?: (name: string) => boolean;
}

/** Number of characters by which the dialect is detected. */
const sampleChars = 256 * 1024;

/**
 * Reads the rows of a database dump of any size, as mysqldump, pg_dump, SQL Server's scripts and SQLite's .dump write it. Yields one row at a time. A damaged
 * row gives one finding (see `isLostRecord`), and reading continues at the next good one. Strings in binary columns, and strings that are invalid in the dump's
 * encoding, are returned as hexadecimal digits. SQLite's own tables (`sqlite_sequence` and the like) are left out. NUL characters are removed from cells and
 * counted in a finding at the end.
 */
export async function* readSqlDump(reader: ByteReader, options: SqlDumpOptions, signal: AbortSignal): AsyncIterable<SqlRowOrFinding> {
  const { place, tables: wanted } = options;
  const text = await openSqlText(reader, place, options.declaredEncoding ?? null, signal);
  yield* text.findings;
  await using window = textWindow(text.pieces(), text.scale);
  const dialect = await dialectOf(window);
  const tables = openSqlTables((name) => !isSqlites(name, dialect) && (wanted?.(name) ?? true), text.decode);
  const counts = { nul: 0, odd: 0 };
  for await (const piece of splitSql(window, dialect, tables, signal)) {
    if (piece.kind === 'end') {
      if (piece.found === 0) yield finding('T158', place, 'contains no statement that defines a table or adds rows');
      if (piece.refused > 0)
        yield finding(
          'T153',
          place,
          agree`${piece.refused} statement[s] [writes|write] to more than ${limits.sqlTables} tables and [was|were] not read`,
        );
      if (piece.cut) yield finding('T154', place, 'ends inside a statement, or without the end mark of its program');
      if (piece.odd > 0) yield finding('T157', place, agree`${piece.odd} place[s] between the rows [is not a statement|are not statements]`);
      continue;
    }
    if (piece.kind === 'statement') continue;
    const { target } = piece;
    for (const row of piece.rows) {
      target.rows++;
      if ('lost' in row) yield lossFinding(row, target, place);
      else {
        if (target.shapes.length === 0) {
          target.name(row.values);
          yield finding('T155', tablePlace(target, place), agree`no statement names the ${row.values} column[s]`);
        }
        const made = rowOf(row, piece.form, target, dialect, text);
        if (made.raw.includes('\0') || made.cells.some((cell) => cell.includes('\0'))) {
          counts.nul++;
          yield { ...made, cells: made.cells.map((cell) => cell.replaceAll('\0', '')) };
        } else yield made;
      }
    }
  }
  if (text.notText > 0)
    yield finding(
      'T156',
      place,
      agree`${text.notText} value[s] [is|are] not valid text in the encoding of the dump; [it is|they are] kept as hexadecimal digits`,
    );
  if (counts.nul > 0)
    yield finding('T117', place, agree`${counts.nul} row[s] [contains|contain] NUL characters, which are left out of cells and kept in the raw text`);
}

/** Largest size of the end of a dump after the last statement, in which the dumping program says that the dump is complete. */
const tailBytes = 4_096;

/**
 * Returns the spans of the statements that define the wanted tables or add rows to them, in order. Also returns the span before the first statement about any
 * table (the program, the encoding) and, if the dump is complete, that of its last line. Empty if there are no such statements; null if the encoding does not
 * show the bytes of statements.
 */
export async function sqlStatementSpans(
  reader: ByteReader,
  { tables: wanted, declaredEncoding }: { readonly tables: (name: string) => boolean; readonly declaredEncoding: string | null },
  signal: AbortSignal,
): Promise<readonly ByteSpan[] | null> {
  const text = await openSqlText(reader, '', declaredEncoding, signal);
  await using window = textWindow(text.pieces(), text.scale);
  const dialect = await dialectOf(window);
  const tables = openSqlTables((name) => !isSqlites(name, dialect) && wanted(name), text.decode);
  const spans: { offset: number; bytes: number }[] = [];
  const add = (from: number, to: number, follows: boolean): void => {
    const last = follows ? spans.at(-1) : undefined;
    if (last !== undefined) last.bytes = to - last.offset;
    else spans.push({ offset: from, bytes: to - from });
  };
  let [found, isBegun, follows, last] = [false, false, false, 0];
  for await (const piece of splitSql(window, dialect, tables, signal)) {
    if (piece.kind === 'end' && piece.finished === true && reader.size - last <= tailBytes) add(last, reader.size, follows);
    if (piece.kind !== 'statement') continue;
    if (piece.span === null) return null;
    const { offset, bytes } = piece.span;
    last = offset + bytes;
    if (piece.wanted !== null && !isBegun) {
      isBegun = true;
      follows = offset > 0;
      if (follows) add(0, offset, false);
    }
    if (piece.wanted === true) {
      found = true;
      add(offset, last, follows);
    }
    follows = piece.wanted === true;
  }
  return found ? spans : [];
}

/** A row of a dump with its bytes; or the end of a statement, which may have contained rows. */
export type PlacedSqlRow =
  | {
      readonly kind: 'row';
      readonly form: 'tuple' | 'copy';
      readonly table: string;
      /** Number of the row, as in `SqlRow`. */
      readonly number: number;
      readonly raw: string;
      /** The cells as JSON, in the form of a row of a database file from `readSqlite`; null for a row that could not be read. */
      readonly cells: string | null;
      /** Bytes of the row, without separators after it. */
      readonly span: ByteSpan;
    }
  | { readonly kind: 'statement'; readonly span: ByteSpan };

/**
 * Yields the rows of a dump with their bytes, in order, and each statement after its rows.
 * @throws RangeError if the encoding does not show the bytes of rows
 */
export async function* placedSqlRows(reader: ByteReader, declaredEncoding: string | null, signal: AbortSignal): AsyncGenerator<PlacedSqlRow> {
  const text = await openSqlText(reader, '', declaredEncoding, signal);
  await using window = textWindow(text.pieces(), text.scale);
  const dialect = await dialectOf(window);
  const tables = openSqlTables((name) => !isSqlites(name, dialect), text.decode);
  const known = (span: ByteSpan | null): ByteSpan => {
    if (span === null) throw new RangeError('its bytes cannot be located');
    return span;
  };
  for await (const piece of splitSql(window, dialect, tables, signal)) {
    if (piece.kind === 'statement') yield { kind: 'statement', span: known(piece.span) };
    if (piece.kind !== 'rows') continue;
    const { target, form } = piece;
    for (const row of piece.rows) {
      const number = ++target.rows;
      const span = known(row.span);
      const place = { kind: 'row', form, table: target.table, number, span } as const;
      if ('lost' in row) {
        const bytes = await reader.read(span.offset, Math.min(span.bytes, limits.recordBytes), signal);
        yield { ...place, raw: text.lost(bytes), cells: null, span: await withoutSeparators(reader, span, text, signal) };
        continue;
      }
      if (target.shapes.length === 0) target.name(row.values);
      const { raw, cells } = rowOf(row, form, target, dialect, text);
      yield { ...place, raw, cells: JSON.stringify(cells) };
    }
  }
}

/** Largest number of bytes of separators after a row. */
const separatorBytes = 256;

/**
 * Returns the span of a row that could not be read without the comma, the end of the statement and the white space after it. The rows around it need them.
 */
async function withoutSeparators(reader: ByteReader, { offset, bytes }: ByteSpan, text: SqlText, signal: AbortSignal): Promise<ByteSpan> {
  const tail = Math.min(bytes, separatorBytes);
  const last = text.lost(await reader.read(offset + bytes - tail, tail, signal));
  const separators = /[\s,;]*$/.exec(last)?.[0] ?? '';
  return { offset, bytes: bytes - (text.scale?.measure(separators) ?? 0) };
}

/** Returns the tables in the first `limits.sqlPeekBytes` of a dump, with their columns if these are named. */
export async function peekSqlDump(
  reader: ByteReader,
  declaredEncoding: string | null,
  signal: AbortSignal,
): Promise<readonly { readonly table: string; readonly columns: readonly string[] }[]> {
  const head = sliceReader(reader, 0, limits.sqlPeekBytes);
  const text = await openSqlText(head, '', declaredEncoding, signal);
  await using window = textWindow(text.pieces());
  const dialect = await dialectOf(window);
  const tables = openSqlTables(() => false, text.decode);
  for await (const piece of splitSql(window, dialect, tables, signal)) if (piece.kind === 'end') break;
  return tables.all().filter(({ table }) => !isSqlites(table, dialect));
}

async function dialectOf(window: TextWindow): Promise<SqlDialect> {
  while (window.text.length < sampleChars && (await window.more()));
  return sqlDialect(window.text.slice(0, sampleChars));
}

/** Returns true for tables that SQLite creates by itself, whose names are reserved. Source: sqlite.org/lang_createtable.html. */
function isSqlites(table: string, dialect: SqlDialect): boolean {
  return dialect.name === 'sqlite' && /^sqlite_/i.test(table);
}

function rowOf(row: WrittenRow, form: 'tuple' | 'copy', target: SqlTarget, dialect: SqlDialect, text: SqlText): SqlRow {
  const { schema, table, rows: number } = target;
  const shape = target.shapes.find((each) => each.columns.length === row.values);
  const written = text.row(row.text);
  const { texts, forms } = form === 'copy' ? { texts: copyValues(written.text), forms: null } : tupleValues(written.text, dialect);
  for (let i = 0; i < texts.length; i++) {
    const value = texts[i] ?? '';
    if (shape?.columns[i]?.binary === true || forms?.[i] === 'bytes') texts[i] = bytesText(value, forms?.[i] === 'plain', written.encoding);
    else if (!written.isText) texts[i] = written.cell(value);
  }
  return { kind: 'row', table, schema, number, columns: shape?.names ?? [], cells: texts, raw: written.raw };
}

/** Formats a value of a binary column. Numbers and hexadecimal digits are kept unchanged; PostgreSQL writes `\x00ff`. */
function bytesText(value: string, isPlain: boolean, encoding: 'utf8' | 'latin1'): string {
  if (isPlain) return value;
  const digits = /^\\x((?:[0-9a-f]{2})*)$/i.exec(value)?.[1];
  return hexText(digits ?? Buffer.from(value, encoding).toString('hex'));
}

const lossWords: Readonly<Record<SqlLoss, readonly [code: FindingCode, words: string]>> = {
  damaged: ['T150', 'has a quote or a parenthesis that does not close and was not read'],
  cut: ['T150', 'is truncated and was not read'],
  'wrong-count': ['T151', 'has another number of values than there are columns and was not read'],
  'too-large': ['T152', `is larger than ${limits.recordBytes} characters, or has more than ${limits.recordFields} values, and was not read`],
  'not-understood': ['T153', 'adds rows in a way that is not read'],
};

function lossFinding({ lost, span }: LostRow, target: SqlTarget, place: string): Finding {
  const [code, words] = lossWords[lost];
  const { table, rows: number } = target;
  return { ...finding(code, rowPlace(tablePlace(target, place), number), words), lost: { table, number, span } };
}

function tablePlace(target: SqlTarget, place: string): string {
  return `${place} table ${target.table}`;
}
