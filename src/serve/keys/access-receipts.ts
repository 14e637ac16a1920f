import { LongplayError } from '../../core/base/error.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { followEntries } from '../../log/files/follow-log.ts';
import { readCheckpoint, signatureProblem } from '../../log/keys/vouching.ts';
import { closedBy } from '../../log/read/closed-by.ts';
import { inspectLog, type LogInspection } from '../../log/read/inspect-log.ts';
import { createKeepingEntries, type KeepingEntries } from '../../log/read/keeping-entries.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { treeSize } from '../../log/tree/tile-tree.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import { createNotes, type KnownNotes } from '../../log/who/notes.ts';
import { isSoundName } from '../archive/stored-file.ts';
import { type CaseFacts, createCaseFacts } from './case-facts.ts';
import type { CaseKeyRequest, KeyRequest } from './key-request.ts';

/** Knows which accesses the signed log of an archive records. */
export interface AccessReceipts {
  /**
   * Returns true if the log has an entry, written after this object was created, that entitles the session to the secret that it requests. Reads new entries
   * first if necessary.
   * @throws LongplayError L105
   */
  has(request: Omit<KeyRequest, 'bags'>): Promise<boolean>;
  /** Returns true for work on cases, like `has`, if an entry about the case lists each of the recordings. @throws LongplayError L105 */
  hasCase(request: CaseKeyRequest): Promise<boolean>;
  /** Returns the entries about legal holds and retention, the first landing of each bag, and the notes, now. @throws LongplayError L105 */
  keeping(): Promise<Pick<KeepingEntries, 'all' | 'landings'> & { readonly notes: KnownNotes }>;
  /** Returns what the whole log says about cases now. @throws LongplayError L105 */
  cases(): Promise<Omit<CaseFacts, 'take'>>;
}

/** Time for which an entry counts. A session logs the same action again after an hour. */
const lastingMs = 2 * 3_600_000;
/** Time for which an entry about an export counts, because an export may take longer than playing. */
const exportMs = 24 * 3_600_000;
/**
 * Largest numbers of remembered entries and, below, of exports and of readings for cases. The oldest are forgotten; the accesses that they allowed must then be
 * logged again.
 */
const mostEntries = 100_000;
const mostExports = 200;

/** Recordings that one log entry announced: those of an export, or those read for a case. */
interface Announced {
  readonly at: number;
  readonly session: string;
  readonly caseId: string | null;
  readonly entry: LogEntry;
  recordings: ReadonlySet<string> | null;
}

/** A log that leads to its signed state. */
type IntactLog = Pick<LogInspection, 'keys'> & { readonly found: LogInspection; readonly tree: NonNullable<LogInspection['tree']> };

/** Inspects a whole log. @throws LongplayError L105 if it is damaged, shortened or of another archive */
async function inspectIntact(archive: { readonly dir: string; readonly id: string }, memory: string, signal: AbortSignal): Promise<IntactLog> {
  const found = await inspectLog(archive, memory, signal);
  const { keys, tree } = found;
  const closed = closedBy(found);
  if (closed !== null || tree === null)
    throw new LongplayError(
      'incomplete',
      'L105',
      `no key is handed out: ${closed ?? 'the log does not match its signed state'}`,
      'run: longplay log verify ARCHIVE',
    );
  return { found, keys, tree };
}

/**
 * Begins to follow a log. Entries count only if they are covered by a checkpoint that the key named in the log has signed, so that a serving process cannot
 * invent entries. Entries from before this call do not count, so that it cannot use them again.
 * @param memory folder with this machine's keys and its memory of logs
 * @param now monotonic ms
 * @throws LongplayError L105 if the log is damaged, shortened or of another archive
 */
