import { randomUUID } from 'node:crypto';
import type { ArchiveLock } from '../archive/files/lock.ts';
import type { Archive } from '../archive/layout.ts';
import { agree } from '../core/base/agree.ts';
import { LongplayError } from '../core/base/error.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { endOfDay } from '../core/time/calendar-day.ts';
import { logFolder } from '../log/entries/log-entry.ts';
import { erasureCarried } from '../log/history/erasure-debts.ts';
import { primaryName, type Replica, replicaOf } from '../log/read/replica-register.ts';
import type { WorkerPool } from '../media/workers/worker-pool.ts';
import { enterVerification, type VerificationEntries } from '../verify/enter-verification.ts';
import { placeName } from './copy/check-bag.ts';
import { debtOf } from './copy/erased.ts';
import { compareLogs } from './copy/log.ts';
import { type SyncEvent, type SyncOutcome, syncReplica } from './copy/sync.ts';
import { type DrillEvent, type DrillReport, type DrillRequest, drill } from './drill/drill.ts';
import { type ListedReplica, listReplicas, sharedRisks } from './list.ts';
import { awayFinding, type CopyTools, findReplicas, lockCopy, openCopies } from './open.ts';
import { isLocked } from './place/lock.ts';
import { type Copy, createReplica, watchCopies } from './place/place.ts';
import { type ReplicaVerifyEvent, type ReplicaVerifyOutcome, verifyReplica } from './verify.ts';

// Runs the commands about copies. Each function opens the archive, takes the locks, locates the replicas and delegates the work.

/** A replica that is to be registered. */
export interface NewReplica {
  readonly replica: Replica;
  /** The user's reason why copies of an open archive may be where no erasure reaches them before the lock date; null if none was given. */
  readonly irrevocable: string | null;
}

/** Registers a further copy and creates its folder if that is new. Returns whether the folder already held a copy. */
export async function* addReplica(
  dir: string,
  { replica, irrevocable }: NewReplica,
  tools: CopyTools,
  signal: AbortSignal,
): AsyncGenerator<Finding, { readonly made: boolean }> {
  await using opened = await openCopies(dir, true, tools, signal);
  const { archive, memory, append } = opened;
  await refuseLock(archive, { replica, irrevocable }, tools);
  const made = (await createReplica(archive, replica, memory, false, signal)) === 'made';
  const hasErasures = memory.erasures.erased.size > 0 || memory.isSealed;
  const { name, path, medium, everyMs, lockedUntil } = replica;
  const lock: Readonly<Record<string, string>> = lockedUntil === null ? {} : { lockedUntil };
  await append('replica-added', { replica: name, path, medium, everyMs, ...lock }, irrevocable === null ? undefined : { reason: irrevocable });
  // A new folder contains nothing that was erased.
  if (made && hasErasures) await append(erasureCarried, { replica: name, bags: 0 });
  const { there } = await findReplicas(
    { ...opened, memory: { ...memory, replicas: new Map([...memory.replicas, [name, replica]]) } },
    null,
    {},
    signal,
  );
  yield* sharedRisks(archive.dir, there);
  return { made };
}

/**
 * Refuses a lock date after the day on which something must be deleted, and a lock date for an open archive without a reason.
 * @throws LongplayError usage R153, R154
 */
async function refuseLock({ page }: Archive, { replica, irrevocable }: NewReplica, { deletions }: CopyTools): Promise<void> {
  const { name, lockedUntil } = replica;
  if (lockedUntil === null) return;
  const earliest = Math.min(...((await deletions?.()) ?? new Map<string, number>()).values());
  if (earliest < endOfDay(lockedUntil)) {
    const day = new Date(earliest).toISOString().slice(0, 10);
    throw new LongplayError(
      'usage',
      'R153',
      `${name} would be locked until ${lockedUntil}, and the retention policy demands a deletion by ${day}`,
      'choose an earlier lock date, or change the policy; see `longplay retention plan ARCHIVE`',
    );
  }
  if (page !== null || irrevocable !== null) return;
  throw new LongplayError(
    'usage',
    'R154',
    `the archive is open: until ${lockedUntil} no erasure reaches the recordings on ${name}, and they stay readable there`,
    'keep sealed archives on such media, or give a reason: --irrevocable TEXT',
  );
}

/** Logs the new path of a replica. The folder at that path must be this replica. */
export async function moveReplica(dir: string, name: string, path: string, tools: CopyTools, signal: AbortSignal): Promise<void> {
  await using opened = await openCopies(dir, true, tools, signal);
  const replica = { ...replicaOf(opened.memory.replicas, name), path };
  await createReplica(opened.archive, replica, opened.memory, true, signal);
  await opened.append('replica-moved', { replica: name, path });
}

/** Unregisters a replica. Its folder remains unchanged. */
export async function removeReplica(dir: string, name: string, tools: CopyTools, signal: AbortSignal): Promise<Replica> {
  // A replica may unregister itself: it then takes the place of the archive.
  await using opened = await openCopies(dir, true, { ...tools, takesPlace: name }, signal);
  const replica = replicaOf(opened.memory.replicas, name);
  await opened.append('replica-removed', { replica: name });
  return replica;
}

/** Returns the registered replicas with the state found at each path. Changes nothing. */
export async function* showReplicas(dir: string, tools: CopyTools, signal: AbortSignal): AsyncGenerator<Finding, readonly ListedReplica[]> {
  await using opened = await openCopies(dir, false, tools, signal);
  return yield* listReplicas(opened, tools.now(), signal);
}

/** Results for the reachable replicas, and the names of the others. */
export interface ReplicasOutcome<One> {
  readonly replicas: readonly One[];
  readonly away: readonly string[];
}

