import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolderDurable, writeDurable, writeDurableNew } from '../archive/files/durable.ts';
import { LongplayError } from '../core/base/error.ts';
import type { Finding } from '../core/findings/finding.ts';
import { createBagCopies } from '../core/model/bag-copies.ts';
import { createSealingRecord } from '../core/model/sealing.ts';
import type { Actor, PrivateDetail } from './entries/actor.ts';
import type { EntryType } from './entries/entry-types.ts';
import { checkpointFile, entryBytes, type LogDetail, type LogEntry, logFolder, type NewEntry, type TimedEntry } from './entries/log-entry.ts';
import { createKnownErasures, type KnownErasures } from './erasure/known-erasures.ts';
import { followEntries } from './files/follow-log.ts';
import { lockLog } from './files/lock.ts';
import { type LogState, writeEntries } from './files/writer.ts';
import { keyFile, makeKey, promoteNextKey, readKey, readNextKey, refuseOpenKey, rememberCheckpoint } from './keys/key-store.ts';
import { otherPlace, refuseOtherArchive } from './keys/known-places.ts';
import { readCheckpoint } from './keys/vouching.ts';
import { createAbandonedPages } from './read/abandoned-pages.ts';
import { inspectLog } from './read/inspect-log.ts';
import { createKeepingEntries, type KeepingEntries } from './read/keeping-entries.ts';
import { readEntries } from './read/read-log.ts';
import { repairLog } from './read/repair-log.ts';
import { refuseReplicaOf, replicaHere } from './read/replica-here.ts';
import { createRegister, type Replica } from './read/replica-register.ts';
import { checkpointText, logOrigin } from './tree/checkpoint.ts';
import { leafHash } from './tree/merkle.ts';
import { checkSignature, type NoteKey, noteKey, rawPublicKey, signNote, verifierKey } from './tree/signed-note.ts';
import { bundleBytes, tileBytes, tilePath, treeSize } from './tree/tile-tree.ts';
import { createCaseEntries, type KeptCaseEntry } from './who/case-entries.ts';
import { createEntryAuthor } from './who/entry-author.ts';
import { detailsForgotten } from './who/erasure.ts';
import { createNotes, type KnownNotes } from './who/notes.ts';

/** Environment of a log. */
export interface LogTools {
  /** Returns the current ISO time. */
  readonly now: () => string;
  /** Folder of this machine's signing keys and memory, outside the archive. */
  readonly keys: string;
  /** Returns the user who runs the program: the author of entries that name no other user. Absent or null: nobody, e.g. in a test. */
  readonly actor?: () => Actor | null;
  /** Name of the replica that replaces the archive now: writing to the replica's log is then intended. */
  readonly takesPlace?: string;
  /**
   * Whether the run may continue a log whose end is lost, which records the loss for ever. Absent: it is refused. `if-alone`: only if the log names no replica, which
   * may have the lost entries.
   */
  readonly givesUpEnd?: 'always' | 'if-alone';
  /** True for a verification, which reports another archive at the path (L120) and logs what it read of that archive. */
  readonly anyPlace?: boolean;
}

