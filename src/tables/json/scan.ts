import { limits } from '../../core/base/limits.ts';

/** The end of a JSON value, or the reason why it is unknown. */
export type ValueScan =
  | { readonly kind: 'value'; readonly end: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'damage'; readonly reason: 'not-json' | 'cut' | 'too-deep'; readonly at: number };

const stringMark = /["\\\n\r]/g;
const containerMark = /["{}[\]]/g;
const scalarEnd = /[\s,\]}{["]/g;

/**
 * Finds the end of the value that begins at `from` by its brackets and strings alone; JSON.parse checks the inside. A line end inside a string counts as
 * damage: JSON forbids it (RFC 8259, section 7), so it reveals an unclosed string.
 */
export function scanValue(text: string, from: number, ended: boolean): ValueScan {
  const first = text[from];
  if (first === '"') return scanString(text, from, ended);
  if (first !== '{' && first !== '[') return scanScalar(text, from, ended);
  const open: string[] = [];
  let at = from;
  for (;;) {
    containerMark.lastIndex = at;
    const mark = containerMark.exec(text);
    if (mark === null) return ended ? { kind: 'damage', reason: 'cut', at: text.length } : { kind: 'more' };
    at = mark.index + 1;
    if (mark[0] === '"') {
      const string = scanString(text, mark.index, ended);
      if (string.kind !== 'value') return string;
      at = string.end;
    } else if (mark[0] === '{' || mark[0] === '[') {
      // In an object, a value follows its colon. If it does not, the previous object was not closed.
      if (open.at(-1) === '}' && before(text, mark.index) !== ':') return { kind: 'damage', reason: 'not-json', at: mark.index };
      open.push(mark[0] === '{' ? '}' : ']');
      if (open.length > limits.depth) return { kind: 'damage', reason: 'too-deep', at: mark.index };
    } else {
      if (open.pop() !== mark[0]) return { kind: 'damage', reason: 'not-json', at: mark.index };
      if (open.length === 0) return { kind: 'value', end: at };
    }
  }
}

/** Returns the last character before `at` that is not white space. */
function before(text: string, at: number): string | undefined {
  let last = at - 1;
  while (' \t\n\r'.includes(text[last] ?? '\0')) last--;
  return text[last];
}

function scanString(text: string, from: number, ended: boolean): ValueScan {
  let at = from + 1;
  for (;;) {
    stringMark.lastIndex = at;
    const mark = stringMark.exec(text);
    if (mark === null) return ended ? { kind: 'damage', reason: 'cut', at: text.length } : { kind: 'more' };
    if (mark[0] === '"') return { kind: 'value', end: mark.index + 1 };
    if (mark[0] !== '\\') return { kind: 'damage', reason: 'not-json', at: mark.index };
    if (mark.index + 2 > text.length && !ended) return { kind: 'more' };
    at = mark.index + 2;
  }
}

function scanScalar(text: string, from: number, ended: boolean): ValueScan {
  scalarEnd.lastIndex = from;
  const end = scalarEnd.exec(text)?.index ?? null;
  if (end === null && !ended) return { kind: 'more' };
  if (end === from) return { kind: 'damage', reason: 'not-json', at: from };
  return { kind: 'value', end: end ?? text.length };
}

/** Returns the first position at or after `from` that is neither white space nor a separator in `also`. */
export function skipSpace(text: string, from: number, also = ''): number {
  let at = from;
  while (at < text.length && (' \t\n\r\ufeff\x1e\x1a'.includes(text[at] ?? '') || also.includes(text[at] ?? '\0'))) at++;
  return at;
}

/** Returns the first key of an object as written, with its quotes; null if there is none. The key distinguishes a record from the objects inside it. */
export function firstKey(text: string, from: number): string | null {
  return /^\{\s*("(?:[^"\\\n]|\\.){0,200}")\s*:/.exec(text.slice(from, from + 512))?.[1] ?? null;
}
