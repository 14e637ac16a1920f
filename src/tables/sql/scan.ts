import { limits } from '../../core/base/limits.ts';
import type { SqlDialect } from './dialect.ts';

/** The end of a tuple and its number of values, or the reason why they are unknown. */
export type TupleScan =
  | { readonly kind: 'tuple'; readonly end: number; readonly values: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'damage' };

const singleQuote = 0x27;
const doubleQuote = 0x22;
const backtick = 0x60;
const bracket = 0x5b;
const dollar = 0x24;
const open = 0x28;
const close = 0x29;
const comma = 0x2c;
const semicolon = 0x3b;
const backslash = 0x5c;

/**
 * Returns the position after the quote that closes the quoted text which begins at `from` ('…', "…", `…` or […]); -1 if there is no such quote. A doubled quote
 * does not close; with `escapes`, neither does a quote after a backslash. A quote at the end of the text in memory may be the first of two, so the caller must
 * repeat the call after reading more.
 */
export function quoteEnd(text: string, from: number, escapes: boolean): number {
  const opening = text[from];
  const mark = opening === '[' ? ']' : (opening ?? "'");
  let at = from + 1;
  for (;;) {
    at = text.indexOf(mark, at);
    if (at < 0) return -1;
    if (escapes && text.charCodeAt(at - 1) === backslash) {
      let first = at - 1;
      while (first > from + 1 && text.charCodeAt(first - 1) === backslash) first--;
      if (first > from && (at - first) % 2 === 1) {
        at++;
        continue;
      }
    }
    if (text[at + 1] !== mark) return at + 1;
    at += 2;
  }
}

/** Returns true if a character begins a quoted text or name in a dialect. */
export function isQuote(code: number, dialect: SqlDialect): boolean {
  if (code === singleQuote || code === doubleQuote) return true;
  if (code === backtick) return dialect.name !== 'postgres' && dialect.name !== 'sqlserver';
  return code === bracket && (dialect.name === 'sqlserver' || dialect.name === 'sqlite');
}

/**
 * Returns true if backslashes escape in the string whose quote is at `at`: in E'…' of PostgreSQL and in any string of MySQL, but not in names in backticks or
 * brackets.
 */
export function escapesAt(text: string, at: number, dialect: SqlDialect): boolean {
  const code = text.charCodeAt(at);
  if (code !== singleQuote && code !== doubleQuote) return false;
  if (dialect.name === 'postgres' && code === doubleQuote) return false;
  if (dialect.backslash) return true;
  return dialect.name === 'postgres' && /[Ee]/.test(text[at - 1] ?? '') && !/[\w$]/.test(text[at - 2] ?? ' ');
}

/**
 * Returns the position after the dollar-quoted text that begins at `from`; 0 if none begins there, -1 if it does not end. Source: PostgreSQL manual, section
 * 4.1.2.4.
 */
export function dollarEnd(text: string, from: number): number {
  const tag = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]{0,62})?\$/.exec(text.slice(from, from + 65))?.[0];
  if (tag === undefined || /[\w$]/.test(text[from - 1] ?? ' ')) return 0;
  const end = text.indexOf(tag, from + tag.length);
  return end < 0 ? -1 : end + tag.length;
}

/** Matches words that may follow a string within a value after white space: operators. */
const wordAfterString = /(?:AS|AT|COLLATE|USING|ESCAPE)\b/iy;

/**
 * Scans the tuple whose parenthesis is at `from`, by its quotes and parentheses. Text directly after a string, or a semicolon outside a string, is damage,
 * because it reveals a missing quote or parenthesis.
 */
