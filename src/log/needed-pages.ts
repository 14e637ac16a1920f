import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { caseIdPattern, casesFolder } from '../archive/documents/case-json.ts';
import { readStoredCase } from '../archive/documents/stored-case.ts';
import { LongplayError, systemCode } from '../core/base/error.ts';
import type { LogEntry } from './entries/log-entry.ts';
import { isJobName, pageOfReport, reportKept } from './entries/logged-files.ts';
import { caseChanged, caseDeleted } from './read/case-digests.ts';

/** A page of the keyring that an archive needs, and what is sealed with its secrets. */
export interface NeededPage {
  readonly of: 'bag' | 'report' | 'case' | 'details';
  /** Place relative to the archive; of details the file of the first line. */
  readonly place: string;
  /** Number of recordings of a bag according to the log; 0 for amendments, tables and other things. */
  readonly recordings: number;
}

/** The pages of a keyring that entries of the log name. */
export interface NamedPages {
  /** Pages of bags, reports and cases that the archive needs; the page of the archive itself and those of private details are not among them. */
  readonly needed: ReadonlyMap<string, NeededPage>;
  /** Pages of deleted bags, of erased reports, of deleted cases, and of earlier states of bags and cases: nobody misses one that is lost. */
  readonly unneeded: ReadonlySet<string>;
}

/** Collects the pages that a log names. */
export interface PageCollector {
  /** Reads each entry of the log, in order. */
  take(entry: Pick<LogEntry, 'type' | 'detail'>): void;
  /** Returns the pages, after reading case.json of each case. */
  pages(archive: { readonly dir: string }): NamedPages;
}

/** A case in the log. */
interface CasePages {
  readonly all: Set<string>;
  /** Page of the last change; null: the case was in clear, or was deleted. */
  last: string | null;
}

/** Creates a collector before the first entry. */
export function createPageCollector(): PageCollector {
  const bags = new Map<string, { readonly page: string; readonly recordings: number }>();
  const reports = new Map<string, string>();
  const cases = new Map<string, CasePages>();
  const all = new Set<string>();
  const takeCase = (id: string, type: string, page: unknown): void => {
    const known = cases.get(id) ?? { all: new Set<string>(), last: null };
    cases.set(id, known);
    if (type === caseDeleted) known.last = null;
    else if (typeof page === 'string') {
      known.all.add(page);
      known.last = page;
    }
  };
  return {
    take: ({ type, detail }) => {
      const { bag, job, making, recordings, page, case: id } = detail;
      if (type === 'bag-landed' && typeof bag === 'string' && typeof making === 'string') {
        all.add(making);
        bags.set(bag, { page: making, recordings: typeof recordings === 'number' ? recordings : 0 });
      } else if (type === 'deleted' && typeof bag === 'string') bags.delete(bag);
      else if (type === reportKept && typeof job === 'string' && isJobName(job)) {
        const own = pageOfReport(detail);
        if (own === null) return;
        all.add(own);
        reports.set(job, own);
      } else if (type === 'report-erased' && typeof job === 'string') reports.delete(job);
      else if ((type === caseChanged || type === caseDeleted) && typeof id === 'string' && caseIdPattern.test(id)) takeCase(id, type, page);
    },
    pages: ({ dir }) => {
      const needed = new Map<string, NeededPage>();
      for (const [bag, { page, recordings }] of bags) needed.set(page, { of: 'bag', place: `bags/${bag}`, recordings });
      for (const [job, page] of reports) needed.set(page, { of: 'report', place: `reports/${job}`, recordings: 0 });
      for (const [id, page] of pagesOfCases(dir, cases)) needed.set(page, { of: 'case', place: `${casesFolder}/${id}`, recordings: 0 });
      const named = [...all, ...[...cases.values()].flatMap((one) => [...one.all])];
      return { needed, unneeded: new Set(named.filter((page) => !needed.has(page))) };
    },
  };
}

/** Yields the pages that cases need, with their ids: those that case.json names, and that of the last change in the log. */
function* pagesOfCases(dir: string, logged: ReadonlyMap<string, CasePages>): Generator<[string, string]> {
  for (const id of new Set([...logged.keys(), ...namesIn(join(dir, casesFolder))])) {
    const { all = new Set<string>(), last = null } = logged.get(id) ?? {};
    // A deletion may have been stopped before it removed the folder.
    if (last === null && all.size > 0) continue;
    const stored = pagesOfCase(join(dir, casesFolder, id));
    // Where case.json is lost or damaged, a replica may have it, and it may name the page of any change.
    for (const page of stored ?? all) yield [id, page];
    if (last !== null) yield [id, last];
  }
}

/** Returns the pages that a case.json names; none for a case in clear; null: it cannot be read. */
function pagesOfCase(folder: string): Set<string> | null {
  try {
    const stored = readStoredCase(folder);
    if (stored.version !== 2) return new Set();
    return new Set([stored.document.page, ...[...stored.messages, ...stored.comparisons].map(({ page }) => page)]);
  } catch (error) {
    if (error instanceof LongplayError) return null;
    throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => caseIdPattern.test(name));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}
