import { join } from 'node:path';
import { casesFolder } from '../../archive/documents/case-json.ts';
import { reportsFolder } from '../../archive/documents/report-names.ts';
import { makeFolderDurable } from '../../archive/files/durable.ts';
import { removeTemporaries } from '../../archive/files/temporaries.ts';
import { agree } from '../../core/base/agree.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { resultOf, withResult } from '../../core/base/with-result.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { endOfDay } from '../../core/time/calendar-day.ts';
import type { EntryType } from '../../log/entries/entry-types.ts';
import { logFolder } from '../../log/entries/log-entry.ts';
import { lockLog } from '../../log/files/lock.ts';
import { erasureCarried } from '../../log/history/erasure-debts.ts';
import { readCaseHistories } from '../../log/read/case-digests.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import { primaryName } from '../../log/read/replica-register.ts';
import { copyPlain, plainState, topFiles } from '../place/around.ts';
import { syncDetails } from '../place/details.ts';
import { createHistories, findTagManifests } from '../place/history.ts';
import { isLocked } from '../place/lock.ts';
import type { CopiesMemory } from '../place/memory.ts';
import type { Copy, PrimaryCopy } from '../place/place.ts';
import type { StampFiles } from '../place/stamps.ts';
import { type BagPlace, bagPlace, clearDrafts, copyBag } from './bag.ts';
import { syncCases } from './cases.ts';
import { placeName } from './check-bag.ts';
import {
  backInClear,
  removeClearCaseFiles,
  removeClearCatalog,
  removeClearReports,
  removeClearScratch,
  removeViewer,
  stillInClear,
} from './clear-files.ts';
import { syncReports } from './entered.ts';
import { type CarriedErasure, carryErasures, casesBehind, debtOf, erasedFinding, holdsErased, stillNaming } from './erased.ts';
import { compareLogs, copyLog, damageOf } from './log.ts';
import { namesOf, soundSource, unfinished } from './sound-source.ts';
import { unknownBags } from './unknown-bags.ts';
import { syncViewer } from './viewer.ts';

/** Appends an entry to the archive's log. The entry is on disk when the promise resolves. */
export type Append = (
  type: EntryType,
  detail: Readonly<Record<string, string | number | boolean | null>>,
  /** Details that are stored beside the entry and can be erased. */
  details?: Readonly<Record<string, string>>,
) => Promise<void>;

/** Events of a sync. */
export type SyncEvent =
  | Finding
  | { readonly kind: 'copied'; readonly replica: string; readonly bag: string; readonly bytes: number }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly bytes: number };

/** Result of a sync. */
export interface SyncOutcome {
  readonly replica: string;
  readonly bagsCopied: number;
  /** Number of the archive's bags that the replica has, by name: a sync does not read existing bags. */
  readonly bagsThere: number;
  readonly bytes: number;
  /** Number of bags that were replaced or removed because recordings were erased from them. Absent: no bag was. */
  readonly bagsErased?: number;
  /** True if an erasure is still outstanding on the replica. Absent: none is. */
  readonly owes?: boolean;
  /** Number of bags that are still missing on the replica or differ from the archive; each has a finding. */
  readonly bagsNotWell: number;
  /** `copied`: updated; `same`: was up to date; `held-back`: not copied, with a finding. */
  readonly log: 'copied' | 'same' | 'held-back';
}

/** What a sync works with. */
export interface SyncTools {
  readonly memory: CopiesMemory;
  readonly append: Append;
  /** Checks that a copy is still the same folder. @throws LongplayError R101 */
  readonly confirm: (copy: Copy) => void;
  /** Returns the current ISO time. */
  readonly now: () => string;
  /** Earliest time at which the retention policy demands a deletion from each bag, in milliseconds since 1970. Absent: the policy demands none. */
  readonly deletions?: ReadonlyMap<string, number>;
}

/**
 * Updates a replica: missing bags, then reports and the files at the top, the log, and the viewer that the log names. Bags are copied completely or not at all,
 * and only from intact ones; cases and reports only as the log records them. On the replica a sync overwrites or deletes only the viewer and what was erased
 * from the archive; other differences are findings. After an interruption the next sync continues. The caller holds both locks.
 * @throws LongplayError A107 if the replica cannot be written, R101 if a copy became unreachable.
 */
