import { limits } from '../../core/base/limits.ts';
import type { SqlDialect } from './dialect.ts';
import { scanInsert } from './heads.ts';
import { scanTuple, skipAside } from './scan.ts';

/** Where reading continues after a damaged row: at a tuple, at a statement, or later in the text, from `at`. */
export interface ResumeScan {
  readonly kind: 'tuple' | 'statement' | 'more';
  readonly at: number;
  /** Number of tuples tried. */
  readonly tries: number;
}

/** Where the next tuple or statement may begin: after a tuple, or at the beginning of a line. */
const candidate = /\)\s{0,8},\s{0,8}(?=\()|\n\s{0,8}(?=\()|\n(?=[A-Z/\-\\])/gi;

/** Lines that begin statements which dumping programs write between rows. INSERT is parsed further. */
const statementLine =
  /(?:COPY\s[^\n]{1,2000}\sFROM stdin;|CREATE TABLE\s|UNLOCK TABLES;|LOCK TABLES\s|COMMIT;|GO[ \t]*\r?\n|SET IDENTITY_INSERT\s|\/\*!40000 ALTER TABLE|-- (?:Dumping data for|Table structure for|Data for Name: |Name: |Dump completed|PostgreSQL database dump complete))/iy;

/** What is searched for after a damaged row. */
export interface ResumeTarget {
  readonly dialect: SqlDialect;
  /** True if tuples are searched too: the tries are limited against hostile texts. */
  readonly tuples: boolean;
  /** Returns true if a row may have this number of values. */
  readonly accepts: (values: number) => boolean;
}

/**
 * Returns the first place from `from` on at which a tuple with an acceptable number of values begins and is followed by what may follow a tuple, or a dump's statement begins a line. Text
 * inside the damaged row may look like either; the count of values makes that rare.
 */
export function resumeAt(text: string, from: number, ended: boolean, { dialect, tuples, accepts }: ResumeTarget): ResumeScan {
  let tries = 0;
  candidate.lastIndex = from;
  for (;;) {
    const found = candidate.exec(text);
    // A candidate may be truncated at either end.
    if (found === null) return { kind: 'more', at: ended ? text.length : Math.max(from, text.length - 64), tries };
    const at = found.index + found[0].length;
    if (!ended && text.length - at < limits.sqlResumeChars && text.length - from < limits.recordBytes + limits.sqlResumeChars)
      return { kind: 'more', at: Math.max(from, found.index), tries };
    if (text[at] === '(') {
      if (!tuples || tries >= limits.sqlResumeTries) continue;
      tries++;
      if (isTuple(text, at, dialect, accepts)) return { kind: 'tuple', at, tries };
    } else {
      statementLine.lastIndex = at;
      if (statementLine.test(text) || scanInsert(text, at, dialect, true).kind === 'head') return { kind: 'statement', at, tries };
    }
  }
}

function isTuple(text: string, at: number, dialect: SqlDialect, accepts: (values: number) => boolean): boolean {
  // Truncated to limit the time of a try; a longer row is skipped with the damaged one.
  const near = text.slice(at, at + limits.sqlResumeChars);
  const scan = scanTuple(near, 0, dialect, false);
  if (scan.kind !== 'tuple' || !accepts(scan.values)) return false;
  const next = skipAside(near, scan.end, dialect);
  return next === null || next >= near.length || near[next] === ',' || near[next] === ';';
}
