import { limits } from '../../core/base/limits.ts';
import type { SqlDialect } from './dialect.ts';
import { asideEnd, dollarEnd, escapesAt, isQuote, type NameScan, quoteEnd, scanIdentifier, scanName, skipAside } from './scan.ts';

/** A column as CREATE TABLE describes it. */
export interface SqlColumn {
  readonly name: string;
  /** Strings in it are bytes: MySQL's blobs, PostgreSQL's bytea. */
  readonly binary: boolean;
  /** Computed from other columns; some programs leave it out of the rows. */
  readonly generated: boolean;
}

/** The head of a statement that adds rows; `next` is where the first row begins. */
export interface RowsHead {
  readonly kind: 'head';
  readonly name: NameScan;
  /** Null where the statement names none. */
  readonly columns: readonly string[] | null;
  readonly next: number;
}

/** `more`: the text ends inside; `other`: it is no such statement, or one that is not read. */
export type HeadScan = RowsHead | { readonly kind: 'more' } | { readonly kind: 'other' };

/** What CREATE TABLE says; `next` is the position after the list of columns. */
export type TableScan =
  | { readonly kind: 'table'; readonly name: NameScan; readonly columns: readonly SqlColumn[]; readonly next: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'other' };

/** Characters behind a head that must be at hand to tell that it is whole. */
const lookahead = 64;

const insertWords = /(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|INTO|OR\s+\w+)\s+)*/iy;
const overriding = /OVERRIDING\s+(?:SYSTEM|USER)\s+VALUE\s+/iy;
const valuesWord = /VALUES?/iy;

/** Reads `INSERT INTO name (columns) VALUES` at `from`, and REPLACE, in any vendor's way. */
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

/** The table that INSERT or REPLACE at `from` writes to; null where there is no such statement. */
export function insertName(text: string, from: number): NameScan | null {
  const begun = match(insertWords, text, from);
  return begun === null ? null : scanName(text, from + begun.length);
}

const copyWord = /COPY\s+/iy;
const copyTail = /\s*FROM\s+stdin\s*;[ \t\r]*(?:\n|$)/iy;

/** Reads `COPY name (columns) FROM stdin;` at `from`, as pg_dump writes it. */
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

/** Reads the columns of CREATE TABLE at `from`. */
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

/** The parts of a parenthesised list between commas of its own level, comments included; null where it does not end in the text. */
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

/** Names in parentheses at `from`; null where it is no list of names, or not whole, or longer than a row may be. */
function scanColumnList(text: string, from: number, dialect: SqlDialect): { readonly columns: readonly string[]; readonly next: number } | null {
  const columns: string[] = [];
  let at: number | null = from;
  do {
    at = skipAside(text, at + 1, dialect);
    // Zero columns are no list: PostgreSQL writes none then.
    const column = at === null ? null : scanIdentifier(text, at);
    if (column === null || columns.length >= limits.recordFields) return null;
    columns.push(column.name);
    at = skipAside(text, column.next, dialect);
  } while (at !== null && text[at] === ',');
  return at !== null && text[at] === ')' ? { columns, next: at + 1 } : null;
}

/** Heads are short: one that is not understood while little of the text is at hand may only be cut. */
function moreNear(text: string, from: number): { readonly kind: 'more' } | { readonly kind: 'other' } {
  return text.length - from < limits.sqlHeadChars ? { kind: 'more' } : { kind: 'other' };
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