export async function* syncReplica(
  primary: PrimaryCopy,
  replica: Copy,
  { memory, append, confirm, now, deletions = new Map() }: SyncTools,
  signal: AbortSignal,
): AsyncGenerator<SyncEvent, SyncOutcome> {
  confirm(replica);
  await makeFolderDurable(join(replica.dir, 'bags'));
  await clearDrafts(replica);
  const lockedUntil = memory.replicas.get(replica.name)?.lockedUntil ?? null;
  const lock = lockedUntil !== null && isLocked({ lockedUntil }, now()) ? lockedUntil : null;
  const carried = yield* carry(primary, replica, { memory, append, lock }, signal);
  const { histories } = memory;
  const wanted = [...histories.bags].filter(([, history]) => !history.deleted).map(([bag]) => bag);
  const { lacking, behind, ...compared } = yield* compareBags(wanted, replica, { memory, append });
  let { notWell } = compared;
  yield* unknownBags(primary, replica, memory, confirm);
  const there = wanted.length - lacking.length;
  const missing = new Set(lacking);
  let copied = 0;
  let { bytes } = carried;
  for (const [index, bag] of lacking.entries()) {
    signal.throwIfAborted();
    yield { kind: 'progress', done: index, total: lacking.length, bytes };
    const refused = lock === null ? null : tooEarly(bag, replica, deletions.get(bag), lock);
    if (refused !== null) {
      notWell++;
      yield refused;
      continue;
    }
    const source = await soundSource(bag, primary, memory, signal);
    // A disk that became unreachable looks as if everything on it were lost, and nothing may be written to the folder beneath its mount point.
    for (const copy of [primary, replica]) confirm(copy);
    if (source.kind === 'finding') {
      notWell++;
      yield source;
      continue;
    }
    if (source.byItself) yield finding('R126', `bags/${bag}`, 'the log has no digests of it: it is copied as its own manifests describe it');
    const made = await copyBag(bag, { truth: source.truth, sourcesOf: () => [{ copy: primaryName, folder: source.folder }] }, replica, signal);
    if (made.is === 'lacking') {
      confirm(primary);
      notWell++;
      yield finding(made.refused ? 'R135' : 'R111', `bags/${bag}`, `was not copied to ${replica.name}: ${made.path} ${made.why}`);
      continue;
    }
    copied++;
    missing.delete(bag);
    bytes += made.bytes;
    await append('bag-copied', { bag, replica: replica.name, bytes: made.bytes });
    yield { kind: 'copied', replica: replica.name, bag, bytes: made.bytes };
  }
  for (const copy of [primary, replica]) confirm(copy);
  yield* syncPlainFiles(primary, replica, memory);
  bytes += yield* syncReports(primary, replica, memory.enteredFiles, signal);
  // Copies most cases here. Under the lock of the log below, only later changes and findings remain.
  bytes += await resultOf(syncCases(primary, replica, memory.cases, signal));
  confirm(replica);
  // What killed syncs left may have what is erased meanwhile.
  if (lock === null) for (const folder of [casesFolder, reportsFolder]) await removeTemporaries(join(replica.dir, folder));
  const log = yield* syncLog(primary, replica, { behind, missing, stampFiles: memory.stampFiles }, signal);
  // The viewer is copied after the log that names it, and never beside a log that does not name it.
  if (log !== 'held-back') bytes += yield* syncViewer(primary, replica, memory.viewerLists, signal);
  const isClear = lock === null && log !== 'held-back' && (yield* removeClear(primary, replica, memory));
  const owes = yield* settleErasures(replica, { ...carried, owes: carried.owes || log === 'held-back' || isClear }, { memory, append });
  // Logged before the log is copied, so that every copy has the entry.
  if (!owes && (memory.erasures.debts.has(replica.name) || carried.bags > 0))
    yield* syncLog(primary, replica, { behind, missing, stampFiles: memory.stampFiles }, signal);
  return {
    ...{ replica: replica.name, bagsCopied: copied, bagsThere: there, bytes, bagsNotWell: notWell, log },
    ...(carried.bags > 0 ? { bagsErased: carried.bags } : {}),
    ...(owes ? { owes } : {}),
  };
}

/**
 * Compares the bags of a replica with the log by their tag manifests.
 * @returns the missing bags, the number of bags that are not as they landed, and the number of those that are in an older state
 */
