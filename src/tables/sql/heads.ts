import { limits } from '../../core/base/limits.ts';
import type { SqlDialect } from './dialect.ts';
import { asideEnd, dollarEnd, escapesAt, isQuote, type NameScan, quoteEnd, scanIdentifier, scanName, skipAside } from './scan.ts';

/** A column of a CREATE TABLE statement. */
export interface SqlColumn {
  readonly name: string;
  /** True if strings in the column are bytes: MySQL's blobs, PostgreSQL's bytea. */
  readonly binary: boolean;
  /** True if the column is computed from other columns. Some programs omit it from the rows. */
  readonly generated: boolean;
}

/** The head of a statement that adds rows; `next` is the position of the first row. */
export interface RowsHead {
  readonly kind: 'head';
  readonly name: NameScan;
  /** Columns that the statement names; null if it names none. */
  readonly columns: readonly string[] | null;
  readonly next: number;
}

/** Result of scanning a head. `more`: the text ends inside; `other`: not a statement that adds rows, or an unsupported one. */
export type HeadScan = RowsHead | { readonly kind: 'more' } | { readonly kind: 'other' };

/** Result of parsing CREATE TABLE; `next` is the position after the list of columns. */
export type TableScan =
  | { readonly kind: 'table'; readonly name: NameScan; readonly columns: readonly SqlColumn[]; readonly next: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'other' };

/** Number of characters after a head that must be in memory to know that the head is complete. */
const lookahead = 64;

const insertWords = /(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|INTO|OR\s+\w+)\s+)*/iy;
const overriding = /OVERRIDING\s+(?:SYSTEM|USER)\s+VALUE\s+/iy;
const valuesWord = /VALUES?/iy;

/** Parses the head of an INSERT or REPLACE at `from`, e.g. `INSERT INTO name (columns) VALUES`, in any vendor's syntax. */
export function scanInsert(text: string, from: number, dialect: SqlDialect, ended: boolean): HeadScan {
  const other: HeadScan = ended ? { kind: 'other' } : moreNear(text, from);
  const begun = match(insertWords, text, from);
  if (begun === null) return { kind: 'other' };
  const name = scanName(text, from + begun.length);
  if (name === null) return other;
  let at = skipAside(text, name.next, dialect);
  let columns: readonly string[] | null = null;
  if (at !== null && text[at] === '(') {
    const list = scanColumnList(text, at, dialect);
    if (list === null) return other;
    columns = list.columns;
    at = skipAside(text, list.next, dialect);
  }
  if (at === null) return other;
  at += match(overriding, text, at)?.length ?? 0;
  const values = match(valuesWord, text, at);
  if (values === null) return !ended && text.length - at < lookahead ? { kind: 'more' } : { kind: 'other' };
  const next = skipAside(text, at + values.length, dialect);
  if (next === null || next >= text.length) return other;
  return text[next] === '(' ? { kind: 'head', name, columns, next } : { kind: 'other' };
}

/** Returns the table of the INSERT or REPLACE at `from`; null if there is no such statement. */
export function insertName(text: string, from: number): NameScan | null {
  const begun = match(insertWords, text, from);
  return begun === null ? null : scanName(text, from + begun.length);
}

const copyWord = /COPY\s+/iy;
const copyTail = /\s*FROM\s+stdin\s*;[ \t\r]*(?:\n|$)/iy;

/** Parses `COPY name (columns) FROM stdin;` at `from`, as pg_dump writes it. */
export function scanCopy(text: string, from: number, dialect: SqlDialect, ended: boolean): HeadScan {
  const other: HeadScan = ended ? { kind: 'other' } : moreNear(text, from);
  const begun = match(copyWord, text, from);
  const name = begun === null ? null : scanName(text, from + begun.length);
  if (name === null) return begun === null ? { kind: 'other' } : other;
  let at = skipAside(text, name.next, dialect);
  let columns: readonly string[] | null = null;
  if (at !== null && text[at] === '(') {
    const list = scanColumnList(text, at, dialect);
    if (list === null) return other;
    columns = list.columns;
    at = list.next;
  }
  if (at === null) return other;
  const tail = match(copyTail, text, at);
  if (tail === null) return !ended && text.length - at < lookahead ? { kind: 'more' } : { kind: 'other' };
  if (!tail.endsWith('\n') && !ended) return { kind: 'more' };
  return { kind: 'head', name, columns, next: at + tail.length };
}

