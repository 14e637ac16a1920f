import { limits } from '../../core/base/limits.ts';
import type { ByteSpan } from '../../core/findings/finding.ts';
import { detached, spanBetween, type TextWindow } from '../text/text-window.ts';
import { jsonCursor } from './cursor.ts';
import { firstKey } from './scan.ts';

/** Why a record of a JSON export could not be read. */
export type JsonLoss = 'not-json' | 'cut' | 'too-deep' | 'too-large';

/** Parts of the text of an export. The last one is `end`. */
export type JsonPiece =
  | { readonly kind: 'record'; readonly number: number; readonly raw: string; readonly span: ByteSpan | null }
  | { readonly kind: 'lost'; readonly number: number; readonly reason: JsonLoss; readonly span: ByteSpan | null }
  | {
      readonly kind: 'end';
      /** Number of top-level values with a value at the path. */
      readonly found: number;
      /** True if the text ends inside an array or object, not counting a record that is reported as cut. */
      readonly cut: boolean;
      /** Number of places between records that are not valid JSON. */
      readonly odd: number;
    };

/** Number of characters needed to recognise the beginning of an object. */
const beginning = 512;

/**
 * Finds the records of a JSON text of any size: the elements of the array at `path` in each top-level value. A value at the path that is not an array is itself
 * a record; an empty path means the top level. With a path, the top-level values may be in a list. They may follow each other with or without separators.
 * Damage loses only one record: reading resumes at the next object with the same first key, or at the next line if the damaged record began a line. Keeps at
 * most one record in memory. One function: the states of a parser that continues after damage.
 */
export async function* splitJson(window: TextWindow, path: readonly string[], signal: AbortSignal): AsyncIterable<JsonPiece> {
  const cursor = jsonCursor(window, signal);
  let number = 0;
  let found = 0;
  let odd = 0;
  let cut = false;

  /** Advances to the next place at which a record like the damaged one begins, or to the end. */
  const resume = async (): Promise<void> => {
    const key = firstKey(cursor.text, cursor.at);
    const beganLine = cursor.at === 0 || cursor.text[cursor.at - 1] === '\n';
    cursor.at++;
    for (;;) {
      const next = nextBeginning(cursor.text, cursor.at, key, beganLine);
      if (next !== null && (next + beginning <= cursor.text.length || cursor.ended)) {
        cursor.at = next;
        if ((await cursor.scan()).kind === 'value') return;
        cursor.at++;
        continue;
      }
      // Keeps the line end before the beginning of a line in memory.
      cursor.at = next === null ? Math.max(cursor.at, cursor.text.length - beginning) : next - 1;
      if (!(await cursor.more())) {
        cursor.at = cursor.text.length;
        return;
      }
    }
  };
  const record = async function* (): AsyncIterable<JsonPiece> {
    number++;
    const from = window.byteAt(cursor.at);
    const spanHere = (): ByteSpan | null => spanBetween(from, window.byteAt(cursor.at));
    const value = await cursor.scan();
    if (value.kind === 'value' && value.end - cursor.at <= limits.recordBytes) {
      const raw = detached(cursor.text.slice(cursor.at, value.end));
      cursor.at = value.end;
      yield { kind: 'record', number, raw, span: spanHere() };
    } else if (value.kind !== 'damage' || value.reason === 'too-deep') {
      if (!(await cursor.skip())) cut = true;
      yield { kind: 'lost', number, reason: value.kind === 'damage' ? 'too-deep' : 'too-large', span: spanHere() };
    } else {
      if (value.reason === 'cut') cursor.at = cursor.text.length;
      else await resume();
      yield { kind: 'lost', number, reason: value.reason, span: spanHere() };
    }
  };
  const elements = async function* (): AsyncIterable<JsonPiece> {
    cursor.at++;
    for (;;) {
      const char = await cursor.peek(',');
      if (char === null) {
        cut = true;
        return;
      }
      if (char === ']') {
        cursor.at++;
        return;
      }
      if (char === '}' || char === ':') {
        odd++;
        cursor.at++;
      } else yield* record();
    }
  };
  /** Enters the object at the cursor and stops at the value of the named member. Returns false, after the object, if it has no such member. */
  const enter = async (name: string): Promise<boolean> => {
    cursor.at++;
    for (;;) {
      const char = await cursor.peek(',');
      if (char === '}') {
        cursor.at++;
        return false;
      }
      const key = char === '"' ? await cursor.scan() : null;
      if (key?.kind !== 'value') {
        if (char === null) cut = true;
        else odd++;
        if (!(await cursor.skip(1))) cut = true;
        return false;
      }
      const written = cursor.text.slice(cursor.at, key.end);
      cursor.at = key.end;
      if ((await cursor.peek()) === ':') cursor.at++;
      else odd++;
      await cursor.peek();
      if (memberName(written) === name) return true;
      if (!(await cursor.skip())) {
        cut = true;
        return false;
      }
    }
  };

  // The top-level values themselves may be in a list.
  let lists = 0;
  for (let first = await cursor.peek(','); first !== null; first = await cursor.peek(',')) {
    if (path.length > 0 && (first === '[' || (first === ']' && lists > 0))) {
      lists += first === '[' ? 1 : -1;
      cursor.at++;
      continue;
    }
    if (']}:'.includes(first)) {
      odd++;
      cursor.at++;
      continue;
    }
    let entered = 0;
    while (entered < path.length && cursor.text[cursor.at] === '{' && (await enter(path[entered] ?? ''))) entered++;
    if (entered === path.length) {
      found++;
      if (cursor.text[cursor.at] === '[') yield* elements();
      else yield* record();
      if (entered > 0 && !(await cursor.skip(entered))) cut = true;
    } else if (entered > 0) {
      // A member on the path is missing, or is not an object.
      if (!(await cursor.skip(entered))) cut = true;
    } else if (first !== '{' && !(await cursor.skip())) cut = true;
  }
  yield { kind: 'end', found, cut: cut || lists > 0, odd };
}

/** Returns the place at which the next record may begin: an object with the same first key, or a value that begins a line. */
function nextBeginning(text: string, from: number, key: string | null, atLine: boolean): number | null {
  const line = /\n(?=[{["\w-])/g;
  line.lastIndex = Math.max(0, from - 1);
  const begun = atLine || key === null ? line.exec(text)?.index : undefined;
  // Not searched beyond this line, because a later call may start there.
  for (let at = text.indexOf('{', from); key !== null && at >= 0 && at <= (begun ?? at); at = text.indexOf('{', at + 1)) {
    if (firstKey(text, at) === key) return at;
  }
  return begun === undefined ? null : begun + 1;
}

function memberName(written: string): string | null {
  try {
    const name: unknown = JSON.parse(written);
    return typeof name === 'string' ? name : null;
  } catch {
    return null; // a key that is not a valid JSON string matches nothing
  }
}
