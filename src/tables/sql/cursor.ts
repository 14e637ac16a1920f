import { limits } from '../../core/base/limits.ts';
import type { TextWindow } from '../text/text-window.ts';
import type { SqlDialect } from './dialect.ts';
import { dollarEnd, escapesAt, isQuote, isSpace, quoteEnd, skipAside } from './scan.ts';

/** A position in a dump of any size. */
export interface SqlCursor {
  /** The text in memory. `at` is the position in it and may be set within it. */
  readonly text: string;
  at: number;
  readonly ended: boolean;
  /** Reads more text and discards the text before `at`, which becomes 0. Returns false at the end. */
  more(): Promise<boolean>;
  /** Reads until `count` characters after `at` are in memory, or to the end. */
  ensure(count: number): Promise<void>;
  /** Skips white space and comments. Returns false at the end. */
  toStatement(): Promise<boolean>;
  /** Skips the statement at `at`, which must not be one that adds rows. */
  skipStatement(): Promise<void>;
  /** Statement terminator: `;`, or the one that a DELIMITER command of MySQL's client sets. */
  delimiter: string;
  /** Number of places that are not part of a statement of a dump: an unclosed quote, an unmatched bracket. */
  odd: number;
  /** True if the dump ends inside the brackets or quotes of a statement. */
  isCut: boolean;
  /** Whether the dumping program marked the end of the dump in a comment; null: the program marks neither beginning nor end. */
  readonly finished: boolean | null;
}

/** Comments with which dumping programs mark beginning and end. SQLite's .dump is one transaction. Source: dumps of MySQL, MariaDB, PostgreSQL and SQLite. */
const beginMark = /-- (?:(?:MySQL|MariaDB) dump|PostgreSQL database dump\s*$)/my;
const endMark = /-- (?:Dump completed|PostgreSQL database dump complete)/y;
/** Matches comments before the rows or the definition of a table. No earlier statement continues after such a comment. */
const sectionMark = /-- (?:Dumping data for table|Table structure for table|Data for Name: |Name: [^\n]*; Type: )/y;
const sectionLine = /\n-- (?:Dumping data for table|Table structure for table|Data for Name: |Name: [^\n]*; Type: )|\n\/\*{3,} Object: /;

/**
 * Matches messages that dumping programs write to standard error; they are lines of their own in dumps that captured it. Source: output of mysqldump,
 * mariadb-dump and pg_dump.
 */
const spokenLine = /(?:mysqldump|mariadb-dump|pg_dump(?:all)?): |(?:WARNING|Warning): /y;
const harmlessLine = /(?:(?:mysqldump|mariadb-dump): )?\[?(?:WARNING|Warning)[\]:]|pg_dump(?:all)?: (?:warning|hint|detail): /y;

/** Number of characters after a mark that identify it: the longest tag of a dollar quote. */
const lookahead = 70;

/**
 * Creates a cursor at the beginning of a window.
 * One function: its steps move one position in one window of text.
 */