/** An archive's log, open for writing. */
export interface ArchiveLog {
  /**
   * Logs an action. The entry is on disk and signed when the promise resolves. Calls that wait for an earlier one are written together, in order.
   * @throws LongplayError A107
   */
  append(type: EntryType, detail: LogDetail, details?: PrivateDetail): Promise<void>;
  /** Logs several actions with one signature. */
  appendAll(entries: readonly NewEntry[]): Promise<void>;
  /** Returns the details of the ingest of each bag that was not deleted afterwards, by name. */
  landedBags(): ReadonlyMap<string, LogDetail>;
  /** Returns the newest acceptance of differences for each code and request: see `acceptanceKey`. */
  acceptances(): ReadonlyMap<string, LogDetail>;
  /** Returns the details of bags that were announced and have not appeared yet, by name: the newest announcement of each. */
  announcedBags(): ReadonlyMap<string, LogDetail>;
  /** Returns the pages of the keyring that were announced for bags which never appeared with them: the name of the bag by page. */
  abandonedPages(): ReadonlyMap<string, string>;
  /** Returns a keyed digest of a text that must be recognisable but not readable. @throws LongplayError incomplete L127, A107 */
  mark(text: string): Promise<string>;
  /** Returns the digest of longplay.json according to the newest entry that has one; null: there is none. */
  marker(): string | null;
  /** Returns the digests of all versions of check.py in the archive, newest last. */
  verifiers(): readonly string[];
  /** Returns the newest verification of each bag, or its repair if that is later, by name of the bag; for the archive itself, not its replicas. */
  verifiedBags(): ReadonlyMap<string, TimedEntry>;
  /** Returns notes and tags of reviewers. */
  notes(): KnownNotes;
  /** Returns the actions on a case, oldest first. */
  caseEntries(id: string): readonly KeptCaseEntry[];
  /** Returns the entries about legal holds and retention, and the first landing of each bag. */
  keepingEntries(): Pick<KeepingEntries, 'all' | 'landings'>;
  /** Returns the requests to erase recordings, and what was erased. */
  erasures(): KnownErasures;
  /** Returns the registered replicas. */
  replicas(): ReadonlyMap<string, Replica>;
  /** Returns the replicas that have a bag, according to the log. */
  copiesOf(bag: string): readonly string[];
  /**
   * Returns the ISO times of the newest known entry, and of the end of the last verification of the archive itself that was not stopped; null: there
   * is none.
   */
  lastTimes(): { readonly entry: string | null; readonly verification: string | null };
  /** Reads what other runs have logged since the last entry of this one. @throws LongplayError A107 */
  refresh(): Promise<void>;
  /** Faults of the log when it was opened. */
  readonly findings: readonly Finding[];
  close(): Promise<void>;
}

/**
 * Begins the log of a new archive, or completes an interrupted beginning.
 * @param detail content of the first entry besides the archive's id and key
 * @throws LongplayError L123: the archive is elsewhere, and this is a replica that was never synchronised
 */
export async function beginLog(
  archive: { readonly dir: string; readonly id: string; readonly createdAt: string },
  detail: LogDetail,
  keys: string,
): Promise<void> {
  const key = await makeKey(keys, archive);
  const log = join(archive.dir, logFolder);
  await makeFolderDurable(log);
  // Another process that created the log may have continued writing.
  if (existsSync(join(archive.dir, checkpointFile))) return;
  // `bags` is created last in a new archive. If it exists, this may be a registered replica that was never synchronised.
  if (existsSync(join(archive.dir, 'bags'))) await refuseSecondLog(archive, keys);
  const origin = logOrigin(archive.id);
  const own = verifierKey(noteKey(origin, rawPublicKey(key)));
  const entry = entryBytes({ time: archive.createdAt, type: 'archive-created', detail: { ...detail, archive: archive.id, key: own } });
  const root = leafHash(entry);
  for (const [level, bytes] of [['entries', bundleBytes([entry])] as const, [0, tileBytes([root])] as const]) {
    const path = join(log, tilePath({ level, index: 0, width: 1 }));
    await makeFolderDurable(dirname(path));
    await writeDurable(path, bytes);
  }
  const note = signNote(checkpointText({ origin, size: 1, root }), origin, key);
  // If another process was first, its log counts, and whoever opens it stores its checkpoint.
  if (await writeDurableNew(join(archive.dir, checkpointFile), note)) await rememberCheckpoint(keys, archive.id, note);
}

/** Signing key. */
interface Signer {
  readonly key: KeyObject;
  readonly own: NoteKey;
}

