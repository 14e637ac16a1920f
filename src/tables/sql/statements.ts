import { limits } from '../../core/base/limits.ts';
import type { ByteSpan } from '../../core/findings/finding.ts';
import { spanBetween, type TextWindow } from '../text/text-window.ts';
import { type SqlCursor, sqlCursor } from './cursor.ts';
import type { SqlDialect } from './dialect.ts';
import { type HeadScan, insertName, type RowsHead, scanCopy, scanCreate, scanInsert } from './heads.ts';
import { type ResumeScan, resumeAt } from './resume.ts';
import { scanTuple, skipAside, type TupleScan } from './scan.ts';
import type { SqlTables, SqlTarget } from './tables.ts';

/** Why a row of a dump could not be read. */
export type SqlLoss = 'damaged' | 'wrong-count' | 'too-large' | 'cut' | 'not-understood';

/** A row as written in the dump, and `values`, its number of values. */
export interface WrittenRow {
  readonly text: string;
  readonly values: number;
  /** Bytes of the row in the dump; null if unknown. */
  readonly span: ByteSpan | null;
}

/** A row that could not be read. */
export interface LostRow {
  readonly lost: SqlLoss;
  readonly span: ByteSpan | null;
}

/** Parts of a dump: the rows of one statement that are in memory; `statement` after each statement; `end` as the last part. */
export type SqlPiece =
  | { readonly kind: 'rows'; readonly form: 'tuple' | 'copy'; readonly target: SqlTarget; readonly rows: readonly (WrittenRow | LostRow)[] }
  | {
      readonly kind: 'statement';
      /** Whether the statement's table is wanted; null for a statement that neither defines a table nor adds rows. */
      readonly wanted: boolean | null;
      /** Bytes of the statement, including the end of its last line. */
      readonly span: ByteSpan | null;
    }
  | {
      readonly kind: 'end';
      /** Number of statements that add rows or define tables. */
      readonly found: number;
      /** True if the dump ends inside a statement, or without the end mark of its program. */
      readonly cut: boolean;
      readonly odd: number;
      /** Number of statements about tables beyond `limits.sqlTables`. */
      readonly refused: number;
      /** As in `SqlCursor`. */
      readonly finished: boolean | null;
    };

/** Number of characters of a statement that identify its kind. */
const beginning = 256;
const insertWord = /(?:INSERT|REPLACE)\s/iy;
const copyWord = /COPY\s/iy;
const createWord = /CREATE\s+(?:\w+\s+)?TABLE\s/iy;
const delimiterLine = /DELIMITER[ \t]+([^\s]{1,16})[^\n]*(?:\n|$)/iy;
const goLine = /GO[ \t]*(?:\d+[ \t]*)?(?:\r?\n|$)/iy;
const restOfLine = /[ \t]{0,64}\r?\n/y;
const tail = /(?:ON|AS|RETURNING)\b/iy;

/**
 * Finds the rows of a dump of any size, statement by statement, with at most one row in memory: tuples of INSERT and REPLACE, and lines of COPY. Skips
 * everything else by its quotes, comments and brackets, so that text inside strings, routines and triggers is not mistaken for statements. Damage loses only
 * one row: reading continues at the next tuple with as many values as the table has columns, or at the next line that begins a statement. One function: the
 * states of a parser that continues after damage.
 */
