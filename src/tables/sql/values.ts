import type { SqlDialect } from './dialect.ts';
import { evaluate } from './expression.ts';
import { dollarEnd, escapesAt, isQuote, isSpace, quoteEnd } from './scan.ts';
import { unescapeBackslashes } from './strings.ts';

/** How a value was written: as text, as a string marked as bytes, or as anything else, whose text is the value. */
export type ValueForm = 'text' | 'bytes' | 'plain';

/** The values of a tuple. `forms` has one element for each of `texts`. */
export interface TupleValues {
  readonly texts: string[];
  readonly forms: ValueForm[];
}

/**
 * Splits a tuple that `scanTuple` accepted. Numbers and words remain as written, NULL and DEFAULT become empty, hexadecimal bytes become `0x` and capital
 * digits. Casts and the few functions that dumping programs write are evaluated (see `evaluate`); other expressions remain as written.
 */
export function tupleValues(tuple: string, dialect: SqlDialect): TupleValues {
  const values: TupleValues = { texts: [], forms: [] };
  let at = 1;
  for (;;) {
    while (isSpace(tuple.charCodeAt(at))) at++;
    const start = at;
    at = simpleValue(tuple, start, dialect, values) ?? 0;
    if (at === 0) {
      at = valueEnd(tuple, start, dialect);
      const written = tuple.slice(start, at).trimEnd();
      const value = evaluate(written, dialect);
      values.texts.push(value?.text ?? written);
      values.forms.push(value?.form ?? 'plain');
    }
    if (at >= tuple.length - 1) return values;
    at++;
  }
}

/** Parses a simple value and returns the position of the comma or parenthesis after it; null for an expression. */
function simpleValue(tuple: string, start: number, dialect: SqlDialect, { texts, forms }: TupleValues): number | null {
  let text: string;
  let at: number;
  const first = tuple.charCodeAt(start);
  const quote = first === 0x27 ? start : (first === 0x4e || first === 0x6e) && tuple.charCodeAt(start + 1) === 0x27 ? start + 1 : -1;
  if (quote >= 0) {
    at = quoteEnd(tuple, quote, dialect.backslash);
    if (at < 0) return null;
    text = tuple.slice(quote + 1, at - 1);
    if (dialect.backslash && text.includes('\\')) text = unescapeBackslashes(text, dialect.name === 'postgres' ? 'postgres' : 'mysql');
    else if (text.includes("'")) text = text.replaceAll("''", "'");
  } else {
    at = start;
    for (let code = first; !endsPlain(code); code = tuple.charCodeAt(++at));
    text = tuple.slice(start, at);
    // Most values are numbers.
    if (first === 0x30) text = /^0x/i.test(text) ? hexText(text.slice(2)) : text;
    else if (first > 0x39 && /^(?:null|default)$/i.test(text)) text = '';
  }
  while (isSpace(tuple.charCodeAt(at))) at++;
  const next = tuple.charCodeAt(at);
  if (next !== 0x2c && (next !== 0x29 || at !== tuple.length - 1)) return null;
  texts.push(text);
  forms.push(quote >= 0 ? 'text' : 'plain');
  return at;
}

/**
 * Returns true if a number or word ends before a character or at the end of the text. Also returns true if the character shows that it is not a simple value.
 */
function endsPlain(code: number): boolean {
  return (
    code === 0x2c ||
    code === 0x29 ||
    code === 0x28 ||
    code === 0x27 ||
    code === 0x22 ||
    code === 0x3a ||
    code === 0x7c ||
    code === 0x24 ||
    isSpace(code) ||
    Number.isNaN(code)
  );
}

/** Formats bytes, given as hexadecimal digits; empty if there are none. */
export function hexText(digits: string): string {
  return digits === '' ? '' : `0x${digits.toUpperCase()}`;
}

/** Returns the position of the comma or parenthesis that ends the value at `from`, found by quotes and parentheses. */
function valueEnd(tuple: string, from: number, dialect: SqlDialect): number {
  let depth = 0;
  let at = from;
  while (at < tuple.length - 1) {
    const code = tuple.charCodeAt(at);
    const end = isQuote(code, dialect)
      ? quoteEnd(tuple, at, escapesAt(tuple, at, dialect))
      : code === 0x24 && dialect.name === 'postgres'
        ? dollarEnd(tuple, at)
        : 0;
    if (end !== 0) {
      at = end < 0 ? tuple.length - 1 : end;
      continue;
    }
    if (code === 0x28) depth++;
    else if (code === 0x29) depth--;
    else if (code === 0x2c && depth === 0) return at;
    at++;
  }
  return Math.min(at, tuple.length - 1);
}
