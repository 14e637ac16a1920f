import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileSha256 } from '../../archive/documents/case-draft.ts';
import { caseFileName, casesFolder } from '../../archive/documents/case-json.ts';
import { dataNames, pageName, reportsFolder } from '../../archive/documents/report-names.ts';
import { limits } from '../../core/base/limits.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { createVerdictCap } from '../../core/model/verdict-cap.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { isJobName, pageOfReport, reportCell, reportKept } from '../../log/entries/logged-files.ts';
import { secretsDestroyed } from '../../log/erasure/known-erasures.ts';
import { outlivedSecrets } from '../../log/outlived-secrets.ts';
import { createCaseHistories } from '../../log/read/case-digests.ts';
import type { KeyringLists } from '../../sealing/keyring/lists.ts';
import { openKeys } from '../../sealing/open-keys.ts';
import { archiveCell } from '../../sealing/stored/archive-secrets.ts';
import { createNotes } from '../play/played-verdicts.ts';
import { sealedCases } from './cases.ts';
import { destroyedDetails, tryDetails } from './details.ts';
import { closedNote, destroyedVerdict, lookUp, type Opening, type SealedThing, tryThing } from './try-sealed.ts';

/** Numbers of sealed things around the bags that were opened, and of those whose secrets the keyring lacks. */
export interface SealedAround {
  readonly reports: number;
  readonly details: number;
  readonly cases: number;
  readonly closed: number;
  /** Number of those whose secrets the keyring lacks because they are lost for good, as two persons acknowledged. */
  readonly lost: number;
}

/** The sealed archive, and its log. */
export interface SealedArchive {
  readonly dir: string;
  /** Page of the archive's own secrets. */
  readonly page: string;
  /** Reads the log. */
  readonly entries: () => AsyncIterable<LogEntry>;
  /** Pages of the keyring that are lost for good, as two persons acknowledged; absent: none. */
  readonly lostPages?: ReadonlySet<string>;
}

/**
 * Opens everything that is sealed around the bags: reports of imports, private details of log entries (including notes), and cases. Compares the keyring with
 * the log. Yields K203 for things whose secrets the keyring lacks, K202 for those that do not open, E114 for secrets that were destroyed without an entry, and
 * E115 for secrets that open erased things. The keyring must be open.
 */
export async function* checkSealedAround(
  { dir, page, entries, lostPages = new Set<string>() }: SealedArchive,
  signal: AbortSignal,
): AsyncGenerator<Verdict, SealedAround> {
  const counts = { reports: 0, details: 0, cases: 0, closed: 0, lost: 0 };
  const notes = { reports: createNotes(), 'log/details': createNotes(), cases: createNotes() };
  const cap = createVerdictCap(limits.bagVerdicts);
  const found: Verdict[] = [];
  const take = (verdicts: readonly Verdict[]): void => {
    for (const verdict of verdicts) if (cap.pass(verdict)) found.push(verdict);
  };
  const close = (within: keyof typeof notes, what: string, first: string, pages: readonly string[]): void => {
    const isLost = pages.every((one) => lostPages.has(one));
    counts[isLost ? 'lost' : 'closed']++;
    notes[within].add([{ ...closedNote(what, first), ...(isLost ? { code: 'K132' as const } : {}) }]);
  };
  const own = lookUp(page, archiveCell);
  if (own === null || own === 'erased') {
    counts.closed++;
    const message = 'the keyring has no secrets of the archive itself: the salt of its ids, and the keys of its catalog and of plans of imports';
    yield { ...errorVerdict('unverifiable', 'K203', 'longplay.json', message), severity: 'warning' };
  }
  for (const thing of await sealedReports(dir, entries)) {
    const { opening, verdicts } = await tryThing(thing, signal);
    take(verdicts);
    if (opening === 'opened') counts.reports++;
    if (opening === 'closed') close('reports', 'report', thing.place, [thing.page]);
  }
  for await (const { opening, file, page: linePage, verdicts } of tryDetails({ dir }, entries, signal)) {
    take(verdicts);
    if (opening === 'opened') counts.details++;
    if (opening === 'closed') close('log/details', 'private detail', file, [linePage]);
  }
  const isRestored = await restoredCases(dir, entries);
  for (const { place, things } of sealedCases(dir)) {
    const openings = new Set<Opening>();
    const closed: string[] = [];
    for (const thing of things) {
      const { opening, verdicts } = await tryThing(thing, signal);
      take(isRestored(place) ? verdicts.filter(({ code }) => code !== 'E114') : verdicts);
      openings.add(opening);
      if (opening === 'closed') closed.push(thing.page);
    }
    if (openings.has('closed')) close('cases', 'case', place, closed);
    else if (openings.size === 1 && openings.has('opened')) counts.cases++;
  }
  take(await returned({ dir, entries }));
  yield* found;
  yield* cap.rest('log/details');
  for (const [within, some] of Object.entries(notes)) yield* some.verdicts(within);
  return counts;
}