/** Updates one replica, or all reachable ones. */
export async function* syncReplicas(
  dir: string,
  name: string | null,
  tools: CopyTools,
  signal: AbortSignal,
): AsyncGenerator<SyncEvent, ReplicasOutcome<SyncOutcome>> {
  await using opened = await openCopies(dir, true, tools, signal);
  const { there, away } = await findReplicas(opened, name, { needsOne: true }, signal);
  for (const one of away) {
    yield awayFinding(one);
    yield* debtOf(one.replica, opened.memory);
  }
  const confirm = watchCopies([opened.primary, ...there.map(({ place }) => place.copy)]);
  const outcomes: SyncOutcome[] = [];
  const shut: string[] = [];
  if (opened.memory.closed !== null) {
    // If the log has lost entries, here or compared with a replica, the first new entry would fork the history.
    yield finding('R115', logFolder, `${opened.memory.closed}; nothing was copied`);
    return { replicas: [], away: away.map((one) => one.replica.name) };
  }
  for (const { replica, place } of there) {
    const lock = await lockCopy(place.copy, signal);
    if (typeof lock === 'string') {
      yield finding('R134', replica.name, `${place.copy.dir} cannot be written: ${lock}`);
      yield* debtOf(replica, opened.memory);
      shut.push(replica.name);
      continue;
    }
    await using _lock: ArchiveLock = lock;
    const told = await aheadFinding(opened.primary, place.copy, signal);
    if (told !== null) {
      yield told;
      continue;
    }
    await opened.openLog();
    const deletions = isLocked(replica, tools.now()) ? await tools.deletions?.() : undefined;
    const work = { ...opened, confirm, now: tools.now, ...(deletions === undefined ? {} : { deletions }) };
    outcomes.push(yield* syncReplica(opened.primary, place.copy, work, signal));
  }
  return { replicas: outcomes, away: [...away.map((one) => one.replica.name), ...shut] };
}

/** Verifies one replica, or what is due of all reachable ones. */
export async function* verifyReplicas(
  dir: string,
  name: string | null,
  scope: 'all' | 'due',
  tools: CopyTools & { readonly pool: WorkerPool },
  signal: AbortSignal,
): AsyncGenerator<ReplicaVerifyEvent, ReplicasOutcome<ReplicaVerifyOutcome>> {
  await using opened = await openCopies(dir, false, tools, signal);
  const { there, away } = await findReplicas(opened, name, { needsOne: true }, signal);
  for (const one of away) yield awayFinding(one);
  const confirm = watchCopies([opened.primary, ...there.map(({ place }) => place.copy)]);
  const told = await Promise.all(there.map(({ place }) => aheadFinding(opened.primary, place.copy, signal)));
  const ahead = told.find((one) => one !== null) ?? null;
  const closed = opened.memory.closed ?? (ahead === null ? null : `${ahead.place} ${ahead.message}`);
  await using entries = await enterVerification(opened.archive, closed, tools);
  if (entries.reason !== null) yield notEntered(entries.reason);
  const outcomes: ReplicaVerifyOutcome[] = [];
  for (const { replica, place } of there) {
    const work = { ...opened, entries, pool: tools.pool, run: randomUUID(), scope, confirm };
    outcomes.push(yield* verifyReplica(opened.primary, replica, place.copy, work, signal));
  }
  return { replicas: outcomes, away: away.map((one) => one.replica.name) };
}

/**
 * Returns a finding if a replica's log has entries that the archive's log has lost; null if not. After such a finding nothing may be logged, because the first
 * new entry would fork the history, and the lost entries could never be restored.
 */
async function aheadFinding(primary: Copy & { readonly id: string }, copy: Copy, signal: AbortSignal): Promise<Finding | null> {
  const { relation, knownEntries, otherEntries } = await compareLogs(primary, { dir: copy.dir, id: primary.id }, signal);
  if (relation !== 'ahead') return null;
  return finding(
    'R114',
    placeName(copy, logFolder),
    agree`has ${otherEntries} entr[y|ies], the log of the archive has lost all after entry ${knownEntries}`,
  );
}

/** Returns the finding that this machine cannot sign for the log, or may not write it. */
function notEntered({ code, message }: NonNullable<VerificationEntries['reason']>): Finding {
  return finding(code, 'log', `this is not entered: ${message}`);
}

/** Restores random bags and validates them with third-party tools. */
export async function* drillArchive(
  dir: string,
  request: DrillRequest,
  tools: CopyTools & { readonly temporary: string; readonly path: string },
  signal: AbortSignal,
): AsyncGenerator<DrillEvent, DrillReport> {
  await using opened = await openCopies(dir, false, tools, signal);
  const { there, away } = await findReplicas(opened, null, {}, signal);
  for (const one of away) yield awayFinding(one);
  const copies = there.map(({ place }) => place.copy);
  const told = await Promise.all(copies.map((copy) => aheadFinding(opened.primary, copy, signal)));
  const ahead = told.find((one) => one !== null) ?? null;
  const closed = opened.memory.closed ?? (ahead === null ? null : `${ahead.place} ${ahead.message}`);
  await using entries = await enterVerification(opened.archive, closed, tools);
  if (entries.reason !== null) yield notEntered(entries.reason);
  const report = yield* drill(opened.primary, copies, request, { ...opened, ...tools }, signal);
  const { from, bags, recordings, ok, failed } = report;
  await entries.add('drill-finished', {
    ...{ run: randomUUID(), replica: from === primaryName ? null : from },
    ...{ bags: bags.length, recordings, ok, failed },
    ...(report.unopened === undefined ? {} : { unopened: report.unopened }),
  });
  await entries.flush();
  return report;
}