export function scanTuple(text: string, from: number, dialect: SqlDialect, ended: boolean): TupleScan {
  const unfinished: TupleScan = ended ? { kind: 'damage' } : { kind: 'more' };
  let depth = 1;
  let values = 1;
  let at = from + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === comma) {
      if (depth === 1) values++;
      at++;
    } else if (isQuote(code, dialect)) {
      const end = quoteEnd(text, at, escapesAt(text, at, dialect));
      if (end < 0 || (end >= text.length && !ended)) return unfinished;
      at = end;
      if (code !== singleQuote) continue;
      const next = text.charCodeAt(at);
      if (next === comma || next === close) continue;
      while (isSpace(text.charCodeAt(at))) at++;
      if (at >= text.length) return unfinished;
      if (",):|+'".includes(text[at] ?? '')) continue;
      if (!ended && at + 8 > text.length) return { kind: 'more' };
      wordAfterString.lastIndex = at;
      if (at === end || !wordAfterString.test(text)) return { kind: 'damage' };
    } else if (code === close) {
      at++;
      if (--depth === 0) return { kind: 'tuple', end: at, values };
    } else if (code === open) {
      if (++depth > limits.depth) return { kind: 'damage' };
      at++;
    } else if (code === semicolon) {
      return { kind: 'damage' };
    } else if (code === dollar && dialect.name === 'postgres') {
      const end = dollarEnd(text, at);
      if (end < 0 || (!ended && text.length - at < 65 && end === 0)) return unfinished;
      at = end === 0 ? at + 1 : end;
    } else if (at >= text.length) {
      return unfinished;
    } else at++;
  }
}

/** Returns true for blank, tab, line end and form feed. */
export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** A name in a dump, with its schema. `next` is the position after the name. */
export interface NameScan {
  readonly schema: string;
  readonly table: string;
  readonly next: number;
}

/**
 * Parses a name of up to four parts, `database.schema.table`, each unquoted or quoted in any vendor's syntax. The last part is the table, the part before it
 * the schema. Null if there is no name, or if it is too long.
 */
export function scanName(text: string, from: number): NameScan | null {
  const parts: string[] = [];
  let at = from;
  for (;;) {
    const part = scanIdentifier(text, at);
    if (part === null || parts.length === 4) return null;
    parts.push(part.name);
    at = part.next;
    if (text[at] !== '.') break;
    at++;
  }
  return { schema: parts.at(-2) ?? '', table: parts.at(-1) ?? '', next: at };
}

const bareName = /[\p{L}\p{N}_$#@\u0080-\uffff]+/uy;

/** Parses one identifier, unquoted or quoted. */
export function scanIdentifier(text: string, from: number): { readonly name: string; readonly next: number } | null {
  const first = text[from] ?? '';
  if ('\'"`['.includes(first) && first !== '') {
    const next = quoteEnd(text, from, false);
    if (next < 0 || next - from > limits.nameBytes) return null;
    const mark = first === '[' ? ']' : first;
    return { name: text.slice(from + 1, next - 1).replaceAll(mark + mark, mark), next };
  }
  bareName.lastIndex = from;
  const name = bareName.exec(text)?.[0];
  return name === undefined || name.length > limits.nameBytes ? null : { name, next: from + name.length };
}

/** Returns the position after white space and comments at `from`; null if a comment does not end in the text. */
export function skipAside(text: string, from: number, dialect: SqlDialect): number | null {
  let at = from;
  for (;;) {
    while (isSpace(text.charCodeAt(at))) at++;
    const ending = asideEnd(text, at, dialect);
    if (ending === 0) return at;
    if (ending < 0) return null;
    at = ending;
  }
}

/**
 * Returns the position after the comment that begins at `at`; 0 if none begins there, -1 if it does not end in the text. MySQL's `/*! … *\/` count as comments,
 * because dumps write no rows in them. In MySQL, white space must follow `--` (MySQL manual, section 11.7).
 */
export function asideEnd(text: string, at: number, dialect: SqlDialect): number {
  const first = text[at];
  if (first === '-' && text[at + 1] === '-') {
    if (dialect.name === 'mysql' && !isSpace(text.charCodeAt(at + 2)) && at + 2 < text.length) return 0;
  } else if (first === '/' && text[at + 1] === '*') {
    const end = text.indexOf('*/', at + 2);
    return end < 0 ? -1 : end + 2;
  } else if (first !== '#' || dialect.name !== 'mysql') return 0;
  const end = text.indexOf('\n', at);
  return end < 0 ? -1 : end + 1;
}
