import { limits } from '../../core/base/limits.ts';
import type { SqlDialect } from './dialect.ts';
import { dollarEnd, escapesAt, isSpace, quoteEnd } from './scan.ts';
import { serverDate } from './server-dates.ts';
import { unescapeBackslashes } from './strings.ts';

/** The value of an expression. */
export interface ExpressionValue {
  readonly text: string;
  /** Form of the value, as in `TupleValues`. */
  readonly form: 'text' | 'bytes' | 'plain';
}

type Token =
  | { readonly kind: 'value'; readonly value: ExpressionValue }
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'mark'; readonly mark: string };

/** Matches `CAST(N'2019-03-12' AS DateTime2)`, which occurs in every row of SQL Server's scripts. */
const plainCast = /^CAST\(N?'([^'\\]*)' AS [\w ]+(?:\(\d+(?:, ?\d+)?\))?\)$/;

/**
 * Evaluates the expressions that dumping programs write around values: prefixed strings, casts (`CAST(… AS type)`, `CONVERT`, `::type`), strings concatenated
 * by `||`, `+` or adjacency, SQLite's `replace('a
 * b','
 * ',char(10))` and `unistr('…')`. Null for anything else, because server functions are not emulated. One function: the rules of a grammar, which call each
 * other and share one position.
 */
export function evaluate(written: string, dialect: SqlDialect): ExpressionValue | null {
  const cast = plainCast.exec(written)?.[1];
  if (cast !== undefined) return { text: cast, form: 'text' };
  const tokens = tokensOf(written, dialect);
  if (tokens === null) return null;
  let at = 0;

  const isMark = (mark: string): boolean => {
    const token = tokens[at];
    return token?.kind === 'mark' && token.mark === mark;
  };
  const isWord = (word: RegExp): boolean => {
    const token = tokens[at];
    return token?.kind === 'word' && word.test(token.word);
  };
  const take = (mark: string): boolean => {
    if (!isMark(mark)) return false;
    at++;
    return true;
  };
  /** Parses a type: words, an optional size, optional array brackets. Returns its name; null if there is none. */
  const type = (): string | null => {
    const words: string[] = [];
    for (let token = tokens[at]; token?.kind === 'word' && !/^(?:AS|USING)$/i.test(token.word); token = tokens[at]) {
      words.push(token.word);
      at++;
      if (take('.')) words.length = 0;
    }
    if (words.length > 0 && take('(')) while (at < tokens.length && !take(')')) at++;
    while (take('[')) if (!take(']')) return null;
    return words.length === 0 ? null : words.join(' ');
  };
  const call = (name: string, depth: number): ExpressionValue | null => {
    if (/^(?:TRY_)?CAST$/i.test(name)) {
      const value = expression(depth);
      if (value === null || !isWord(/^AS$/i)) return null;
      at++;
      const as = type();
      return as === null || !take(')') ? null : converted(value, as);
    }
    if (/^CONVERT$/i.test(name)) {
      const before = at;
      const as = type();
      if (as !== null && take(',')) {
        const value = expression(depth);
        if (take(',')) expression(depth);
        return value === null || !take(')') ? null : converted(value, as);
      }
      at = before;
      const value = expression(depth);
      if (value === null || !isWord(/^USING$/i)) return null;
      at++;
      return type() === null || !take(')') ? null : value;
    }
    const given: ExpressionValue[] = [];
    do {
      const value = expression(depth);
      if (value === null) return null;
      given.push(value);
    } while (take(','));
    if (!take(')')) return null;
    const [first, second, third] = given;
    if (/^replace$/i.test(name) && first !== undefined && second !== undefined && third !== undefined && second.text !== '') {
      // In a hostile dump, the text may grow with every call.
      const text = first.text.replaceAll(second.text, () => third.text);
      return text.length > limits.recordBytes ? null : { text, form: 'text' };
    }
    if (/^n?cha?r$/i.test(name) && given.every(({ text }) => /^\d{1,6}$/.test(text)))
      return { text: String.fromCodePoint(...given.map(({ text }) => Number(text))), form: 'text' };
    if (/^unistr$/i.test(name) && first !== undefined) return { text: fromUnistr(first.text), form: 'text' };
    return null;
  };
  const operand = (depth: number): ExpressionValue | null => {
    const token = tokens[at];
    if (token === undefined || depth > limits.depth) return null;
    at++;
    if (token.kind === 'value') return token.value;
    if (token.kind === 'mark') {
      if (token.mark === '(') {
        const inner = expression(depth + 1);
        return take(')') ? inner : null;
      }
      const next = tokens[at];
      if ((token.mark === '-' || token.mark === '+') && next?.kind === 'value' && next.value.form === 'plain') {
        at++;
        return { text: token.mark === '-' ? `-${next.value.text}` : next.value.text, form: 'plain' };
      }
      return null;
    }
    if (take('(')) return call(token.word, depth + 1);
    return { text: /^(?:NULL|DEFAULT)$/i.test(token.word) ? '' : token.word, form: 'plain' };
  };
  const expression = (depth: number): ExpressionValue | null => {
    let value = operand(depth);
    for (;;) {
      if (value === null) return null;
      if (take('::')) {
        if (type() === null) return null;
      } else if (isWord(/^COLLATE$/i)) {
        at++;
        if (type() === null) return null;
      } else if (isMark('||') || isMark('+') || (tokens[at]?.kind === 'value' && value.form === 'text')) {
        if (tokens[at]?.kind === 'mark') at++;
        const right = operand(depth);
        if (value.form !== 'text' || right?.form !== 'text') return null;
        value = { text: value.text + right.text, form: 'text' };
      } else return value;
    }
  };
  const value = expression(0);
  return at === tokens.length ? value : null;
}