const createWords = /CREATE\s+(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|FOREIGN)\s+)*TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?/iy;
const constraintWord = /^(?:PRIMARY|UNIQUE|KEY|INDEX|CONSTRAINT|FOREIGN|CHECK|FULLTEXT|SPATIAL|EXCLUDE|LIKE|PERIOD|FOR|PARTITION)$/i;
const mysqlBytes = /^\s*(?:(?:tiny|medium|long)?blob|(?:var)?binary|bit|geometry|point)\b/i;
const postgresBytes = /^\s*bytea\b/i;

/** Parses the columns of CREATE TABLE at `from`. */
export function scanCreate(text: string, from: number, dialect: SqlDialect, ended: boolean): TableScan {
  const other: TableScan = ended ? { kind: 'other' } : moreNear(text, from);
  const begun = match(createWords, text, from);
  if (begun === null) return { kind: 'other' };
  const name = scanName(text, from + begun.length);
  if (name === null) return other;
  const start = skipAside(text, name.next, dialect);
  if (start === null || (start >= text.length && !ended)) return other;
  if (text[start] !== '(') return { kind: 'other' };
  const list = splitItems(text, start, dialect);
  if (list === null) return ended ? { kind: 'other' } : { kind: 'more' };
  const columns: SqlColumn[] = [];
  for (const item of list.items) {
    const at = skipAside(item, 0, dialect) ?? item.length;
    const column = scanIdentifier(item, at);
    if (column === null || (/\w/.test(item[at] ?? '') && constraintWord.test(column.name))) continue;
    if (columns.length >= limits.recordFields) return { kind: 'other' };
    const rest = item.slice(column.next);
    const binary = dialect.name === 'mysql' ? mysqlBytes.test(rest) : dialect.name === 'postgres' && postgresBytes.test(rest);
    const generated = /\bAS\s*\(/i.test(rest.replaceAll(/'(?:[^'\\]|''|\\.)*'/g, "''"));
    columns.push({ name: column.name, binary, generated });
  }
  return { kind: 'table', name, columns, next: list.next };
}

/**
 * Splits a parenthesised list at the commas of its own level, ignoring those in comments; each item keeps its comments. Null if the list does not end in the
 * text.
 */
function splitItems(text: string, from: number, dialect: SqlDialect): { readonly items: readonly string[]; readonly next: number } | null {
  const items: string[] = [];
  let depth = 1;
  let start = from + 1;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const end = isQuote(code, dialect)
      ? quoteEnd(text, at, escapesAt(text, at, dialect))
      : text[at] === '$' && dialect.name === 'postgres'
        ? dollarEnd(text, at)
        : asideEnd(text, at, dialect);
    if (end < 0) return null;
    if (end > 0) {
      at = end;
      continue;
    }
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    if (depth === 0 || (depth === 1 && text[at] === ',')) {
      items.push(text.slice(start, at));
      start = at + 1;
      if (depth === 0) return { items, next: start };
    }
    at++;
  }
  return null;
}

/** Parses the names in parentheses at `from`; null if they are not a list of names, are incomplete, or exceed the size of a row. */
function scanColumnList(text: string, from: number, dialect: SqlDialect): { readonly columns: readonly string[]; readonly next: number } | null {
  const columns: string[] = [];
  let at: number | null = from;
  do {
    at = skipAside(text, at + 1, dialect);
    // An empty list does not count: PostgreSQL writes no list for zero columns.
    const column = at === null ? null : scanIdentifier(text, at);
    if (column === null || columns.length >= limits.recordFields) return null;
    columns.push(column.name);
    at = skipAside(text, column.next, dialect);
  } while (at !== null && text[at] === ',');
  return at !== null && text[at] === ')' ? { columns, next: at + 1 } : null;
}

/** Returns `more` near the end of the text in memory, else `other`. Heads are short, so one that cannot be parsed near the end may only be truncated. */
function moreNear(text: string, from: number): { readonly kind: 'more' } | { readonly kind: 'other' } {
  return text.length - from < limits.sqlHeadChars ? { kind: 'more' } : { kind: 'other' };
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