/**
 * Opens a log for writing, and repairs it: removes leftovers of an interrupted append and rewrites tiles that differ from the entries. `findings` has
 * the faults, and an entry records them.
 * One function: loading, catching up with other processes and appending change one state, which nothing else may touch.
 * @throws LongplayError incomplete L104: this machine has no key for the log; L105: the log is damaged beyond repair; L108: the key is another one;
 * L120: this machine knows another archive at the path; L123: the archive is elsewhere, and this is a copy without a log; L117: everybody can write
 * the key; L132: its end is lost; usage R107: the archive is a replica
 */
export async function openLog(
  archive: { readonly dir: string; readonly id: string },
  { now, keys, actor, takesPlace, anyPlace, givesUpEnd }: LogTools,
): Promise<ArchiveLog> {
  if (anyPlace !== true) await refuseOtherArchive(keys, archive);
  const calm = new AbortController().signal;
  const origin = logOrigin(archive.id);
  /** Reads the key from disk every time: another run may have replaced it. */
  const heldKey = async (): Promise<Signer> => {
    await refuseOpenKey(keys, archive.id);
    const held = (await readKey(keys, archive.id)) ?? (await readNextKey(keys, archive.id));
    if (held === null) throw keyMissing(archive, keys);
    return { key: held, own: noteKey(origin, rawPublicKey(held)) };
  };
  let { key, own } = await heldKey();
  const landed = new Map<string, LogDetail>();
  const announced = new Map<string, LogDetail>();
  const abandoned = createAbandonedPages();
  const verified = new Map<string, TimedEntry>();
  const copies = createBagCopies();
  const notes = createNotes();
  const cases = createCaseEntries();
  const keeping = createKeepingEntries();
  const erasures = createKnownErasures(archive.id);
  let register = createRegister();
  const acceptances = new Map<string, LogDetail>();
  const verifiers: string[] = [];
  let marker: string | null = null;
  let lastTimes: ReturnType<ArchiveLog['lastTimes']> = { entry: null, verification: null };
  /** Times when the lock was last released: while the log is read again, these stay known. */
  let settledTimes = lastTimes;
  let findings: readonly Finding[] = [];
  let state: LogState = { tree: { full: [], tail: [] }, tail: [], isDamaged: false };
  const sealing = createSealingRecord();
  const author = createEntryAuthor({ ...archive, sealing }, keys, actor ?? (() => null));
  /** Checkpoint after this run's last write: a different checkpoint on disk means that another run has written since. */
  let last: string | null = null;

  const load = async (): Promise<void> => {
    const found = await inspectLog(archive, keys, calm);
    if (found.size === 0 && found.remembers) await refuseSecondLog(archive, keys);
    ({ key, own } = await heldKey());
    const inForce = found.keys.inForce(found.size);
    if (inForce !== null && inForce.id !== own.id) {
      // A key change was stopped after it was logged.
      const next = await readNextKey(keys, archive.id);
      const known = next === null ? null : noteKey(origin, rawPublicKey(next));
      if (next === null || known?.id !== inForce.id) throw otherKey(archive, keys, own.id, inForce.id);
      await promoteNextKey(keys, archive.id, own.id);
      [key, own] = [next, known];
    }
    findings = found.findings;
    landed.clear();
    announced.clear();
    abandoned.clear();
    verified.clear();
    copies.clear();
    notes.clear();
    cases.clear();
    keeping.clear();
    erasures.clear();
    acceptances.clear();
    sealing.clear();
    verifiers.length = 0;
    marker = null;
    lastTimes = { entry: null, verification: null };
    register = createRegister();
    for await (const entry of readEntries(archive, found, calm)) take(entry);
    await refuseReplicaOf(archive.dir, register.replicas, takesPlace);
    const order = {
      ownKey: verifierKey(own),
      time: now(),
      givesUpEnd: await mayGiveUpEnd(archive.dir, { givesUpEnd, takesPlace }, register.replicas),
    };
    const repaired = await repairLog(archive, found, order);
    state = repaired.state;
    last = found.checkpoint?.text ?? null;
    if (repaired.notes.length > 0) await write(repaired.notes.map((note) => ({ ...note, actor: null })));
    // This machine sees the log for the first time, and without faults: from now on it notices an older state.
    else if (!found.remembers && last !== null && found.findings.length === 0) await rememberCheckpoint(keys, archive.id, last);
  };
  /** Reads what another run logged after the known entries; returns false if something else happened as well. */
  const catchUp = async (): Promise<boolean> => {
    const { checkpoint } = await readCheckpoint(archive.dir);
    const size = treeSize(state.tree);
    if (checkpoint === null || checkpoint.size <= size || checkpoint.origin !== origin) return false;
    if (checkSignature(checkpoint.note, own).verdict !== 'valid') return false;
    const next = await followEntries(archive.dir, state.tree, checkpoint);
    if (next === null || next.entries.some(({ type }) => type.startsWith('key-'))) return false;
    const isSameBundle = next.tree.full.length === state.tree.full.length;
    const tail = [...state.tail, ...next.bytes].slice(-next.tree.tail.length || Number.POSITIVE_INFINITY);
    state = { tree: next.tree, tail, isDamaged: state.isDamaged && isSameBundle };
    last = checkpoint.text;
    for (const entry of next.entries) take(entry);
    return true;
  };
  const take = (entry: Omit<LogEntry, 'kind'>): void => {
    const { type, detail, time } = entry;
    const isVerified = type === 'verification-finished' && detail.complete === true && typeof detail.replica !== 'string';
    lastTimes = { entry: time, verification: isVerified ? time : lastTimes.verification };
    if (type === detailsForgotten) author.startAnew();
    copies.take(entry);
    notes.take(entry);
    cases.take(entry);
    keeping.take(entry);
    erasures.take(entry);
    abandoned.take(entry);
    sealing.take(entry);
    register.take(entry);
    if (typeof detail.bag === 'string') {
      if (type === 'bag-landed') landed.set(detail.bag, detail);
      else if (type === 'deleted') landed.delete(detail.bag);
      if (type === 'bag-intended') announced.set(detail.bag, detail);
      else if (type === 'bag-landed' || type === 'bag-withdrawn') announced.delete(detail.bag);
    }
    if (typeof detail.markerSha256 === 'string') marker = detail.markerSha256;
    if (typeof detail.verifierSha256 === 'string') verifiers.push(detail.verifierSha256);
    if (type === 'difference-accepted') acceptances.set(acceptanceKey(detail), detail);
    if (type === 'bag-verified' && typeof detail.bag === 'string' && typeof detail.replica !== 'string') verified.set(detail.bag, entry);
    // Earlier results no longer apply to the bag, which has not been checked since.
    if (type === 'bag-repaired' && typeof detail.bag === 'string' && detail.to === 'primary') verified.set(detail.bag, entry);
  };
  const write = async (entries: readonly NewEntry[]): Promise<void> => {
    const time = now();
    const before = treeSize(state.tree);
    const details = await author.write(entries, before);
    const timed = details.map((detail, at): TimedEntry => ({ time, type: entries[at]?.type ?? '', detail }));
    const bytes = timed.map((entry) => entryBytes(entry));
    const written = await writeEntries(archive, state, bytes, key);
    ({ state } = written);
    last = written.note;
    // The entries are logged even if this machine cannot store the checkpoint.
    for (const [at, entry] of timed.entries()) take({ ...entry, seq: before + at + 1 });
    await rememberCheckpoint(keys, archive.id, written.note);
  };
  const locked = async (work: () => Promise<void>): Promise<void> => {
    await using _lock = await lockLog(archive, calm);
    await work();
    settledTimes = lastTimes;
  };
  const appendNow = (entries: readonly NewEntry[]): Promise<void> =>
    locked(async () => {
      if ((await readCheckpoint(archive.dir)).checkpoint?.text !== (last ?? undefined) && !(await catchUp())) await load();
      if (entries.length > 0) await write(entries);
    });

  // The lock is in the folder log/, which may be missing.
  await makeFolderDurable(join(archive.dir, logFolder));
  await locked(load);
  let queue: Promise<void> = Promise.resolve();
  /** Entries that wait until earlier ones are written: they are then written together, with one signature. */
  let waiting: { readonly entries: NewEntry[]; readonly done: Promise<void> } | null = null;
  const appendAll = (entries: readonly NewEntry[]): Promise<void> => {
    if (waiting !== null) {
      waiting.entries.push(...entries);
      return waiting.done;
    }
    const own: NewEntry[] = [...entries];
    const done = queue.then(() => {
      waiting = null;
      return appendNow(own);
    });
    waiting = { entries: own, done };
    // The caller receives the failure; it must not stop the entries that wait.
    queue = done.catch(() => undefined);
    return done;
  };
  return {
    append: (type, detail, details) => appendAll([{ type, detail, ...(details === undefined ? {} : { details }) }]),
    appendAll,
    landedBags: () => landed,
    announcedBags: () => announced,
    abandonedPages: () => abandoned.bags,
    verifiedBags: () => verified,
    erasures: () => erasures,
    replicas: () => register.replicas,
    copiesOf: (bag) => copies.of(bag),
    notes: () => notes,
    caseEntries: (id) => cases.of(id),
    keepingEntries: () => keeping,
    acceptances: () => acceptances,
    mark: (text) => author.mark(text),
    marker: () => marker,
    verifiers: () => verifiers,
    lastTimes: () => settledTimes,
    refresh: () => appendAll([]),
    findings,
    close: async () => {
      await queue;
    },
  };
}

