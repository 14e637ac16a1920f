import { verifierName } from '../../archive/layout.ts';
import { type EnteredFile, type EnteredFiles, foldEnteredFiles } from '../../log/entries/entered-files.ts';
import { createReadingHistory, type ReadingHistory } from '../../log/history/reading-history.ts';
import { type CaseHistories, createCaseHistories } from '../../log/read/case-digests.ts';
import { closedBy } from '../../log/read/closed-by.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { createRegister, primaryName, type Replica } from '../../log/read/replica-register.ts';
import { createHistories, type Histories } from './history.ts';
import { foldStampHistory, type StampFiles } from './stamps.ts';

/** All that the log remembers of the copies of an archive: it is the only memory. */
export interface CopiesMemory {
  readonly replicas: ReadonlyMap<string, Replica>;
  readonly histories: Histories;
  readonly readings: ReadingHistory;
  /** The archive's id as its first entry has it; null where that is lost. */
  readonly archiveId: string | null;
  /** Digests that the log has of longplay.json, README.txt and the verifier, by file name, the newest last. */
  readonly plainFiles: ReadonlyMap<string, readonly string[]>;
  readonly stampFiles: StampFiles;
  readonly cases: CaseHistories;
  /** Reports and what witnesses signed. */
  readonly enteredFiles: EnteredFiles;
  /** Digests of the lists of viewers that the log names, the newest last. */
  readonly viewerLists: readonly string[];
  /** True where the copy (`primary` or a replica's name) held the bag at some time: it was copied there, or found well there. */
  held(copy: string, bag: string): boolean;
  /** The same since the bag got the digests that it has now. */
  heldAsItIs(copy: string, bag: string): boolean;
  /** Folders of quarantines whose repair was entered, by copy. */
  entered(copy: string): ReadonlySet<string>;
  /** False where entries are damaged or lost: what the log does not say it may have said. */
  readonly whole: boolean;
  /** Null: entries may be added; else why first something is to be brought back. */
  readonly closed: string | null;
}

/** Findings of a log that speak of entries that are not there, or are not those that were entered. */
const takesEntriesAway: ReadonlySet<string> = new Set(['A110', 'A111', 'A114', 'A115', 'A116', 'L101', 'L102']);

/** Reads the log once and keeps what copies need. @param keys folder of this machine's keys and memory of logs */
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
  const enteredFiles = new Map<string, readonly EnteredFile[]>();
  let archiveId: string | null = null;
  for await (const entry of readEntries(archive, log, signal)) {
    register.take(entry);
    histories.take(entry);
    readings.add(entry);
    foldStampHistory(stampFiles, entry);
    cases.take(entry);
    foldEnteredFiles(enteredFiles, entry);
    const { type, detail } = entry;
    const { bag, replica, to, verdict, quarantine } = detail;
    if (typeof detail.verifierSha256 === 'string') plainFiles.set(verifierName, [...(plainFiles.get(verifierName) ?? []), detail.verifierSha256]);
    if (type === 'archive-created') {
      if (typeof detail.archive === 'string') archiveId ??= detail.archive;
      if (typeof detail.markerSha256 === 'string') plainFiles.set('longplay.json', [detail.markerSha256]);
      if (typeof detail.readmeSha256 === 'string') plainFiles.set('README.txt', [detail.readmeSha256]);
    } else if (type === 'viewer-written') {
      if (typeof detail.listSha256 === 'string') viewerLists.push(detail.listSha256);
    } else if (type === 'replica-added' && typeof replica === 'string') {
      for (const sets of [held, heldAsItIs]) sets.forget(replica);
    } else if (type === 'bag-rehashed' && typeof bag === 'string') heldAsItIs.lose(bag);
    const holder = holderOf(type, { replica, to, verdict });
    for (const sets of [held, heldAsItIs]) sets.add(holder, bag);
    if (type === 'bag-repaired' || type === 'file-repaired') entered.add(to, quarantine);
  }
  return {
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

/** The copy that an entry says a bag is well in, or null. */
function holderOf(type: string, { replica, to, verdict }: Readonly<Record<'replica' | 'to' | 'verdict', unknown>>): unknown {
  if (type === 'bag-copied') return replica;
  if (type === 'bag-repaired') return to;
  return type === 'bag-verified' && verdict === 'ok' ? (replica ?? primaryName) : null;
}

/** Texts by copy. */
function createSets(): {
  add(copy: unknown, text: unknown): void;
  /** Of one copy all. */
  forget(copy: string): void;
  /** In all copies one. */
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
