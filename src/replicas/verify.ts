import { join } from 'node:path';
import type { StoredCase } from '../archive/documents/stored-case.ts';
import { verifierName } from '../archive/layout.ts';
import { agree } from '../core/base/agree.ts';
import { byCodePoint } from '../core/base/order.ts';
import { progressIntervalMs, ticking } from '../core/base/progress-ticks.ts';
import { toolName } from '../core/base/version.ts';
import type { Work } from '../core/base/work.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { errorVerdict, type Verdict } from '../core/model/verdict.ts';
import type { LogDetail } from '../log/entries/log-entry.ts';
import { sealingDebts } from '../log/history/erasure-debts.ts';
import { faultsText } from '../log/history/faults.ts';
import { type CaseHistories, readCaseHistories } from '../log/read/case-digests.ts';
import type { Replica } from '../log/read/replica-register.ts';
import type { WorkerPool } from '../media/workers/worker-pool.ts';
import { createBagsWork } from '../verify/bags/bags-work.ts';
import { checkCaseDigests } from '../verify/checks/cases.ts';
import { checkEnteredFiles } from '../verify/checks/entered.ts';
import { detailVerdicts } from '../verify/checks/log.ts';
import { checkStampFiles } from '../verify/checks/stamp-files.ts';
import { checkStrayFiles } from '../verify/checks/stray-files.ts';
import type { VerificationEntries } from '../verify/enter-verification.ts';
import { dueList } from '../verify/schedule/due-list.ts';
import { bagPlace } from './copy/bag.ts';
import { goneSetsOf, newestCase } from './copy/cases.ts';
import { type CheckedBag, checkCopyOfBag, placeName } from './copy/check-bag.ts';
import { backInClear } from './copy/clear-files.ts';
import { erasedFinding, holdsErased } from './copy/erased.ts';
import { compareLogs } from './copy/log.ts';
import { unknownBags } from './copy/unknown-bags.ts';
import { checkReplicaViewer } from './copy/viewer.ts';
import { plainState, topFiles } from './place/around.ts';
import { findTagManifests, type Histories } from './place/history.ts';
import type { CopiesMemory } from './place/memory.ts';
import { type OwnLog, readOwnLog } from './place/own-log.ts';
import type { Copy, PrimaryCopy } from './place/place.ts';

/** Tools of the verification of a replica, and its extent. */
export interface ReplicaVerifyTools {
  readonly memory: CopiesMemory;
  readonly pool: WorkerPool;
  readonly entries: VerificationEntries;
  /** Name of this run in the log. */
  readonly run: string;
  /** `due`: bags whose last reading is older than the replica's period, found a fault, or does not exist. */
  readonly scope: 'all' | 'due';
  /** Checks that the replica is still reachable. @throws LongplayError R101 */
  readonly confirm: (copy: Copy) => void;
}

/** Events of the verification of a replica. */
export type ReplicaVerifyEvent =
  | Verdict
  | Finding
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly bytes: number; readonly work?: Work };

/** What a verification checked and found. */
export interface ReplicaVerifyOutcome {
  readonly replica: string;
  readonly bags: number;
  readonly bagsWell: number;
  readonly files: number;
  readonly recordings: number;
  readonly bytes: number;
  readonly errors: number;
  /** Number of errors about unreadable files, which may be intact. */
  readonly unreachable: number;
  readonly warnings: number;
  /** Number of bags that the replica never had. */
  readonly notCopied: number;
  /** Number of bags that are not due. */
  readonly notDue: number;
  /** False if the replica has no log, because no sync has finished yet. */
  readonly hasLog: boolean;
}

/**
 * Verifies a replica: reads completely each bag that it has or had and compares it with the archive's log; checks the files outside its bags; compares its log
 * with the archive's. The results are logged in the archive under the replica's name.
 */
