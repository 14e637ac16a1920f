import type { Verdict } from '../core/model/verdict.ts';
import { printable } from '../core/words/printable.ts';

// JUnit XML for continuous integration (testsuites, testsuite, testcase, failure, skipped). There is no standard; this is the subset that all readers share.

/** Collects the verdicts of a verification and writes them as one suite with a case per bag. */
export interface JunitReport {
  verdict(verdict: Verdict): void;
  /** Ends a bag, after its verdicts. @param path beginning of the paths in the bag's verdicts */
  bag(path: string): void;
  /** Records that an area outside the bags was checked. */
  looked(at: 'log' | 'around' | 'catalog'): void;
  /** Returns the report. @param failure what prevented the run from finishing; null: it finished */
  text(run: { readonly name: string; readonly startedAt: string; readonly endedAt: string; readonly failure: string | null }): string;
}

/** Number of verdicts written per case; all are counted. */
const written = 200;

interface Case {
  readonly name: string;
  readonly lines: string[];
  errors: number;
  warnings: number;
  /** False: the case states that it was not checked. */
  looked: boolean;
}

/** Areas outside the bags: the log, the catalog, and everything else. Their cases always exist; an area that was not checked is marked as skipped. */
const around = ['log', 'catalog', 'around'] as const;

/** Creates an empty report. @param alone name of a single bag without an archive, to which all verdicts belong; null: an archive */
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
      // A foreign bag may have any number of verdicts, so they are not kept.
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

/** Returns the name of a verdict's case. Bags that were not read have their own cases: missing bags, and bags that no import created. */
function placeOf(path: string): string {
  if (path === 'log' || path.startsWith('log/') || path.startsWith('log:')) return 'log';
  if (path.startsWith('catalog.sqlite')) return 'catalog';
  return /^bags\/[^/]+\/[^/]+$/.test(path) ? path : 'around';
}

function caseText({ name, lines, errors, warnings, looked }: Case): string {
  const head = `<testcase classname="longplay.verify" name="${escaped(name)}"`;
  if (!looked) return `${head}><skipped message="was not checked"/></testcase>\n`;
  if (errors + warnings === 0) return `${head}/>\n`;
  const more = errors + warnings > lines.length ? [`and ${errors + warnings - lines.length} more`] : [];
  const body = escaped([...lines, ...more].join('\n'));
  if (errors === 0) return `${head}><system-out>${body}</system-out></testcase>\n`;
  return `${head}><failure type="verdict" message="${errors} ${errors === 1 ? 'fault' : 'faults'}">${body}</failure></testcase>\n`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes a file name, which is untrusted: characters that XML 1.0 forbids (section 2.2) are escaped as for a terminal. */
function escaped(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line.toWellFormed()))
    .join('\n')
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
