import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makingOf } from '../archive/bag/info.ts';
import { listBags } from '../archive/bag-folders.ts';
import { fileSha256 } from '../archive/documents/case-draft.ts';
import { caseFileName, casesFolder } from '../archive/documents/case-json.ts';
import { documentCell } from '../archive/documents/case-secrets.ts';
import { readStoredCase } from '../archive/documents/stored-case.ts';
import { LongplayError } from '../core/base/error.ts';
import { cellsOfPages } from '../sealing/keyring/cells.ts';
import type { KeyringSession } from '../sealing/keyring/session.ts';
import type { LogEntry } from './entries/log-entry.ts';
import { pageOfReport, reportCell, reportKept } from './entries/logged-files.ts';
import { deletedSecrets } from './forget-details.ts';
import { type CaseHistories, caseChanged, caseDeleted, createCaseHistories, lackingCases } from './read/case-digests.ts';

/** A cell of the keyring that belonged to something which the log says is gone. */
export interface OutlivedSecret {
  readonly page: string;
  readonly cell: string;
  /** What it belonged to, relative to the archive. */
  readonly place: string;
  /** What it opens, as the end of a sentence. */
  readonly what: string;
  /**
   * Number of the entry that says that it is gone; null: none does, because a bag of tables was written again for another reason, or never appeared.
   */
  readonly seq: number | null;
}

/** What nothing needs any more. */
export interface OutlivedSecrets {
  readonly cells: readonly OutlivedSecret[];
  /**
   * Ids of cases of whose earlier states no cell is listed: the newest state lacks changes of them, which a replica or a backup may have and which only these
   * secrets open. An erasure from such a state, or the acknowledgement that the changes are lost, ends this.
   */
  readonly waiting: readonly string[];
}

/**
 * Finds the cells of the keyring that nothing needs any more: of erased reports and details of log entries, of deleted cases, of earlier states of
 * cases from which something was erased, and of earlier states of bags of tables. The next erasure destroys those that still have secrets: they are
 * left by a deletion, or are back because all copies of the keyring were rolled back. The keyring is open.
 */
export async function outlivedSecrets(
  archive: { readonly dir: string },
  entries: () => AsyncIterable<LogEntry>,
  session: KeyringSession,
): Promise<OutlivedSecrets> {
  const found: OutlivedSecret[] = [];
  const gone = await goneThings(entries);
  const waiting = lackingCases(gone.histories);
  for (const [job, seq] of gone.reports) {
    const page = gone.reportPages.get(job);
    if (page !== undefined) found.push({ page, cell: reportCell, place: `reports/${job}`, what: 'the erased report of an import', seq });
  }
  for (const { id, page } of gone.casePages) {
    const seq = gone.cases.get(id);
    if (seq === undefined) continue;
    for (const { cell } of cellsOfPages(session, [page])) found.push({ page, cell, place: `cases/${id}`, what: 'a deleted case', seq });
  }
  for (const [id, seq] of gone.redactedCases) {
    const live = gone.cases.has(id) || waiting.includes(id) ? null : cellsOfCase(join(archive.dir, casesFolder, id), gone.caseDigests.get(id));
    const pages = live === null ? [] : gone.casePages.flatMap((one) => (one.id === id ? [one.page] : []));
    for (const { page, cell } of cellsOfPages(session, new Set(pages)))
      if (live?.has(`${page} ${cell}`) === false)
        found.push({ page, cell, place: `cases/${id}`, what: 'an earlier state of a case, with something that was erased from it', seq });
  }
  for await (const { page, cell, seq } of deletedSecrets(archive, entries))
    found.push({ page, cell, place: 'log/details', what: `erased details of entry ${cell}`, seq });
  for await (const bag of listBags(archive)) gone.makings.delete(makingOf(bag.path) ?? '');
  // Even if a bag is missing, or a backup brought back an earlier state: a replica may have its present state.
  for (const page of gone.present.values()) gone.makings.delete(page);
  for (const [page, bag] of gone.makings)
    for (const { cell } of cellsOfPages(session, [page]))
      if (/^table-\d{4,}$/.test(cell))
        found.push({ page, cell, place: `bags/${bag}`, what: 'an earlier state of its tables, with erased rows', seq: gone.rows.get(bag) ?? null });
  return { cells: found, waiting };
}