export function sqlCursor(window: TextWindow, dialect: SqlDialect, signal: AbortSignal): SqlCursor {
  let finished: boolean | null = null;
  const marks = new RegExp(
    dialect.name === 'sqlserver'
      ? /['"[;()\n]|--|\/\*/
      : dialect.name === 'postgres'
        ? /['"$;()]|--|\/\*|\bBEGIN\b/i
        : /['"`[;()#]|--|\/\*|\bBEGIN\b/i,
    'gi',
  );
  const cursor: SqlCursor = {
    at: 0,
    delimiter: ';',
    odd: 0,
    isCut: false,
    get text() {
      return window.text;
    },
    get ended() {
      return window.ended;
    },
    get finished() {
      return finished;
    },
    more: async () => {
      signal.throwIfAborted();
      window.drop(cursor.at);
      cursor.at = 0;
      return window.more();
    },
    ensure: async (count) => {
      while (window.text.length - cursor.at < count && (await cursor.more()));
    },
    toStatement: async () => {
      for (;;) {
        while (isSpace(window.text.charCodeAt(cursor.at)) || window.text[cursor.at] === '\ufeff') cursor.at++;
        await cursor.ensure(lookahead);
        if (cursor.at >= window.text.length) return false;
        if (isSpace(window.text.charCodeAt(cursor.at))) continue;
        const mark = commentEndMark(cursor.at);
        if (mark === null && has(spokenLine, cursor.at)) {
          if (!has(harmlessLine, cursor.at)) cursor.odd++;
          await passBehind('\n');
          continue;
        }
        if (mark === null) return true;
        if (has(beginMark, cursor.at)) finished ??= false;
        if (has(endMark, cursor.at)) finished = true;
        await passBehind(mark);
      }
    },
    skipStatement: async () => {
      await cursor.ensure(2 * lookahead);
      noteTransaction();
      const create = has(/CREATE\b|ALTER\b/iy, cursor.at);
      // A routine of SQL Server ends at a line GO, because its body contains statements.
      const routine = dialect.name === 'sqlserver' && has(/(?:CREATE|ALTER)\s+(?:OR\s+ALTER\s+)?(?:PROC|FUNCTION|TRIGGER|VIEW)/iy, cursor.at);
      const mayHoldStatements = has(/CREATE\s+(?:OR\s+REPLACE\s+|TEMP\s+|TEMPORARY\s+)*(?:FUNCTION|PROCEDURE|TRIGGER)\b/iy, cursor.at);
      let depth = 0;
      let compound = false;
      for (;;) {
        marks.lastIndex = cursor.at;
        const mark = marks.exec(window.text);
        const place = mark?.index ?? window.text.length;
        if (place + lookahead > window.text.length && !window.ended) {
          // A word may be truncated at the end of the text in memory.
          cursor.at = mark === null ? Math.max(cursor.at, window.text.length - lookahead) : place;
          await cursor.more();
          continue;
        }
        cursor.at = place;
        if (mark === null) {
          cursor.isCut ||= depth > 0;
          return;
        }
        const code = window.text.charCodeAt(place);
        if (isQuote(code, dialect) || mark[0] === '$') await passQuoted(code);
        else if (mark[0] === '(' || mark[0] === ')') {
          cursor.at++;
          if (mark[0] === ')' && depth === 0) {
            // After an unmatched bracket, the next statement begins.
            cursor.odd++;
            return;
          }
          depth += mark[0] === '(' ? 1 : -1;
        } else if (window.text.startsWith(cursor.delimiter, place)) {
          cursor.at += cursor.delimiter.length;
          if (cursor.delimiter !== ';') return;
          if (compound) {
            await cursor.ensure(lookahead);
            const next = skipAside(window.text, cursor.at, dialect) ?? cursor.at;
            const end = /END\s*;/iy;
            end.lastIndex = next;
            if (end.test(window.text)) {
              cursor.at = end.lastIndex;
              return;
            }
          } else if (!routine && (!create || depth === 0)) return;
        } else if (mark[0] === '\n') {
          cursor.at++;
          if (routine ? has(/\s*GO[ \t]*(?:\r?\n|$)/iy, cursor.at) : depth === 0) return;
        } else if (/begin/i.test(mark[0])) {
          cursor.at += mark[0].length;
          // A body of statements begins: triggers of SQLite, routines of PostgreSQL. Elsewhere BEGIN is a name, or DELIMITER encloses the body.
          if (mayHoldStatements && depth === 0 && cursor.delimiter === ';') compound = true;
        } else {
          const ending = commentEndMark(place);
          if (ending === null) cursor.at++;
          else if ((depth > 0 || compound) && has(sectionMark, place)) {
            cursor.odd++;
            return;
          } else await passBehind(ending);
        }
      }
    },
  };

  const has = (pattern: RegExp, at: number): boolean => {
    pattern.lastIndex = at;
    return pattern.test(window.text);
  };
  /**
   * Returns the end mark of the comment that begins at a position; null if none begins there. In MySQL, white space must follow `--` (MySQL manual, section
   * 11.7).
   */
  const commentEndMark = (at: number): '\n' | '*/' | null => {
    const [first, second] = [window.text[at], window.text[at + 1]];
    if (first === '/' && second === '*') return '*/';
    if (first === '#' && dialect.name === 'mysql') return '\n';
    if (first !== '-' || second !== '-') return null;
    return dialect.name !== 'mysql' || at + 2 >= window.text.length || isSpace(window.text.charCodeAt(at + 2)) ? '\n' : null;
  };
  const passBehind = async (mark: '\n' | '*/'): Promise<void> => {
    // `/*/` does not end a comment.
    if (mark === '*/') cursor.at += 2;
    for (;;) {
      const end = window.text.indexOf(mark, cursor.at);
      cursor.at = end < 0 ? Math.max(cursor.at, window.text.length - mark.length + 1) : end + mark.length;
      if (end >= 0) return;
      if (await cursor.more()) continue;
      cursor.at = window.text.length;
      return;
    }
  };
  /** Skips a quoted text. If the quote is not closed, or the text contains the next section of the dump, the quote is treated as a stray one. */
  const passQuoted = async (code: number): Promise<void> => {
    for (;;) {
      const end = code === 0x24 ? dollarEnd(window.text, cursor.at) : quoteEnd(window.text, cursor.at, escapesAt(window.text, cursor.at, dialect));
      const whole = end >= 0 && (end < window.text.length || window.ended);
      if (!whole && !window.ended && window.text.length - cursor.at < limits.recordBytes) {
        // The preceding character shows whether a string is E'…'.
        const before = Math.min(cursor.at, 2);
        cursor.at -= before;
        await cursor.more();
        cursor.at += before;
        continue;
      }
      if (end === 0) cursor.at++;
      else if (whole && (code === 0x24 || !sectionLine.test(window.text.slice(cursor.at, end)))) cursor.at = end;
      else {
        cursor.odd++;
        cursor.at++;
      }
      return;
    }
  };
  const noteTransaction = (): void => {
    if (dialect.name !== 'sqlite') return;
    if (has(/BEGIN TRANSACTION\s*;/iy, cursor.at)) finished = false;
    if (has(/COMMIT\s*;/iy, cursor.at)) finished = true;
  };
  return cursor;
}