async function* compareBags(
  wanted: readonly string[],
  replica: Copy,
  { memory, append }: Pick<SyncTools, 'memory' | 'append'>,
): AsyncGenerator<SyncEvent, { readonly lacking: readonly string[]; readonly notWell: number; readonly behind: number }> {
  const lacking: string[] = [];
  let notWell = 0;
  let behind = 0;
  for (const bag of [...wanted].sort(byCodePoint)) {
    const place = bagPlace(replica, bag);
    if (place.is === 'absent') {
      lacking.push(bag);
      continue;
    }
    if (holdsErased(replica, bag, memory)) {
      behind++;
      yield erasedFinding(replica, bag, memory);
      continue;
    }
    const found = differs(bag, place, replica, memory);
    if (found !== null) {
      notWell++;
      if (found.code === 'R119') behind++;
      yield found;
    }
    // The bag is on the replica although the log does not say so: the sync that copied it was killed, or somebody else copied it.
    else if (!memory.held(replica.name, bag)) await append('bag-copied', { bag, replica: replica.name, bytes: 0 });
  }
  return { lacking, notWell, behind };
}

/** Returns R155 for a bag from which something must be deleted before the lock of the replica ends; null if it may be copied. */
function tooEarly(bag: string, { name }: Copy, deletionMs: number | undefined, lockedUntil: string): Finding | null {
  if (deletionMs === undefined || deletionMs >= endOfDay(lockedUntil)) return null;
  const day = new Date(deletionMs).toISOString().slice(0, 10);
  return finding('R155', `bags/${bag}`, `was not copied to ${name}, which is locked until ${lockedUntil}: the policy demands a deletion by ${day}`);
}

/** Erases from the replica what was erased from the archive; called before anything else is copied. */
async function* carry(
  primary: Copy,
  replica: Copy,
  { memory, append, lock }: Pick<SyncTools, 'memory' | 'append'> & { readonly lock: string | null },
  signal: AbortSignal,
): AsyncGenerator<SyncEvent, CarriedErasure> {
  // Nothing that is begun on such a medium can be undone.
  if (lock !== null && memory.erasures.debts.has(replica.name)) return { bags: 0, bytes: 0, owes: true };
  const taken = withResult(carryErasures(primary, replica, memory, signal));
  for await (const event of taken) {
    if (event.kind === 'finding') yield event;
    else {
      await append('bag-copied', { bag: event.bag, replica: replica.name, bytes: event.bytes });
      yield { kind: 'copied', replica: replica.name, bag: event.bag, bytes: event.bytes };
    }
  }
  return taken.result();
}

/**
 * Removes from a replica what has been sealed in the archive since, and what somebody put there in clear later. Each such thing that is left has a finding.
 * @returns true if the replica owes the sealing, and something in clear is left
 */
async function* removeClear(primary: PrimaryCopy, replica: Copy, memory: CopiesMemory): AsyncGenerator<SyncEvent, boolean> {
  const owes = memory.erasures.debts.get(replica.name)?.seals === true;
  if (!owes && !primary.isSealed) return false;
  await removeClearReports(replica, memory.enteredFiles, primary);
  await removeClearCaseFiles(replica);
  await removeViewer(replica);
  await removeClearCatalog(replica);
  await removeClearScratch(replica);
  if (!owes) {
    yield* backInClear(replica, 'and the archive has no sealed form of it: move it away, or delete it');
    return false;
  }
  let isLeft = false;
  for await (const found of stillInClear(replica)) {
    isLeft = true;
    yield found;
  }
  return isLeft;
}

/** Logs that a replica has followed all erasures, if nothing erased is left on it. @returns true if an erasure is still outstanding */
async function* settleErasures(
  replica: Copy,
  { bags, owes }: CarriedErasure,
  { memory, append }: Pick<SyncTools, 'memory' | 'append'>,
): AsyncGenerator<SyncEvent, boolean> {
  if (!memory.erasures.debts.has(replica.name) && bags === 0) return false;
  const left = owes ? null : stillNaming(replica, memory);
  if (left !== null) yield finding('E121', placeName(replica, left), 'names erased recordings');
  const cases = [...casesBehind(replica, memory)];
  yield* cases;
  if (!owes && left === null && cases.length === 0) {
    await append(erasureCarried, { replica: replica.name, bags });
    return false;
  }
  yield* debtOf(replica, memory);
  return true;
}