/** Yields E114 for everything sealed around the bags that the lists of the keyring name as erased and the log does not. Opens nothing. */
export async function* checkListedAround({ dir, entries }: SealedArchive, lists: KeyringLists, signal: AbortSignal): AsyncGenerator<Verdict> {
  if (lists.isEmpty) return;
  const isRestored = await restoredCases(dir, entries);
  const cases = sealedCases(dir).filter(({ place }) => !isRestored(place));
  const things = [...(await sealedReports(dir, entries)), ...cases.flatMap((one) => one.things)];
  for (const place of new Set(things.flatMap((one) => (lists.erasedOf(one.page, one.cell) === undefined ? [] : [one.place]))))
    yield destroyedVerdict(place);
  const cap = createVerdictCap(limits.bagVerdicts);
  for await (const verdict of destroyedDetails({ dir }, entries, lists, signal)) if (cap.pass(verdict)) yield verdict;
  yield* cap.rest('log/details');
}

/**
 * Returns a function that returns true for a case whose folder has an older state than the log, if something was erased from the case: the erasure has its entry,
 * and destroyed the secrets of the older states. The check of cases reports such a folder (C125).
 */
async function restoredCases(dir: string, entries: SealedArchive['entries']): Promise<(place: string) => boolean> {
  const cases = createCaseHistories();
  for await (const entry of entries()) cases.take(entry);
  return (place) => {
    const { digests = [], erasing } = cases.of.get(place.slice(casesFolder.length + 1)) ?? {};
    const found = erasing === undefined ? null : fileSha256(join(dir, place, caseFileName));
    return found !== null && found !== digests.at(-1) && digests.includes(found);
  };
}

/** Returns the existing sealed reports, as named in the log. */
export async function sealedReports(dir: string, entries: SealedArchive['entries']): Promise<readonly SealedThing[]> {
  const pages = new Map<string, string>();
  for await (const { type, detail } of entries()) {
    const { job } = detail;
    // The name of an import becomes part of a path, and a log may come from outside.
    if (typeof job !== 'string' || !isJobName(job)) continue;
    const page = type === reportKept ? pageOfReport(detail) : null;
    if (page !== null) pages.set(job, page);
    else if (type === 'report-erased') pages.delete(job);
  }
  return [...pages].flatMap(([job, page]) => {
    const place = `${reportsFolder}/${job}`;
    if (!existsSync(join(dir, place))) return [];
    const files = [...dataNames, pageName].map((name) => ({ name, stored: `${place}/${name}${sealedEnding}` }));
    return [{ place, page, cell: reportCell, files: files.map(({ name, stored }) => ({ name, path: join(dir, stored), place: stored })) }];
  });
}

/** Returns E115 for each secret that opens something erased before secrets were last destroyed. Things announced since then may still have their secrets. */
async function returned({ dir, entries }: Pick<SealedArchive, 'dir' | 'entries'>): Promise<Verdict[]> {
  const { session } = openKeys();
  let last = 0;
  for await (const { type, seq, detail } of entries()) if (type === secretsDestroyed && detail.cells !== 0) last = seq;
  if (session === null || last === 0) return [];
  const said = new Set<string>();
  return (await outlivedSecrets({ dir }, entries, session)).cells.flatMap(({ page, cell, place, what, seq }) => {
    if (seq === null || seq > last) return [];
    const secrets = lookUp(page, cell);
    if (secrets === null || secrets === 'erased' || said.has(`${place} ${what}`)) return [];
    said.add(`${place} ${what}`);
    return [errorVerdict('unexpected', 'E115', place, `the keyring opens ${what}; according to log entry ${seq} it is gone`)];
  });
}