export async function* splitSql(window: TextWindow, dialect: SqlDialect, tables: SqlTables, signal: AbortSignal): AsyncIterable<SqlPiece> {
  const cursor = sqlCursor(window, dialect, signal);
  let found = 0;
  let refused = 0;
  let cut = false;
  /** The last head and its target. Dumps repeat the head for every row. */
  let last: { readonly text: string; readonly target: SqlTarget } | null = null;
  const here = (): number | null => window.byteAt(cursor.at);

  while (await cursor.toStatement()) {
    await cursor.ensure(beginning);
    const from = here();
    /** Whether the table of the statement is wanted; null if it has none. */
    let wanted: boolean | null = null;
    if (has(insertWord, cursor)) {
      const head: { readonly target: SqlTarget | null } | null = await insertHead();
      wanted = head?.target?.wanted ?? false;
      if (head === null) wanted = yield* notUnderstood();
      else if (head.target === null) {
        refused++;
        await cursor.skipStatement();
      } else yield* tuples(head.target);
    } else if (dialect.name !== 'mysql' && has(copyWord, cursor)) {
      const head = await wholeHead((text, at, ended) => scanCopy(text, at, dialect, ended));
      if (head === null) {
        await cursor.skipStatement();
        continue;
      }
      found++;
      cursor.at = head.next;
      const target = tables.target(head.name, head.columns);
      if (target === null) refused++;
      wanted = target?.wanted ?? false;
      yield* lines(target);
    } else if (has(createWord, cursor)) wanted = await define();
    else if (dialect.name === 'mysql' && has(delimiterLine, cursor)) takeDelimiter();
    else if (dialect.name === 'sqlserver' && has(goLine, cursor)) pass(goLine);
    else if (dialect.name === 'postgres' && window.text[cursor.at] === '\\') await passLine();
    else await cursor.skipStatement();
    yield { kind: 'statement', wanted, span: spanBetween(from, await lineEnd()) };
  }
  const { finished } = cursor;
  yield { kind: 'end', found, cut: cut || cursor.isCut || finished === false, odd: cursor.odd, refused, finished };

  /** Returns the byte after the end of the line if nothing follows the cursor on that line; else the byte of the cursor. */
  async function lineEnd(): Promise<number | null> {
    await cursor.ensure(beginning);
    restOfLine.lastIndex = cursor.at;
    return window.byteAt(cursor.at + (restOfLine.exec(window.text)?.[0].length ?? 0));
  }

  async function insertHead(): Promise<{ readonly target: SqlTarget | null } | null> {
    if (last !== null) {
      await cursor.ensure(last.text.length + 1);
      if (window.text.startsWith(last.text, cursor.at)) {
        cursor.at += last.text.length - 1;
        return last;
      }
    }
    const head = await wholeHead((text, at, ended) => scanInsert(text, at, dialect, ended));
    if (head === null) return null;
    found++;
    const target = tables.target(head.name, head.columns);
    const text = window.text.slice(cursor.at, head.next + 1);
    // If nothing names the columns, the first row determines their number.
    last = target === null || target.shapes.length === 0 ? null : { text, target };
    cursor.at = head.next;
    return { target };
  }

  async function wholeHead(scan: (text: string, at: number, ended: boolean) => HeadScan): Promise<RowsHead | null> {
    for (;;) {
      const head = scan(window.text, cursor.at, window.ended);
      if (head.kind === 'head') return head;
      if (head.kind === 'other' || !(await cursor.more())) return null;
    }
  }

  /** Reads a definition. Returns whether the table is wanted; null if the statement defines none. */
  async function define(): Promise<boolean | null> {
    let wanted: boolean | null = null;
    for (;;) {
      const table = scanCreate(window.text, cursor.at, dialect, window.ended);
      if (table.kind === 'more' && window.text.length - cursor.at < limits.recordBytes) {
        await cursor.more();
        continue;
      }
      if (table.kind === 'table') {
        found++;
        last = null;
        wanted = tables.define(table.name, table.columns);
        cursor.at = table.next;
      }
      await cursor.skipStatement();
      return wanted;
    }
  }

  /** Handles an unsupported statement that adds rows: `INSERT … SELECT`. */
  async function* notUnderstood(): AsyncGenerator<SqlPiece, boolean> {
    const name = insertName(window.text, cursor.at);
    const from = here();
    await cursor.skipStatement();
    const target = name === null ? null : tables.target(name, null);
    if (target === null) return false;
    found++;
    if (target.wanted) yield { kind: 'rows', form: 'tuple', target, rows: [{ lost: 'not-understood', span: spanBetween(from, here()) }] };
    return target.wanted;
  }

  async function* tuples(target: SqlTarget): AsyncIterable<SqlPiece> {
    let rows: (WrittenRow | LostRow)[] = [];
    const flush = function* (): Iterable<SqlPiece> {
      if (rows.length > 0 && target.wanted) yield { kind: 'rows', form: 'tuple', target, rows };
      rows = [];
    };
    let { shapes } = target;
    for (;;) {
      const scan: TupleScan = scanTuple(window.text, cursor.at, dialect, window.ended);
      if (scan.kind === 'more' && window.text.length - cursor.at < limits.recordBytes) {
        yield* flush();
        await cursor.more();
        continue;
      }
      if (scan.kind === 'tuple') {
        rows.push(judgedAt(scan.end, scan.values, shapes));
        cursor.at = scan.end;
        if (shapes.length === 0) {
          yield* flush();
          ({ shapes } = target);
        }
      } else {
        const atEnd = window.ended && scan.kind === 'damage' && !window.text.slice(cursor.at).includes('\n', 1);
        yield* flush();
        const next = await lose(scan.kind === 'more' ? 'too-large' : atEnd ? 'cut' : 'damaged', shapes);
        rows.push(next.row);
        yield* flush();
        if (next.kind === 'tuple') continue;
        return;
      }
      const next = await separator(flush);
      yield* next.pieces;
      if (next.kind === 'tuple') continue;
      if (next.kind === 'damage') {
        yield* flush();
        const after = await lose('damaged', shapes);
        rows.push(after.row);
        yield* flush();
        if (after.kind === 'tuple') continue;
      }
      yield* flush();
      return;
    }
  }

  /** Skips the text after a tuple, up to the next tuple or out of the statement. */
  async function separator(
    flush: () => Iterable<SqlPiece>,
  ): Promise<{ readonly kind: 'tuple' | 'end' | 'damage'; readonly pieces: Iterable<SqlPiece> }> {
    let pieces: readonly SqlPiece[] = [];
    for (;;) {
      const { text } = window;
      const at = skipAside(text, cursor.at, dialect) ?? text.length;
      const isComma = text[at] === ',';
      const next = isComma ? (skipAside(text, at + 1, dialect) ?? text.length) : at;
      if (next + 16 > text.length && !window.ended) {
        pieces = [...pieces, ...flush()];
        await cursor.more();
        continue;
      }
      if (text[next] === '(') {
        if (!isComma) cursor.odd++;
        cursor.at = next;
        return { kind: 'tuple', pieces };
      }
      if (isComma && next < text.length) return { kind: 'damage', pieces };
      if (text.startsWith(cursor.delimiter, at)) cursor.at = at + cursor.delimiter.length;
      else if (at >= text.length || isComma) {
        // Scripts of SQL Server do not terminate statements.
        if (isComma || dialect.name === 'mysql' || dialect.name === 'postgres' || dialect.name === 'sqlite') cut = true;
        cursor.at = text.length;
      } else {
        tail.lastIndex = at;
        cursor.at = at;
        if (tail.test(text)) await cursor.skipStatement();
      }
      return { kind: 'end', pieces };
    }
  }

  /** Advances past a row that cannot be read. */
  async function lose(lost: SqlLoss, shapes: SqlTarget['shapes']): Promise<{ readonly kind: 'tuple' | 'statement'; readonly row: LostRow }> {
    const from = here();
    const kind = await resume(shapes);
    return { kind, row: { lost, span: spanBetween(from, here()) } };
  }

  /** Judges the row between the cursor and a position in the window. */
  function judgedAt(end: number, values: number, shapes: SqlTarget['shapes']): WrittenRow | LostRow {
    const row = judged(window.text.slice(cursor.at, end), values, shapes);
    const span = spanBetween(here(), window.byteAt(end));
    return typeof row === 'string' ? { lost: row, span } : { ...row, span };
  }

  /** Advances to the place where reading can continue after a damaged row. */
  async function resume(shapes: SqlTarget['shapes']): Promise<'tuple' | 'statement'> {
    const accepts = (values: number): boolean => shapes.length === 0 || shapes.some((shape) => shape.columns.length === values);
    let tries = 0;
    cursor.at++;
    for (;;) {
      const next: ResumeScan = resumeAt(window.text, cursor.at, window.ended, { dialect, tuples: tries < limits.sqlResumeTries, accepts });
      tries += next.tries;
      cursor.at = next.at;
      if (next.kind !== 'more') return next.kind;
      if (!(await cursor.more())) {
        cut = true;
        cursor.at = window.text.length;
        return 'statement';
      }
    }
  }

  async function* lines(target: SqlTarget | null): AsyncIterable<SqlPiece> {
    let rows: (WrittenRow | LostRow)[] = [];
    const flush = function* (): Iterable<SqlPiece> {
      if (rows.length > 0 && target?.wanted === true) yield { kind: 'rows', form: 'copy', target, rows };
      rows = [];
    };
    let { shapes } = target ?? { shapes: [] };
    for (;;) {
      const end = window.text.indexOf('\n', cursor.at);
      if (end < 0) {
        yield* flush();
        if (window.text.length - cursor.at >= limits.recordBytes) {
          const from = here();
          const isEnded = await passLine();
          // As in rows that were read, the line end is not part of the row.
          const last = isEnded ? cursor.at - 1 : cursor.at;
          rows.push({ lost: 'too-large', span: spanBetween(from, window.byteAt(window.text[last - 1] === '\r' ? last - 1 : last)) });
          yield* flush();
          if (!isEnded) break;
        } else if (!(await cursor.more())) break;
        continue;
      }
      const lineEnd = window.text.charCodeAt(end - 1) === 0x0d && end > cursor.at ? end - 1 : end;
      const line = window.text.slice(cursor.at, lineEnd);
      if (line === '\\.') {
        cursor.at = end + 1;
        yield* flush();
        return;
      }
      const values = tabs(line) + 1;
      const row = judgedAt(lineEnd, values, shapes);
      if ('lost' in row && row.lost === 'wrong-count' && isNextStatement(line)) {
        // The end mark is missing.
        cut = true;
        yield* flush();
        return;
      }
      rows.push(row);
      cursor.at = end + 1;
      if (shapes.length === 0) {
        yield* flush();
        shapes = target?.shapes ?? [];
      }
    }
    // A last line without a line end may be truncated.
    cut = true;
    if (cursor.at < window.text.length) rows.push({ lost: 'cut', span: spanBetween(here(), window.byteAt(window.text.length)) });
    yield* flush();
    cursor.at = window.text.length;
  }

  /** Skips the line at the cursor, whatever its length; returns false if it has no end. */
  async function passLine(): Promise<boolean> {
    for (;;) {
      const end = window.text.indexOf('\n', cursor.at);
      cursor.at = end < 0 ? window.text.length : end + 1;
      if (end >= 0) return true;
      if (!(await cursor.more())) return false;
    }
  }

  function takeDelimiter(): void {
    delimiterLine.lastIndex = cursor.at;
    cursor.delimiter = delimiterLine.exec(window.text)?.[1] ?? ';';
    pass(delimiterLine);
  }

  function pass(line: RegExp): void {
    line.lastIndex = cursor.at;
    cursor.at += line.exec(window.text)?.[0].length ?? 1;
  }
}

function judged(text: string, values: number, shapes: SqlTarget['shapes']): Omit<WrittenRow, 'span'> | SqlLoss {
  if (text.length > limits.recordBytes) return 'too-large';
  if (values > limits.recordFields) return 'too-large';
  return shapes.length === 0 || shapes.some((shape) => shape.columns.length === values) ? { text, values } : 'wrong-count';
}

function tabs(line: string): number {
  let count = 0;
  for (let at = line.indexOf('\t'); at >= 0; at = line.indexOf('\t', at + 1)) count++;
  return count;
}

/** Returns true for a line that pg_dump writes after the rows of a table. */
function isNextStatement(line: string): boolean {
  return /^(?:--(?:\s|$)|COPY\s.*\sFROM stdin;$|ALTER TABLE\s|CREATE\s|SELECT pg_catalog\.|SET \w+ = )/.test(line);
}

function has(pattern: RegExp, { text, at }: SqlCursor): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}
