import { limits } from '../../core/base/limits.ts';
import type { TextWindow } from '../text/text-window.ts';
import { scanValue, skipSpace, type ValueScan } from './scan.ts';

/** A position in a JSON text of any size. */
export interface JsonCursor {
  /** The text in memory. `at` is the position in it and may be set within it. */
  readonly text: string;
  at: number;
  /** Reads more text and discards the text before `at`, which becomes 0. Returns false at the end. */
  more(): Promise<boolean>;
  /** Skips white space and the separators in `also`, and returns the next character; null at the end. */
  peek(also?: string): Promise<string | null>;
  /** Finds the extent of the value at `at`; `more` if the value exceeds the size of a record. */
  scan(): Promise<ValueScan>;
  /**
   * Skips the value at `at` (`depth` 0), or the rest of a value up to the end of `depth` open brackets, by its brackets and strings alone. The value may have
   * any size. Returns false if the text ends first.
   */
  skip(depth?: number): Promise<boolean>;
  readonly ended: boolean;
}

const skipMark = /["{}[\],\n]/g;
const stringMark = /["\\]/g;

/** Creates a cursor at the beginning of a window. */
export function jsonCursor(window: TextWindow, signal: AbortSignal): JsonCursor {
  const cursor: JsonCursor = {
    at: 0,
    get text() {
      return window.text;
    },
    get ended() {
      return window.ended;
    },
    more: async () => {
      signal.throwIfAborted();
      window.drop(cursor.at);
      cursor.at = 0;
      return window.more();
    },
    peek: async (also = '') => {
      for (;;) {
        cursor.at = skipSpace(window.text, cursor.at, also);
        const char = window.text[cursor.at];
        if (char !== undefined) return char;
        if (!(await cursor.more())) return null;
      }
    },
    scan: async () => {
      for (;;) {
        const found = scanValue(window.text, cursor.at, window.ended);
        if (found.kind !== 'more' || window.text.length - cursor.at >= limits.recordBytes) return found;
        await cursor.more();
      }
    },
    skip: async (brackets = 0) => {
      let depth = brackets;
      for (;;) {
        const char = window.text[cursor.at];
        if (char === undefined) {
          if (!(await cursor.more())) return false;
          continue;
        }
        const closes = char === '}' || char === ']';
        // The character that ends a bare number or word belongs to the enclosing value.
        if (depth === 0 && (closes || char === ',' || char === '\n')) return true;
        if (char === '"') {
          if (!(await skipString())) return false;
        } else if (char === '{' || char === '[' || closes) {
          depth += closes ? -1 : 1;
          cursor.at++;
        } else {
          cursor.at = markAfter(skipMark, cursor.at + 1);
          continue;
        }
        if (depth === 0) return true;
      }
    },
  };
  const markAfter = (mark: RegExp, from: number): number => {
    mark.lastIndex = from;
    return mark.exec(window.text)?.index ?? window.text.length;
  };
  const skipString = async (): Promise<boolean> => {
    cursor.at++;
    for (;;) {
      cursor.at = markAfter(stringMark, cursor.at);
      const char = window.text[cursor.at];
      if (char === '"') {
        cursor.at++;
        return true;
      }
      // A backslash is skipped together with the escaped character, which may not have been read yet.
      if (char === '\\' && cursor.at + 1 < window.text.length) cursor.at += 2;
      else if (!(await cursor.more())) return false;
    }
  };
  return cursor;
}
