import { markerName, verifierName } from '../../archive/layout.ts';
import { detailsSealed, sealingBegun } from '../../core/model/sealing.ts';
import { addLoggedFiles, isJobName, type LoggedFile, type LoggedFiles } from '../../log/entries/logged-files.ts';
import { createKnownErasures, type KnownErasures } from '../../log/erasure/known-erasures.ts';
import { createReadingHistory, type ReadingHistory } from '../../log/history/reading-history.ts';
import { knownErasureMarks } from '../../log/keys/erasure-marks.ts';
import { type CaseHistories, createCaseHistories } from '../../log/read/case-digests.ts';
import { closedBy } from '../../log/read/closed-by.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { createRegister, primaryName, type Replica } from '../../log/read/replica-register.ts';
import { createHistories, type Histories } from './history.ts';
import { foldStampHistory, type StampFiles } from './stamps.ts';

/** Everything that the log records about the copies of an archive. It is stored nowhere else. */
export interface CopiesMemory {
  readonly replicas: ReadonlyMap<string, Replica>;
  readonly histories: Histories;
  readonly readings: ReadingHistory;
  /** Archive id from the log's first entry; null if that entry is lost. */
  readonly archiveId: string | null;
  /** Logged digests of longplay.json, README.txt and the verifier, by file name, the newest last. */
  readonly plainFiles: ReadonlyMap<string, readonly string[]>;
  readonly stampFiles: StampFiles;
  readonly cases: CaseHistories;
  /** Logged digests of reports and witness files. */
  readonly enteredFiles: LoggedFiles;
  /** Digests of viewer lists that the log names, the newest last. */
  readonly viewerLists: readonly string[];
  /** Returns true if a copy (`primary` or a replica's name) ever had the bag: it was copied there or found intact there. */
  held(copy: string, bag: string): boolean;
  /** Returns true if the copy has had the bag since the bag got its current digests. */
  heldAsItIs(copy: string, bag: string): boolean;
  /** Returns the quarantine folders of a copy whose repair was logged. */
  entered(copy: string): ReadonlySet<string>;
  readonly erasures: KnownErasures;
  /** Returns true if a recording was erased. If the log records erasures, this needs the secret of the erasure ledger. */
  isErased(recordingId: string): boolean;
  /** True if the archive was open, and has been sealed or is being sealed. */
  readonly isSealed: boolean;
  /** Digests of private details that were sealed after their entries were made. */
  readonly sealedDetails: ReadonlySet<string>;
  /** Returns true if a file of a recording was erased without the recording. Needs the secret like `isErased`. */
  isErasedFile(recordingId: string, file: string): boolean;
  /** False if the log records erasures and this machine lacks the secret that recognises the erased recordings and files. */
  readonly canTellErased: boolean;
  /** Names, below `reports/`, of reports that were removed because they named erased recordings. */
  readonly erasedReports: ReadonlySet<string>;
  /** False if entries are damaged or lost, so that the log may have recorded more. */
  readonly whole: boolean;
  /** Null: entries may be added. Else the reason why something must be restored first. */
  readonly closed: string | null;
}

/** Codes of findings on entries that are missing or altered. */
const takesEntriesAway: ReadonlySet<string> = new Set(['A110', 'A111', 'A114', 'A115', 'A116', 'L101', 'L102']);

