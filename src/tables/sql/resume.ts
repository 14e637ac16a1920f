import { limits } from '../../core/base/limits.ts';
import type { SqlDialect } from './dialect.ts';
import { scanInsert } from './heads.ts';
import { scanTuple, skipAside } from './scan.ts';

/** Where reading goes on behind a damaged row: at a tuple, at a statement, or further on in the text, from `at`. */
export interface ResumeScan {
  readonly kind: 'tuple' | 'statement' | 'more';
  readonly at: number;
  /** Tuples that were tried. */
  readonly tries: number;
}

/** Where the next tuple or statement may begin: behind a tuple, or at the beginning of a line. */
const candidate = /\)\s{0,8},\s{0,8}(?=\()|\n\s{0,8}(?=\()|\n(?=[A-Z/\-\\])/gi;

/** Lines that begin what dumping programs write between rows. INSERT is looked at more closely. */
const statementLine =
  /(?:COPY\s[^\n]{1,2000}\sFROM stdin;|CREATE TABLE\s|UNLOCK TABLES;|LOCK TABLES\s|COMMIT;|GO[ \t]*\r?\n|SET IDENTITY_INSERT\s|\/\*!40000 ALTER TABLE|-- (?:Dumping data for|Table structure for|Data for Name: |Name: |Dump completed|PostgreSQL database dump complete))/iy;

/**
 * The first place from `from` on where a tuple with an acceptable number of values begins and is followed by what follows tuples, or a line of a dump begins. The damaged row's own
 * text may hold what looks like either; of that there is no telling, and the count of values makes it rare.
 * @param tuples whether tuples are looked for, too: a hostile text of beginnings is not tried without end.
 */
export function resumeAt(
  text: string,
  from: number,
  dialect: SqlDialect,
  ended: boolean,
  tuples: boolean,
  accepts: (values: number) => boolean,
): ResumeScan {
  let tries = 0;
  candidate.lastIndex = from;
  for (;;) {
    const found = candidate.exec(text);
    // Both ends of a candidate may be cut apart.
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
  // Cut for the time that a try may take; a row that is longer is passed over with the damaged one.
  const near = text.slice(at, at + limits.sqlResumeChars);
  const scan = scanTuple(near, 0, dialect, false);
  if (scan.kind !== 'tuple' || !accepts(scan.values)) return false;
  const next = skipAside(near, scan.end, dialect);
  return next === null || next >= near.length || near[next] === ',' || near[next] === ';';
}