function converted(value: ExpressionValue, type: string): ExpressionValue {
  const date = value.form === 'plain' && value.text.startsWith('0x') ? serverDate(value.text.slice(2), type) : null;
  return date === null ? value : { text: date, form: 'text' };
}

const word = /[\p{L}_@#][\p{L}\p{N}_$@#]*/uy;
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;

/** Splits an expression into tokens. Returns null if it contains a character that no supported expression contains. */
function tokensOf(written: string, dialect: SqlDialect): Token[] | null {
  const tokens: Token[] = [];
  let at = 0;
  while (at < written.length) {
    if (isSpace(written.charCodeAt(at))) {
      at++;
      continue;
    }
    const string = stringAt(written, at, dialect);
    if (string !== null) {
      tokens.push({ kind: 'value', value: string.value });
      at = string.next;
      continue;
    }
    const hex = /^0x([0-9a-f]*)/i.exec(written.slice(at, at + 3)) === null ? null : /0x([0-9a-f]*)/iy;
    if (hex !== null) {
      hex.lastIndex = at;
      const digits = hex.exec(written)?.[1] ?? '';
      tokens.push({ kind: 'value', value: { text: digits === '' ? '' : `0x${digits.toUpperCase()}`, form: 'plain' } });
      at = hex.lastIndex;
      continue;
    }
    number.lastIndex = at;
    const digits = number.exec(written)?.[0];
    if (digits !== undefined) {
      tokens.push({ kind: 'value', value: { text: digits, form: 'plain' } });
      at += digits.length;
      continue;
    }
    word.lastIndex = at;
    const name = word.exec(written)?.[0] ?? quotedName(written, at, dialect);
    if (name !== null) {
      tokens.push({ kind: 'word', word: name });
      at += name.length;
      continue;
    }
    const mark = /^(?:::|\|\||[(),.+[\]-])/.exec(written.slice(at, at + 2))?.[0];
    if (mark === undefined) return null;
    tokens.push({ kind: 'mark', mark });
    at += mark.length;
  }
  return tokens;
}

/** Returns the quoted name of a type, with its quotes. */
function quotedName(written: string, at: number, dialect: SqlDialect): string | null {
  if (written[at] !== '"' && !(written[at] === '[' && dialect.name === 'sqlserver')) return null;
  const end = quoteEnd(written, at, false);
  return end < 0 ? null : written.slice(at, end);
}

/** Matches prefixes of a string's quote: N and E; X and B for bytes and bits; `_utf8mb4` and the like in MySQL. */
const prefix = /(?:[NEXB]|_[a-z]\w{1,30}\s{0,4})?(?=')/iy;

function stringAt(written: string, at: number, dialect: SqlDialect): { readonly value: ExpressionValue; readonly next: number } | null {
  if (written[at] === '$' && dialect.name === 'postgres') {
    const end = dollarEnd(written, at);
    const tag = /^\$[^$]*\$/.exec(written.slice(at, at + 65))?.[0].length ?? 0;
    return end <= 0 ? null : { value: { text: written.slice(at + tag, end - tag), form: 'text' }, next: end };
  }
  prefix.lastIndex = at;
  const before = prefix.exec(written)?.[0].trim().toUpperCase();
  if (before === undefined) {
    // MySQL also permits double quotes around strings.
    if (written[at] !== '"' || dialect.name !== 'mysql') return null;
    const end = quoteEnd(written, at, dialect.backslash);
    if (end < 0) return null;
    const text = unescapeBackslashes(written.slice(at + 1, end - 1).replaceAll('""', '"'), 'mysql');
    return { value: { text, form: 'text' }, next: end };
  }
  const open = written.indexOf("'", at);
  const escapes = escapesAt(written, open, dialect);
  const next = quoteEnd(written, open, escapes);
  if (next < 0) return null;
  const inside = written.slice(open + 1, next - 1);
  if (before === 'X') return { value: { text: inside === '' ? '' : `0x${inside.toUpperCase()}`, form: 'plain' }, next };
  if (before === 'B') return { value: { text: inside, form: 'plain' }, next };
  const text = escapes ? unescapeBackslashes(inside, dialect.name === 'postgres' ? 'postgres' : 'mysql') : inside.replaceAll("''", "'");
  return { value: { text, form: before === '_BINARY' ? 'bytes' : 'text' }, next };
}

/** Decodes SQLite's unistr() (SQL Functions): `\XXXX`, `\+XXXXXX`, `\uXXXX`, `\UXXXXXXXX`, `\\`. */
function fromUnistr(text: string): string {
  return text.replace(/\\(?:\\|u?([0-9a-fA-F]{4})|\+([0-9a-fA-F]{6})|U([0-9a-fA-F]{8}))/g, (_, short?: string, plus?: string, long?: string) => {
    const code = Number.parseInt(short ?? plus ?? long ?? '5c', 16);
    return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
  });
}