/** Reads the log once and keeps what work on copies needs. @param keys folder with this machine's keys and its memory of logs */
export async function readMemory(
  archive: { readonly dir: string; readonly id: string | null },
  { keys, now }: { readonly keys: string; readonly now: () => string },
  signal: AbortSignal,
): Promise<CopiesMemory> {
  const log = await inspectLog(archive, keys, signal);
  const register = createRegister();
  const histories = createHistories();
  const readings = createReadingHistory(() => Date.parse(now()));
  const held = createSets();
  const heldAsItIs = createSets();
  const entered = createSets();
  const plainFiles = new Map<string, readonly string[]>();
  const viewerLists: string[] = [];
  const stampFiles = new Map<string, readonly string[]>();
  const cases = createCaseHistories();
  const enteredFiles = new Map<string, readonly LoggedFile[]>();
  const erasures = createKnownErasures(archive.id);
  const erasedReports = new Set<string>();
  let archiveId: string | null = null;
  let isSealed = false;
  const sealedDetails = new Set<string>();
  for await (const entry of readEntries(archive, log, signal)) {
    register.take(entry);
    histories.take(entry);
    readings.add(entry);
    foldStampHistory(stampFiles, entry);
    cases.take(entry);
    addLoggedFiles(enteredFiles, entry);
    erasures.take(entry);
    const { type, detail } = entry;
    const { bag, replica, to, verdict, quarantine } = detail;
    if (typeof detail.verifierSha256 === 'string') plainFiles.set(verifierName, [...(plainFiles.get(verifierName) ?? []), detail.verifierSha256]);
    if (type === detailsSealed && typeof detail.lines === 'string') for (const digest of detail.lines.split(' ')) sealedDetails.add(digest);
    if (typeof detail.markerSha256 === 'string') plainFiles.set(markerName, [...(plainFiles.get(markerName) ?? []), detail.markerSha256]);
    if (type === 'archive-created') {
      if (typeof detail.archive === 'string') archiveId ??= detail.archive;
      if (typeof detail.readmeSha256 === 'string') plainFiles.set('README.txt', [detail.readmeSha256]);
    } else if (type === sealingBegun) {
      isSealed = true;
    } else if (type === 'viewer-written') {
      if (typeof detail.listSha256 === 'string') viewerLists.push(detail.listSha256);
    } else if (type === 'replica-added' && typeof replica === 'string') {
      for (const sets of [held, heldAsItIs]) sets.forget(replica);
    } else if ((type === 'bag-rehashed' || type === 'bag-landed') && typeof bag === 'string') heldAsItIs.lose(bag);
    else if (type === 'report-erased' && typeof detail.job === 'string' && isJobName(detail.job)) erasedReports.add(detail.job);
    const holder = holderOf(type, { replica, to, verdict });
    for (const sets of [held, heldAsItIs]) sets.add(holder, bag);
    if (type === 'bag-repaired' || type === 'file-repaired') entered.add(to, quarantine);
  }
  const isKnown = erasures.erased.size + erasures.files.size > 0 && archive.id !== null;
  const marks = isKnown && archive.id !== null ? await knownErasureMarks(keys, archive.id, erasures) : null;
  return {
    erasures,
    isSealed,
    sealedDetails,
    isErased: (recordingId) => marks !== null && erasures.erased.has(marks.of(recordingId)),
    isErasedFile: (recordingId, file) => marks !== null && erasures.files.has(marks.ofFile(recordingId, file)),
    canTellErased: !isKnown || marks !== null,
    erasedReports,
    replicas: register.replicas,
    histories,
    readings,
    archiveId,
    plainFiles,
    stampFiles,
    cases: cases.of,
    enteredFiles,
    viewerLists,
    held: (copy, bag) => held.of(copy).has(bag),
    heldAsItIs: (copy, bag) => heldAsItIs.of(copy).has(bag),
    entered: (copy) => entered.of(copy),
    whole: !log.findings.some(({ code }) => takesEntriesAway.has(code)),
    closed: closedBy(log),
  };
}

/** Returns the copy that an entry reports to have an intact bag; null if it reports none. */
function holderOf(type: string, { replica, to, verdict }: Readonly<Record<'replica' | 'to' | 'verdict', unknown>>): unknown {
  if (type === 'bag-copied') return replica;
  if (type === 'bag-repaired') return to;
  return type === 'bag-verified' && verdict === 'ok' ? (replica ?? primaryName) : null;
}

/** Creates sets of texts, one set per copy. */
function createSets(): {
  add(copy: unknown, text: unknown): void;
  /** Removes all texts of one copy. */
  forget(copy: string): void;
  /** Removes one text from all copies. */
  lose(text: string): void;
  of(copy: string): ReadonlySet<string>;
} {
  const sets = new Map<string, Set<string>>();
  return {
    add: (copy, text) => {
      if (typeof copy !== 'string' || typeof text !== 'string') return;
      const known = sets.get(copy);
      if (known === undefined) sets.set(copy, new Set([text]));
      else known.add(text);
    },
    forget: (copy) => void sets.delete(copy),
    lose: (text) => {
      for (const texts of sets.values()) texts.delete(text);
    },
    of: (copy) => sets.get(copy) ?? new Set(),
  };
}