/** Things that entries say are gone, each with the number of the entry, and where the secrets of such things were. */
interface GoneThings {
  /** By import. */
  readonly reports: Map<string, number>;
  readonly reportPages: Map<string, string>;
  /** By id. */
  readonly cases: Map<string, number>;
  readonly casePages: { readonly id: string; readonly page: string }[];
  /** SHA-256 of case.json after the last change, by id. */
  readonly caseDigests: Map<string, unknown>;
  readonly histories: CaseHistories;
  /** Cases from which recordings or messages were erased, by id. */
  readonly redactedCases: Map<string, number>;
  /** Bags of tables of which rows were erased. */
  readonly rows: Map<string, number>;
  /** Bags by page: each making of a bag of tables. */
  readonly makings: Map<string, string>;
  /** The page of the present state of each bag of tables, by bag. */
  readonly present: Map<string, string>;
}

/** Changes of a case that erase something from it. */
const erasing: ReadonlySet<unknown> = new Set(['recordings-erased', 'messages-erased']);

async function goneThings(entries: () => AsyncIterable<LogEntry>): Promise<GoneThings> {
  const histories = createCaseHistories();
  const gone: GoneThings = {
    reports: new Map(),
    reportPages: new Map(),
    cases: new Map(),
    redactedCases: new Map(),
    casePages: [],
    caseDigests: new Map(),
    rows: new Map(),
    makings: new Map(),
    present: new Map(),
    histories: histories.of,
  };
  for await (const entry of entries()) {
    const { type, seq, detail } = entry;
    histories.take(entry);
    const { job, bag, making, tables, page, case: id } = detail;
    if (type === reportKept && typeof job === 'string') {
      const own = pageOfReport(detail);
      if (own !== null) gone.reportPages.set(job, own);
    } else if (type === 'report-erased' && typeof job === 'string') gone.reports.set(job, seq);
    else if (type === caseDeleted && typeof id === 'string') gone.cases.set(id, seq);
    else if (type === caseChanged && typeof id === 'string' && typeof page === 'string') {
      gone.casePages.push({ id, page });
      gone.caseDigests.set(id, detail.sha256);
      if (erasing.has(detail.deed)) gone.redactedCases.set(id, seq);
    }
    if (type === 'rows-erased' && typeof bag === 'string') gone.rows.set(bag, seq);
    // One that was announced may be in the keyring although its bag never appeared.
    else if ((type === 'bag-landed' || type === 'bag-intended') && typeof tables === 'number' && typeof making === 'string') {
      gone.makings.set(making, String(bag));
      if (type === 'bag-landed') gone.present.set(String(bag), making);
    } else if (type === 'deleted' && typeof bag === 'string') gone.present.delete(bag);
  }
  return gone;
}

/**
 * Returns the cells that a sealed case needs, each as page and name; null: there is no such case, it cannot be read, or its case.json is not that of the last
 * change. If an older one was restored, the cells of the newest state, which a replica may have, are in use.
 */
function cellsOfCase(folder: string, sha256: unknown): ReadonlySet<string> | null {
  if (!existsSync(folder) || fileSha256(join(folder, caseFileName)) !== sha256) return null;
  try {
    const stored = readStoredCase(folder);
    if (stored.version !== 2) return null;
    const keyOf = (page: string, cell: string) => `${page} ${cell}`;
    const sets = [
      ...stored.messages.map(({ page, set }) => keyOf(page, `messages/${set}`)),
      ...stored.comparisons.map(({ page, set }) => keyOf(page, `comparisons/${set}`)),
    ];
    return new Set([keyOf(stored.document.page, documentCell), ...sets]);
  } catch (error) {
    if (error instanceof LongplayError) return null;
    throw error;
  }
}