export async function* verifyReplica(
  primary: PrimaryCopy,
  replica: Replica,
  copy: Copy,
  tools: ReplicaVerifyTools,
  signal: AbortSignal,
): AsyncGenerator<ReplicaVerifyEvent, ReplicaVerifyOutcome> {
  const { memory, entries, run, scope } = tools;
  const own = await readOwnLog(copy, signal);
  const { name, everyMs } = replica;
  const out = {
    ...{ replica: name, bags: 0, bagsWell: 0, files: 0, recordings: 0, bytes: 0 },
    ...{ errors: 0, unreachable: 0, warnings: 0, notCopied: 0, notDue: 0, hasLog: true },
  };
  const had = bagsOf(name, copy, own, memory);
  out.notCopied = had.never;
  const due = wantedBags(had.bags, replica, tools);
  out.notDue = had.bags.length - due.length;
  await entries.add('verification-started', {
    ...{ run, replica: name, scope, everyMs, playEveryMs: null, budget: null, play: 'none', digests: 'all', tool: toolName },
  });
  await entries.flush();
  const kinds: string[] = [];
  const say = (verdict: Verdict): Verdict => {
    if (verdict.severity === 'warning') out.warnings++;
    else {
      out.errors++;
      if (verdict.verdict === 'unreachable') out.unreachable++;
      kinds.push(verdict.verdict);
    }
    return verdict;
  };
  const work = createBagsWork({ lanes: tools.pool.size, total: () => due.length, plays: false, audio: null });
  let complete = false;
  try {
    for await (const item of aroundBags(primary, copy, own, tools, signal)) {
      if (item.kind === 'finding' && item.code === 'R125') out.hasLog = false;
      yield item.kind === 'verdict' ? say(item) : item;
    }
    yield* sealingDebts(memory.erasures, name);
    yield* unknownBags(primary, copy, memory, tools.confirm);
    const check = (bag: string): Promise<CheckedBag> => {
      const count = work.bag(bag, bagFolder(copy, bag), false);
      return checkCopyOfBag(copy, bag, memory.histories, { pool: tools.pool, count }, signal).finally(() => count.end());
    };
    const folders = due.map((bag) => ({ name: bag, path: bagFolder(copy, bag) }));
    void work.measure(folders, signal);
    for await (const checked of ticking(ahead(due, check), progressIntervalMs)) {
      if (checked === null) {
        yield { kind: 'progress', done: out.bags, total: due.length, bytes: work.done().bytes, work: work.work() };
        continue;
      }
      const { bag, found } = checked;
      signal.throwIfAborted();
      // A disk that became unreachable looks as if everything on it were lost.
      if (!found.sound) tools.confirm(copy);
      const verdicts = verdictsOf(bag, found, own.histories, memory);
      for (const verdict of verdicts) yield say(verdict);
      const errors = verdicts.filter(({ severity }) => severity === 'error');
      const state = errors.length === 0 ? 'ok' : found.unreachable ? 'unreachable' : 'faults';
      await entries.add('bag-verified', { run, replica: name, bag, ...readDetail(found, state, errors) });
      out.bags++;
      if (state === 'ok') out.bagsWell++;
      out.files += found.files;
      out.recordings += found.recordings;
      out.bytes += found.bytes;
      yield { kind: 'progress', done: out.bags, total: due.length, bytes: Math.max(out.bytes, work.done().bytes) };
    }
    if (out.notCopied > 0) yield finding('R124', name, agree`${out.notCopied} bag[s] of the archive [was|were] never copied there`);
    complete = true;
    return out;
  } finally {
    // Also logged after an interruption, because what was read counts.
    await entries.add('verification-finished', {
      ...{ run, replica: name, bags: out.bags, bagsWell: out.bagsWell, files: out.files, recordings: out.recordings, bytes: out.bytes },
      ...{ errors: out.errors, unreachable: out.unreachable, warnings: out.warnings, complete, faults: faultsText(timesOf(kinds)) },
    });
    await entries.flush();
  }
}

function bagFolder({ dir }: Copy, bag: string): string {
  return join(dir, 'bags', bag);
}

/** Returns the bags to read, in order, longest unread first: those that are due by the replica's period; without a period, or on request, all bags. */
function wantedBags(bags: readonly string[], { name, everyMs }: Replica, { memory, scope }: ReplicaVerifyTools): string[] {
  const { readings } = memory;
  if (scope === 'due' && everyMs !== null) {
    const present = bags.map((bag) => ({ bag, bytes: null }));
    return dueList(readings, present, name, { everyMs, playEveryMs: null, play: 'copies', runEveryMs: null, runBytes: null }).items.map(
      ({ bag }) => bag,
    );
  }
  return [...bags].sort((a, b) => readings.copy(b, name).readAgeMs - readings.copy(a, name).readAgeMs || byCodePoint(a, b));
}

