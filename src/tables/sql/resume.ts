import { limits } from '../../core/base/limits.ts';
import type { SqlDialect } from './dialect.ts';
import { scanInsert } from './heads.ts';
import { scanTuple, skipAside } from './scan.ts';

/** The place at which reading continues after a damaged row: a tuple, a statement, or from `at` on, which needs more text. */
export interface ResumeScan {
  readonly kind: 'tuple' | 'statement' | 'more';
  readonly at: number;
  /** Number of tuples that were tried. */
  readonly tries: number;
}

/** Matches places at which the next tuple or statement may begin: after a tuple, or at the beginning of a line. */
const candidate = /\)\s{0,8},\s{0,8}(?=\()|\n\s{0,8}(?=\()|\n(?=[A-Z/\-\\])/gi;

/** Matches lines that begin statements which dumping programs write between rows. INSERT is parsed further. */
const statementLine =
  /(?:COPY\s[^\n]{1,2000}\sFROM stdin;|CREATE TABLE\s|UNLOCK TABLES;|LOCK TABLES\s|COMMIT;|GO[ \t]*\r?\n|SET IDENTITY_INSERT\s|\/\*!40000 ALTER TABLE|-- (?:Dumping data for|Table structure for|Data for Name: |Name: |Dump completed|PostgreSQL database dump complete))/iy;

/** What to search for after a damaged row. */
export interface ResumeTarget {
  readonly dialect: SqlDialect;
  /** True if tuples are searched for, too. The number of tries is limited because of hostile texts. */
  readonly tuples: boolean;
  /** Returns true if a row may have this number of values. */
  readonly accepts: (values: number) => boolean;
}

/**
 * Returns the first place from `from` on that begins either a tuple or a line with a statement of a dump. A tuple must have an acceptable number of values and
 * be followed by text that may follow a tuple. Text inside the damaged row may look like either, but the number of values makes that rare.
 */
export function resumeAt(text: string, from: number, ended: boolean, { dialect, tuples, accepts }: ResumeTarget): ResumeScan {
  let tries = 0;
  candidate.lastIndex = from;
  for (;;) {
    const found = candidate.exec(text);
    // A candidate may be truncated by the end of the text.
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
  // Truncated to limit the time of a try. A longer row is skipped together with the damaged one.
  const near = text.slice(at, at + limits.sqlResumeChars);
  const scan = scanTuple(near, 0, dialect, false);
  if (scan.kind !== 'tuple' || !accepts(scan.values)) return false;
  const next = skipAside(near, scan.end, dialect);
  if (next === null || next >= near.length || near[next] === ',' || near[next] === ';') return true;
  // Scripts of SQL Server do not terminate statements.
  return dialect.name === 'sqlserver' && /^GO[ \t]*(?:\d+[ \t]*)?(?:\r?\n|$)/i.test(near.slice(next, next + 64));
}
