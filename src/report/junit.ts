import type { Verdict } from '../core/model/verdict.ts';
import { printable } from '../core/words/printable.ts';

// JUnit XML as continuous integration reads it (testsuites, testsuite, testcase, failure, skipped): there is no standard, and this is what all
// of its readers have in common.

/** Gathers the answers of a verification, to be written as one suite with a case for each bag. */
export interface JunitReport {
  verdict(verdict: Verdict): void;
  /** A bag was finished; its verdicts came before. @param path as its verdicts begin */
  bag(path: string): void;
  /** What is no bag was looked at. */
  looked(at: 'log' | 'around' | 'catalog'): void;
  /** @param failure what kept the run from its end; null: it came to it */
  text(run: { readonly name: string; readonly startedAt: string; readonly endedAt: string; readonly failure: string | null }): string;
}

/** Verdicts of one case that are written out; all are counted. */
const written = 200;

interface Case {
  readonly name: string;
  readonly lines: string[];
  errors: number;
  warnings: number;
  /** False: it is there to be told that nobody has looked at it. */
  looked: boolean;
}

/** Where no bag stands: the log, the catalog, and all else around the bags. Their cases are there whatever was found; one that was not looked at is skipped. */
const around = ['log', 'catalog', 'around'] as const;

/** A report without answers. @param alone name of a bag by itself, which nothing is around: all is of it; null: an archive */
export function createJunit(alone: string | null): JunitReport {
  const cases = new Map<string, Case>();
  let waiting: Verdict[] = [];
  const caseOf = (name: string, looked = true): Case => {
    const known = cases.get(name);
    if (known !== undefined) {
      known.looked ||= looked;
      return known;
    }
    const made: Case = { name, lines: [], errors: 0, warnings: 0, looked };
    cases.set(name, made);
    return made;
  };
  for (const name of alone === null ? around : [alone]) caseOf(name, false);
  const enter = (name: string, { verdict, code, path, message, severity }: Verdict): void => {
    const one = caseOf(name);
    if (severity === 'error') one.errors++;
    else one.warnings++;
    if (one.lines.length < written) one.lines.push(`${severity === 'warning' ? 'warning: ' : ''}${verdict} ${code} ${path}: ${message}`);
  };
  const isIn = (path: string, bag: string): boolean => path === bag || path.startsWith(`${bag}/`);
  const settle = (): void => {
    for (const verdict of waiting) enter(placeOf(verdict.path), verdict);
    waiting = [];
  };
  return {
    verdict: (verdict) => {
      // What there is to say of a bag of anybody's may have no end: it is not held.
      if (alone === null) waiting.push(verdict);
      else enter(alone, verdict);
    },
    bag: (bag) => {
      if (alone !== null) {
        caseOf(alone);
        return;
      }
      caseOf(bag);
      for (const verdict of waiting.filter(({ path }) => isIn(path, bag))) enter(bag, verdict);
      waiting = waiting.filter(({ path }) => !isIn(path, bag));
      settle();
    },
    looked: (at) => {
      caseOf(at);
    },
    text: ({ name, startedAt, endedAt, failure }) => {
      settle();
      const all = [...cases.values()];
      const failures = all.filter(({ errors }) => errors > 0).length;
      const errors = failure === null ? 0 : 1;
      const skipped = all.filter((one) => !one.looked).length;
      const seconds = String(Math.max(0, (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000));
      const counts = `tests="${all.length + errors}" failures="${failures}" errors="${errors}"`;
      const stopped = failure === null ? '' : `<testcase classname="longplay" name="run"><error message="${escaped(failure)}"/></testcase>\n`;
      return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${counts} time="${seconds}">
<testsuite name="${escaped(name)}" ${counts} skipped="${skipped}" timestamp="${escaped(startedAt.replace(/\.\d+Z$/, 'Z'))}" time="${seconds}">
${all.map(caseText).join('')}${stopped}</testsuite>
</testsuites>
`;
    },
  };
}

/** Bags that did not come to be read stand by themselves: missing ones, and those that nobody landed. */
function placeOf(path: string): string {
  if (path === 'log' || path.startsWith('log/') || path.startsWith('log:')) return 'log';
  if (path.startsWith('catalog.sqlite')) return 'catalog';
  return /^bags\/[^/]+\/[^/]+$/.test(path) ? path : 'around';
}

function caseText({ name, lines, errors, warnings, looked }: Case): string {
  const head = `<testcase classname="longplay.verify" name="${escaped(name)}"`;
  if (!looked) return `${head}><skipped message="was not looked at"/></testcase>\n`;
  if (errors + warnings === 0) return `${head}/>\n`;
  const more = errors + warnings > lines.length ? [`and ${errors + warnings - lines.length} more`] : [];
  const body = escaped([...lines, ...more].join('\n'));
  if (errors === 0) return `${head}><system-out>${body}</system-out></testcase>\n`;
  return `${head}><failure type="verdict" message="${errors} ${errors === 1 ? 'fault' : 'faults'}">${body}</failure></testcase>\n`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Names of files are a stranger's: what XML 1.0 does not allow (section 2.2) is written out as a terminal would be shown it. */
function escaped(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line.toWellFormed()))
    .join('\n')
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
