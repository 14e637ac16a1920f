import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isBare } from '../../archive/bag-folders.ts';
import { rewritePlace, sealOwner } from '../../archive/draft-place.ts';
import { makeFolderDurable } from '../../archive/files/durable.ts';
import { type ArchiveLock, acquireLock } from '../../archive/files/lock.ts';
import { beingSealed, openArchive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { forgottenFinding, lostErasures } from '../../log/erasure/lost-erasures.ts';
import { type ArchiveLog, openLog } from '../../log/log.ts';
import type { WorkerPool } from '../../media/workers/worker-pool.ts';
import { isAsLanded } from '../../verify/checks/landing.ts';
import { type CheckedArchive, openForChecking } from '../../verify/checks/open-for-checking.ts';
import { bagPlace } from '../copy/bag.ts';
import type { Append } from '../copy/sync.ts';
import { awayFinding, type CopyTools, type FoundReplicas, findReplicas, lockCopy } from '../open.ts';
import { plainState } from '../place/around.ts';
import { findTagManifests } from '../place/history.ts';
import { type CopiesMemory, readMemory } from '../place/memory.ts';
import { type Copy, placeOf, primaryCopy, unreachable, watchCopies } from '../place/place.ts';
import { type PendingEntry, repairPlainFiles } from './around.ts';
import { enterRepair, type RepairCopy } from './bag.ts';
import { repairDetails } from './details.ts';
import { repairLog, repairReplicaLog } from './log.ts';
import { type RepairEvent, type RepairOutcome, repairBags } from './repair.ts';

/** Options of a repair. */
export interface RepairRequest {
  /** Name of one replica; null: all reachable replicas. */
  readonly name: string | null;
  /** Folder of a copy that is not registered, for when the log with the register is lost; null: none. */
  readonly from: string | null;
  readonly dryRun: boolean;
  /** True if an empty `bags/` is a loss and not an unmounted disk. */
  readonly emptyIsLost: boolean;
}

/** Result of a repair that includes the files outside the bags. */
export interface RepairReport extends RepairOutcome {
  /** Number of files outside the bags that were repaired, or would be in a dry run. */
  readonly filesAround: number;
  readonly copies: readonly string[];
  /** Names of unreachable replicas. */
  readonly away: readonly string[];
}

/** Name for an unregistered copy given by `--from`. */
const unregistered = 'unregistered';

/**
 * Repairs the archive and its replicas, each from another copy in which the data are intact: first the files at the top, then the log, the bags, and last the
 * logs of replicas.
 * @throws LongplayError A102, R101 if the archive or a named replica is unreachable
 */
export async function* repairReplicas(
  dir: string,
  request: RepairRequest,
  tools: CopyTools & { readonly pool: WorkerPool },
  signal: AbortSignal,
): AsyncGenerator<RepairEvent, RepairReport> {
  const { dryRun } = request;
  const { now, keys } = tools;
  const opened = await openDamaged(dir, request);
  const primary = primaryCopy(opened.dir);
  const locks: ArchiveLock[] = [];
  let log: ArchiveLog | null = null;
  try {
    if (!dryRun) locks.push(await acquireLock(primary.dir, signal));
    const copies: RepairCopy[] = [{ copy: primary, readOnly: null }];
    const away = new Set<string>();
    let memory = await readMemory(opened, tools, signal);
    // A flipped bit may change an id into another one. The log has the digest of longplay.json, which contains the id.
    const marker = plainState(primary.dir, 'longplay.json', memory.plainFiles.get('longplay.json') ?? []);
    let id = marker === 'well' ? opened.id : memory.archiveId;
    if (id !== opened.id) memory = await readMemory({ dir: primary.dir, id }, tools, signal);
    refuseEmpty(primary, memory, request);
    refuseExchange(primary, memory);
    const take = async function* (): AsyncGenerator<RepairEvent> {
      const found = await copiesOf({ dir: primary.dir, id, memory }, request, signal);
      for (const one of found.away.filter(({ replica }) => !away.has(replica.name))) {
        away.add(one.replica.name);
        yield awayFinding(one);
      }
      for (const { place } of found.there) {
        if (copies.some(({ copy }) => copy.dir === place.copy.dir)) continue;
        const lock = dryRun ? null : await lockCopy(place.copy, signal);
        if (lock !== null && typeof lock !== 'string') locks.push(lock);
        if (lock !== null && typeof lock !== 'string') await makeFolderDurable(join(place.copy.dir, 'bags'));
        copies.push({ copy: place.copy, readOnly: typeof lock === 'string' ? lock : null });
        id ??= await idOf(place.copy);
      }
    };
    yield* take();
    const around = (): { primary: Copy; memory: CopiesMemory; now: () => string; dryRun: boolean; keys: string } => ({
      primary,
      memory,
      now,
      dryRun,
      keys,
    });
    const pending: PendingEntry[] = yield* repairLog({ id }, copies, around(), signal);
    if (pending.length > 0) {
      // After its repair the log may name other replicas and bags.
      memory = await readMemory({ dir: primary.dir, id }, tools, signal);
      yield* take();
    }
    if (id !== null) yield* forgottenErasures(id, memory, keys);
    const plain = yield* repairPlainFiles(copies, around(), signal);
    pending.push(...plain.pending);
    if (!dryRun) {
      const { id: own } = await openArchive(primary.dir, 'any-stage');
      // What no copy has any more is given up; a replica that was not asked may have it.
      const heard = new Set(copies.map(({ copy }) => copy.name));
      const areAllHeard = [...memory.replicas.keys()].every((name) => heard.has(name));
      log = await openLog({ dir: primary.dir, id: own }, areAllHeard ? { ...tools, givesUpEnd: 'always' } : tools);
    }
    const append: Append = async (type, detail) => await log?.append(type, detail);
    for (const { copy, quarantine } of merged(pending)) await enterRepair(copy, quarantine, append);
    const confirm = watchCopies(copies.map(({ copy }) => copy));
    const work = { ...around(), pool: tools.pool, append, confirm, away: [...away] };
    const outcome = yield* repairBags(copies, work, signal);
    for (const target of copies.filter(({ copy }) => copy !== primary)) {
      const lacking = [...memory.histories.bags].filter(([bag, { deleted }]) => !deleted && isBehind(bag, target.copy, memory)).length;
      for (const { copy, quarantine } of yield* repairReplicaLog({ id }, target, lacking, around(), signal))
        await enterRepair(copy, quarantine, append);
    }
    const details = yield* repairDetails(copies, { primary, dryRun, append }, signal);
    return { ...outcome, filesAround: plain.files + details, copies: copies.map(({ copy }) => copy.name), away: [...away] };
  } finally {
    await log?.close();
    for (const lock of locks.reverse()) await lock.release();
  }
}

/**
 * Refuses to repair while a bag is between its open and its sealed form, because a sealing was interrupted: a repair would take the sealed form for damage, and
 * bring the open one back. Does not refuse if both forms are lost, which only a repair can end.
 * @throws LongplayError incomplete K214
 */
function refuseExchange({ dir }: Copy, { histories }: CopiesMemory): void {
  for (const [name, { deleted, sealing, rewriting }] of histories.bags) {
    if (deleted || sealing !== true) continue;
    const path = join(dir, 'bags', name);
    const isExchanged = existsSync(path)
      ? rewriting !== undefined && isAsLanded(path, rewriting)
      : existsSync(rewritePlace({ dir }, { name, path }, sealOwner).aside);
    if (isExchanged) throw beingSealed(dir);
  }
}

/** Yields E109 if the log lacks erasures that this machine remembers: an older log was restored, and no copy shows what was erased since. */
async function* forgottenErasures(id: string, { erasures }: CopiesMemory, keys: string): AsyncGenerator<Finding> {
  const found = forgottenFinding(await lostErasures(id, erasures, keys));
  if (found !== null) yield found;
}

/** Opens the archive as far as possible. @throws LongplayError A100, A102, A103 */
async function openDamaged(dir: string, { emptyIsLost, dryRun, from }: RepairRequest): Promise<CheckedArchive> {
  const root = resolve(dir);
  try {
    const opened = await openForChecking(root);
    if (opened.trouble?.code === 'A103') throw opened.trouble;
    return opened;
  } catch (error) {
    // The folder has neither longplay.json nor a log. By naming another copy, the user declares that the folder is this archive; its bags will prove it.
    if (error instanceof LongplayError && error.code === 'A100' && from !== null && existsSync(join(root, 'bags')))
      return { dir: root, id: null, page: null, isBeingSealed: false, trouble: error };
    const bagsGone =
      error instanceof LongplayError && error.code === 'A102' && existsSync(join(root, 'longplay.json')) && !existsSync(join(root, 'bags'));
    if (!bagsGone || !emptyIsLost || dryRun) throw error;
    await makeFolderDurable(join(root, 'bags'));
    return await openForChecking(root);
  }
}

/** Refuses an empty `bags/`, which an unmounted disk would also show: no bags may be written to the folder beneath its mount point. */
function refuseEmpty(primary: Copy, memory: CopiesMemory, { emptyIsLost }: RepairRequest): void {
  const named = [...memory.histories.bags.values()].filter(({ deleted }) => !deleted).length;
  if (emptyIsLost || named === 0 || !isBare(primary.dir)) return;
  throw new LongplayError(
    'incomplete',
    'A102',
    agree`archive unreachable: ${primary.dir}/bags has no folder of a year, but the log names ${named} bag[s] that landed there`,
    'check whether the disk with the bags is mounted, then run again; if they are lost: longplay replica repair --empty-is-lost',
  );
}

/** Returns the requested copies. */
async function copiesOf(
  { dir, id, memory }: { readonly dir: string; readonly id: string | null; readonly memory: CopiesMemory },
  { name, from, emptyIsLost }: RepairRequest,
  signal: AbortSignal,
): Promise<FoundReplicas> {
  if (from === null && memory.replicas.size === 0 && !memory.whole) {
    const hint = 'name the folder of a replica: longplay replica repair ARCHIVE --from FOLDER';
    throw new LongplayError('usage', 'R104', 'the log is damaged, and what is left of it names no replica', hint);
  }
  if (from === null) return await findReplicas({ primary: { dir, id }, memory }, name, { emptyIsLost, needsOne: true }, signal);
  const path = resolve(from);
  const known = [...memory.replicas.values()].find((one) => one.path === path);
  const replica = known ?? { name: unregistered, path, medium: 'folder' as const, everyMs: null, lockedUntil: null };
  const place = await placeOf(replica, { archiveId: id, archiveDir: dir, memory, emptyIsLost }, signal);
  if (!place.reachable) throw unreachable(place);
  return { there: [{ replica, place }], away: [] };
}

/** Returns true if a copy lacks a bag or has an older state of it. A log that names a newer state must not be copied there. */
function isBehind(bag: string, copy: Copy, { histories }: CopiesMemory): boolean {
  const place = bagPlace(copy, bag);
  return place.is === 'absent' || (place.is === 'folder' && histories.identify(bag, findTagManifests(place.path)).is === 'rolled-back');
}

async function idOf({ dir }: Copy): Promise<string | null> {
  try {
    return (await openArchive(dir, 'any-stage')).id;
  } catch (error) {
    if (error instanceof LongplayError) return null;
    throw error;
  }
}

/** Merges the pending entries of each quarantine into one: the last entry also describes the work of the others. */
function merged(pending: readonly PendingEntry[]): PendingEntry[] {
  const same = (a: PendingEntry, b: PendingEntry): boolean => a.copy.name === b.copy.name && a.quarantine.folder === b.quarantine.folder;
  return pending.filter((one, index) => pending.findLastIndex((other) => same(one, other)) === index);
}