function verdictsOf(bag: string, found: CheckedBag, own: Histories, memory: CopiesMemory): readonly Verdict[] {
  // A sync that was stopped has moved the bag out of its place, and the next sync exchanges it.
  if (found.place === 'absent' && memory.erasures.debts.has(found.copy.name) && (memory.histories.bags.get(bag)?.beforeErasure ?? 0) > 0)
    return [
      {
        ...errorVerdict('unverifiable', 'E120', placeName(found.copy, `bags/${bag}`), 'is being replaced after an erasure or sealing'),
        severity: 'warning',
      },
    ];
  if (found.place === 'absent') return [errorVerdict('missing', 'R123', placeName(found.copy, `bags/${bag}`), 'was on this replica and is missing')];
  const place = bagPlace(found.copy, bag);
  if (holdsErased(found.copy, bag, memory)) {
    const { code, place: path, message } = erasedFinding(found.copy, bag, memory);
    const isBack = code === 'E109' || code === 'K217';
    const told = errorVerdict(isBack ? 'unexpected' : 'unverifiable', code, path, message);
    return [isBack ? told : { ...told, severity: 'warning' }, ...found.verdicts.filter((one) => one.code !== 'R121')];
  }
  // The archive renewed the bag's digests after the replica's last update, and the bag matches the replica's own log. This excuses no bag that a repair had
  // updated and that is in the older state again, however old the replica's log is.
  const behind =
    !memory.heldAsItIs(found.copy.name, bag) && place.is === 'folder' && own.identify(bag, findTagManifests(place.path)).is === 'as-landed';
  return found.verdicts.map((verdict) =>
    verdict.code === 'R121' && behind
      ? {
          ...verdict,
          severity: 'warning',
          message: 'is from before the bag was rehashed; the replica was not synchronised since',
        }
      : verdict,
  );
}

/** Checks the files outside the bags of a replica, and its log. */
async function* aroundBags(
  primary: PrimaryCopy,
  copy: Copy,
  own: OwnLog,
  { memory, scope }: Pick<ReplicaVerifyTools, 'memory' | 'scope'>,
  signal: AbortSignal,
): AsyncGenerator<Verdict | Finding> {
  for (const { name, digests } of topFiles(memory.plainFiles)) {
    const state = plainState(copy.dir, name, digests);
    if (state === 'well') continue;
    const where = placeName(copy, name);
    if (state === 'missing' && name === verifierName)
      yield { ...errorVerdict('missing', 'V105', where, 'is missing; the next sync copies it'), severity: 'warning' };
    else if (state === 'missing') yield errorVerdict('missing', 'V105', where, 'is missing');
    else if (state === 'altered') yield errorVerdict('corrupt', 'V105', where, 'differs from when the archive was created');
    else yield errorVerdict('unreachable', 'V105', where, `cannot be read: ${state.unreadable}`);
  }
  const owesSealing = memory.erasures.debts.get(copy.name)?.seals === true;
  const casesState = {
    isBeingSealed: owesSealing,
    goneSets: (stored: StoredCase) => goneSetsOf(primary, copy, memory, stored),
    next: (stored: StoredCase) => newestCase(primary, memory, stored),
    again: `longplay replica sync ARCHIVE ${copy.name}`,
  };
  for await (const verdict of checkStrayFiles(copy, casesState)) yield { ...verdict, path: placeName(copy, verdict.path) };
  // Until then K218 names the replica.
  const isSealed = primary.isSealed && !owesSealing;
  const again = `and the archive is sealed; to remove it: longplay replica sync ARCHIVE ${copy.name}`;
  if (isSealed) for (const { code, place, message } of backInClear(copy, again)) yield errorVerdict('unexpected', code, place, message);
  const depth = scope === 'due' ? 'sizes' : 'bytes';
  for await (const verdict of namedByLog({ primary, copy }, own, memory, depth, signal)) yield { ...verdict, path: placeName(copy, verdict.path) };
  if (!isSealed) yield* checkReplicaViewer(copy, memory.viewerLists, depth, signal);
  const { relation, at, damage, knownEntries, otherEntries } = await compareLogs(primary, { dir: copy.dir, id: primary.id }, signal);
  const log = placeName(copy, 'log');
  if (relation === 'absent') {
    yield finding('R125', log, 'there is no log yet; the first sync copies it after all bags');
    return;
  }
  for (const { code, place, message } of damage) yield errorVerdict('corrupt', code, placeName(copy, place), message);
  if (relation === 'ahead')
    yield errorVerdict(
      'rolled-back',
      'R114',
      'log',
      agree`has ${knownEntries} entr[y|ies], the log of replica ${copy.name} has ${otherEntries}: entries were lost`,
    );
  if (relation === 'forked')
    yield errorVerdict('corrupt', 'R114', log, `differs from that of the archive in entry ${at}: one of the two was rewritten`);
}