export async function followReceipts(
  archive: { readonly dir: string; readonly id: string },
  memory: string,
  now: () => number,
): Promise<AccessReceipts> {
  const calm = new AbortController().signal;
  const inspected = (): Promise<IntactLog> => inspectIntact(archive, memory, calm);
  const ledger = createLedger(archive.dir, now);
  const cases = createCaseFacts();
  const keeping = createKeepingEntries();
  const notes = createNotes();
  const followers = [cases, keeping, notes];
  const whole = await inspected();
  for await (const entry of readEntries(archive, whole.found, calm)) for (const one of followers) one.take(entry);
  let { keys, tree } = whole;
  const take = (entry: LogEntry): void => {
    for (const one of [ledger, ...followers]) one.take(entry);
  };
  /** Reads the entries after the last known one. */
  const refresh = async (): Promise<void> => {
    const { checkpoint } = await readCheckpoint(archive.dir);
    const known = treeSize(tree);
    if (checkpoint !== null && checkpoint.size === known) return;
    const next =
      checkpoint === null || checkpoint.size < known || signatureProblem(checkpoint, keys) !== null
        ? null
        : await followEntries(archive.dir, tree, checkpoint);
    if (next !== null && !next.entries.some(({ type }) => type.startsWith('key-'))) {
      tree = next.tree;
      for (const entry of next.entries) take(entry);
      return;
    }
    // A key was changed, or the files are being written, so the whole log is inspected.
    const whole = await inspected();
    if (treeSize(whole.tree) < known)
      throw new LongplayError('incomplete', 'L105', 'no key is handed out: the log became shorter', 'run: longplay log verify ARCHIVE');
    for await (const entry of readEntries(archive, whole.found, calm)) if (entry.seq > known) take(entry);
    ({ keys, tree } = whole);
  };
  let refreshing: Promise<void> | null = null;
  /** Starts a reading, which serves all requests that wait for it. */
  const refreshed = (): Promise<void> => {
    refreshing ??= refresh().finally(() => {
      refreshing = null;
    });
    return refreshing;
  };

  /** Returns whether the log allows something. Reads new entries first, unless known entries already allow it. */
  const afterRefresh = async (allows: () => Promise<boolean>): Promise<boolean> => {
    if (await allows()) return true;
    // A reading in progress may have begun before the entry was written. A second one cannot have.
    for (let attempt = 0; attempt < 2; attempt++) {
      await refreshed();
      if (await allows()) return true;
    }
    return false;
  };
  return {
    has: (request) => afterRefresh(() => ledger.allows(request)),
    hasCase: (request) => afterRefresh(() => ledger.allowsCase(request)),
    keeping: async () => {
      await refreshed();
      return { ...keeping, notes };
    },
    cases: async () => {
      await refreshed();
      return cases;
    },
  };
}

/** The entries that allow an access. */
interface Ledger {
  take(entry: LogEntry): void;
  allows(request: Omit<KeyRequest, 'bags'>): Promise<boolean>;
  allowsCase(request: CaseKeyRequest): Promise<boolean>;
}

function createLedger(dir: string, now: () => number): Ledger {
  const entered = new Map<string, number>();
  const exports: Announced[] = [];
  const reads: Announced[] = [];
  const details = createDetailsReader(dir);

  const take = (entry: LogEntry): void => {
    const { type, detail } = entry;
    const { session, recording, file, case: id } = detail;
    if (typeof session !== 'string') return;
    const caseId = typeof id === 'string' ? id : null;
    const announced = type === 'export-begun' ? exports : type === 'case-read' ? reads : null;
    if (announced !== null) {
      announced.push({ at: now(), session, caseId, entry, recordings: null });
      if (announced.length > mostExports) announced.shift();
    }
    if (type === 'cases-listed' || type === 'case-shown') enter(receiptKey(session, caseId, type, null));
    const [, action] = /^recording-(shown|listened|taken)$/.exec(type) ?? [];
    if (action === undefined || typeof recording !== 'string') return;
    enter(receiptKey(session, recording, action, typeof file === 'string' ? file : null));
  };
  const enter = (key: string): void => {
    entered.delete(key);
    entered.set(key, now());
    const [oldest] = entered.keys();
    if (entered.size > mostEntries && oldest !== undefined) entered.delete(oldest);
  };
  const isRecent = (key: string): boolean => {
    const at = entered.get(key);
    return at !== undefined && now() - at < lastingMs;
  };
  const lists = async (one: Announced, recordingId: string): Promise<boolean> => {
    if (one.recordings === null) {
      const listed = (await details.of(one.entry))?.recordings;
      one.recordings = new Set(Array.isArray(listed) ? listed.filter((id) => typeof id === 'string') : []);
    }
    return one.recordings.has(recordingId);
  };
  const isEntered = async ({ session, recordingId, action, file }: Omit<KeyRequest, 'bags'>): Promise<boolean> => {
    if (action === 'exported') {
      for (const one of exports) if (one.session === session && now() - one.at < exportMs && (await lists(one, recordingId))) return true;
      return false;
    }
    // An entry about playing names no file and allows only sound files. An entry about a description allows nothing but the description.
    if (action === 'listened' ? file === null || !isSoundName(file) : action === 'shown' && file !== null) return false;
    return isRecent(receiptKey(session, recordingId, action, action === 'taken' ? file : null));
  };
  const isEnteredForCase = async ({ session, action, caseId, recordings }: CaseKeyRequest): Promise<boolean> => {
    if (action === 'listed') return caseId === null && isRecent(receiptKey(session, null, 'cases-listed', null));
    if (caseId === null) return false;
    if (action === 'shown') return isRecent(receiptKey(session, caseId, 'case-shown', null));
    const [all, forMs] = action === 'read' ? [reads, lastingMs] : [exports, exportMs];
    const own = all.filter((one) => one.session === session && one.caseId === caseId && now() - one.at < forMs);
    for (const { recordingId } of recordings) {
      let isListed = false;
      for (const one of own) if (await lists(one, recordingId)) isListed = true;
      if (!isListed) return false;
    }
    return true;
  };
  return { take, allows: isEntered, allowsCase: isEnteredForCase };
}

function receiptKey(session: string, recording: string | null, action: string, file: string | null): string {
  return JSON.stringify([session, recording, action, file]);
}