/**
 * Refuses to restart a missing log in a copy while the archive itself is elsewhere with its log: this machine would take the new log for the
 * continuation of that log.
 * @throws LongplayError L123
 */
async function refuseSecondLog({ dir, id }: { readonly dir: string; readonly id: string }, keys: string): Promise<void> {
  const place = await otherPlace(keys, dir, id);
  if (place === null) return;
  throw new LongplayError(
    'incomplete',
    'L123',
    `${dir} is a copy without a log of the archive at ${place}: nothing is logged in it`,
    `run it on ${place}; to copy bags and log to a replica: longplay replica sync ${place}`,
  );
}

/** Returns true if a run may continue a log whose end is lost. A replica that replaces the archive is often behind it. */
async function mayGiveUpEnd(
  dir: string,
  { givesUpEnd, takesPlace }: Pick<LogTools, 'givesUpEnd' | 'takesPlace'>,
  replicas: ReadonlyMap<string, Replica>,
): Promise<boolean> {
  if (givesUpEnd === 'always' || (givesUpEnd === 'if-alone' && replicas.size === 0)) return true;
  return takesPlace !== undefined && (await replicaHere(dir, replicas)).includes(takesPlace);
}

/** Returns the subject of an acceptance: a finding code within one request. */
export function acceptanceKey({ request = null, code = null }: LogDetail): string {
  return `${request} ${code}`;
}

/** Creates the error for a machine that cannot sign for an archive. */
export function keyMissing(archive: { readonly dir: string; readonly id: string }, keys: string): LongplayError {
  return new LongplayError(
    'incomplete',
    'L104',
    `${keyFile(keys, archive.id)} does not exist: this machine cannot sign for the log of ${archive.dir}`,
    'copy the key from the machine that made the archive, or name its folder in LONGPLAY_KEYS; if it is lost for good: longplay log key ARCHIVE --lost',
  );
}

/** Creates the error for a key of this machine that is not the log's current signing key. */
export function otherKey(archive: { readonly dir: string; readonly id: string }, keys: string, own: string, named: string): LongplayError {
  return new LongplayError(
    'incomplete',
    'L108',
    `${keyFile(keys, archive.id)} is key ${own}, but the log of ${archive.dir} is signed with key ${named}`,
    'copy the newer key from the machine that changed it',
  );
}