/** Returns a finding about a bag on the replica; null if its tag manifests are those that landed. */
function differs(bag: string, place: Exclude<BagPlace, { is: 'absent' }>, replica: Copy, { histories }: CopiesMemory): Finding | null {
  const where = `${replica.name}:bags/${bag}`;
  if (place.is === 'blocked') return finding('R138', where, `nothing is written there: ${place.why}`);
  if (place.is === 'other') return finding('R110', where, 'is not a folder; it was left unchanged');
  const identity = histories.identify(bag, findTagManifests(place.path));
  if (identity.is === 'as-landed' || identity.is === 'unknown') return null;
  if (identity.is === 'unreadable') return finding('R135', where, `could not be checked: it cannot be read: ${identity.error}`);
  if (identity.is === 'unfinished') return unfinished(where, identity.algorithms);
  if (identity.is === 'rolled-back') return finding('R119', where, 'is from before the bag was rehashed; it was left unchanged');
  if (identity.is === 'swapped') return finding('R110', where, `is another bag, ${identity.other}; it was left unchanged`);
  return finding('R110', where, `is not the bag that landed: ${namesOf(identity)}; it was left unchanged`);
}

async function* syncPlainFiles(primary: Copy, replica: Copy, memory: CopiesMemory): AsyncGenerator<Finding> {
  for (const { name, digests } of topFiles(memory.plainFiles)) {
    const state = plainState(replica.dir, name, digests);
    // A verifier of an earlier version is replaced by the newest one.
    const isOlder = state === 'well' && plainState(replica.dir, name, digests.slice(-1)) !== 'well';
    if (state === 'well' && (!isOlder || plainState(primary.dir, name, digests.slice(-1)) !== 'well')) continue;
    if (isOlder || (state === 'missing' && plainState(primary.dir, name, digests) === 'well')) await copyPlain(primary.dir, replica.dir, name);
    else if (state === 'missing')
      yield finding('R117', name, `is missing on ${replica.name}, and the archive's own file is altered: it was not copied`);
    else yield finding('R117', `${replica.name}:${name}`, 'differs from when the archive was created; it was left unchanged');
  }
}

async function* syncLog(
  primary: Copy & { readonly id: string | null },
  replica: Copy,
  { behind, missing, stampFiles }: { readonly behind: number; readonly missing: ReadonlySet<string>; readonly stampFiles: StampFiles },
  signal: AbortSignal,
): AsyncGenerator<Finding, SyncOutcome['log']> {
  // Nothing may be logged during the copy. Otherwise a checkpoint could be copied before its entries, or before a bag that landed meanwhile.
  await using _lock = await lockLog(primary, signal);
  const where = placeName(replica, logFolder);
  // The cases are copied before the log, so that the replica's log never names a case that the replica lacks.
  yield* syncCases(primary, replica, await readCaseHistories(primary, null, signal), signal);
  const [wrong] = damageOf(await inspectLog(primary, null, signal));
  if (wrong !== undefined) {
    yield finding('R115', logFolder, `is damaged (${wrong.code} ${wrong.place}: ${wrong.message}) and was not copied to ${replica.name}`);
    return 'held-back';
  }
  const { relation, at, damage, knownEntries, otherEntries } = await compareLogs(primary, { dir: replica.dir, id: primary.id }, signal);
  if (relation === 'ahead' || relation === 'forked') {
    const how =
      relation === 'ahead' ? agree`has ${otherEntries} entr[y|ies], the archive's has ${knownEntries}` : `differs from the archive's in entry ${at}`;
    yield finding('R114', where, `${how}; it was left unchanged`);
    return 'held-back';
  }
  const [first] = damage;
  if (first !== undefined && relation !== 'absent') {
    yield finding('R115', where, `is damaged (${first.code} ${first.place}: ${first.message}); it was left unchanged`);
    return 'held-back';
  }
  if (behind > 0) {
    yield finding('R118', where, agree`was not updated: it would name states that ${behind} bag[s] on ${replica.name} [does|do] not have yet`);
    return 'held-back';
  }
  const news = await notTold(replica, missing, signal);
  if (news > 0) {
    yield finding('R118', where, agree`was not updated: it would name ${news} bag[s] that ${replica.name} does not have`);
    return 'held-back';
  }
  const details = yield* syncDetails(primary, replica, signal);
  return (yield* copyLog(primary, replica, stampFiles, signal)) + details > 0 ? 'copied' : 'same';
}

/** Counts the bags that the replica's own log does not name. */
async function notTold({ dir }: Copy, bags: ReadonlySet<string>, signal: AbortSignal): Promise<number> {
  if (bags.size === 0) return 0;
  const told = createHistories();
  for await (const entry of loggedEntries({ dir, id: null }, null, signal)) told.take(entry);
  return [...bags].filter((bag) => !told.bags.has(bag)).length;
}