/** Returns the bags that a replica has or had, and the number of the archive's bags that it never had. */
function bagsOf(name: string, copy: Copy, own: OwnLog, memory: CopiesMemory): { readonly bags: readonly string[]; readonly never: number } {
  const bags: string[] = [];
  let never = 0;
  for (const [bag, { deleted }] of memory.histories.bags) {
    if (deleted) continue;
    if (bagPlace(copy, bag).is === 'absent' && !memory.held(name, bag) && own.histories.bags.get(bag) === undefined) never++;
    else bags.push(bag);
  }
  return { bags, never };
}

/** Returns the detail of the log entry about the reading of a bag. */
function readDetail({ files, recordings, bytes }: CheckedBag, verdict: string, errors: readonly Verdict[]): LogDetail {
  const faults = faultsText(timesOf(errors.map((error) => error.verdict)));
  return { files, recordings, bytes, digests: 'all', verdict, faults, played: 'none', audioMs: 0, strata: '' };
}

/** An archive and a replica of it. */
interface ReplicaPair {
  readonly primary: Copy & { readonly id: string | null };
  readonly copy: Copy;
}

/** Checks cases, time stamps, witnesses and reports that the replica's own log names. */
async function* namedByLog(
  { primary, copy }: ReplicaPair,
  own: OwnLog,
  memory: CopiesMemory,
  depth: 'bytes' | 'sizes',
  signal: AbortSignal,
): AsyncGenerator<Verdict> {
  const again = () => readCaseHistories(primary, null, signal);
  for await (const verdict of checkCaseDigests({ dir: copy.dir, isReplica: true }, ownCases(own, memory), memory.whole, again)) yield verdict;
  for await (const verdict of checkStampFiles(copy, own.stampFiles)) yield verdict;
  yield* checkEnteredFiles(copy, own.enteredFiles, depth);
  own.details.accept(memory.sealedDetails);
  yield* detailVerdicts(own.details);
}

/** Returns the case histories of a replica's own log. A case deleted in the archive counts as deleted even if the replica's log does not say so yet. */
function ownCases(own: OwnLog, memory: CopiesMemory): CaseHistories {
  return new Map([...own.cases].map(([id, history]) => [id, { ...history, deleted: history.deleted || memory.cases.get(id)?.deleted === true }]));
}

/** Reads the next bag while the current one is reported and logged. */
async function* ahead(
  bags: readonly string[],
  check: (bag: string) => Promise<CheckedBag>,
): AsyncGenerator<{ readonly bag: string; readonly found: CheckedBag }> {
  const start = (bag: string): { readonly bag: string; readonly running: Promise<CheckedBag> } => {
    const running = check(bag);
    // The promise is awaited in order below. Until then a failure must not count as unhandled.
    running.catch(() => undefined);
    return { bag, running };
  };
  let next = bags[0] === undefined ? null : start(bags[0]);
  for (let index = 1; next !== null; index++) {
    const { bag, running } = next;
    const following = bags[index];
    next = following === undefined ? null : start(following);
    yield { bag, found: await running };
  }
}

function timesOf(kinds: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const kind of kinds) times.set(kind, (times.get(kind) ?? 0) + 1);
  return times;
}
