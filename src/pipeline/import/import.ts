import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { bagsUnreachable, isBare, refuseAwayYears, yearsApart } from '../../archive/bag-folders.ts';
import { sweepDrafts } from '../../archive/draft-place.ts';
import { acquireLock } from '../../archive/files/lock.ts';
import { type Archive, createArchive, holdsNoArchive, isUnfinished, markerName, openArchive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { refuseAwayArchive, rememberedYears, rememberKeyring, rememberPlace, rememberYears } from '../../log/keys/known-places.ts';
import { type ArchiveLog, beginLog, openLog } from '../../log/log.ts';
import { openKeys } from '../../sealing/open-keys.ts';
import { atRestOf, keepNewSecrets, unlockArchive } from '../../sealing/stored/archive-secrets.ts';
import { openCatalog } from '../../store/catalog/catalog.ts';
import { hasJob, type JobRequest, listJobs, removeLeftovers } from '../../store/jobs/plan.ts';
import type { PipelineEvent } from '../events/events.ts';
import { keepApart, refuseFile } from '../files/target-folder.ts';
import type { PrepareTask } from '../make/recording-task.ts';
import { keepVerifier } from '../open/keep-verifier.ts';
import { openSources, storeOf } from '../read/open-sources.ts';
import { createDifferenceTally, tallying } from '../report/differences.ts';
import { checkReportFolder } from '../report/write.ts';
import { removeAbandonedPages } from './abandoned-pages.ts';
import { chooseSealing, refuseOtherKind, type SealingRequest } from './choose-sealing.ts';
import { discardFresh } from './fresh-archive.ts';
import { type ImportOutcome, ImportRun, type ImportTools, jobOf, type OpenedImport } from './import-run.ts';

/**
 * Imports a source: plans, converts, and makes bags. Repeated with the same request, it continues an unfinished job or adds what is new.
 * @throws LongplayError usage: the target is not an archive; incomplete: locked, no space, source unreachable
 */
export async function* importSource(
  request: JobRequest,
  archiveDir: string,
  tools: ImportTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ImportOutcome> {
  refuseFile(archiveDir, 'A101');
  keepApart(request.sources, archiveDir);
  checkReportFolder(tools.report, [...request.sources, archiveDir]);
  // Only an import may begin an archive.
  const isNew = request.enrich === undefined && isUnfinished(archiveDir);
  if (holdsNoArchive(archiveDir)) await refuseAwayArchive(tools.keys, archiveDir);
  const sealing = isNew ? ((await chooseSealing(archiveDir, tools.sealing)) ? 'sealed' : 'open') : tools.sealing;
  // The source is opened first, so that a wrong one leaves no empty archive behind. A resumed job has its plan and need not wait for a listing.
  const { running } = tools;
  const listing = hasJob(join(archiveDir, 'jobs'), request) ? 'later' : 'now';
  await using opened = await openSources(request.sources, tools.temporary, signal, {
    listing,
    ...storeOf(request),
    ...(running === undefined ? {} : { admit: running.admit }),
  });
  const folderWasThere = existsSync(archiveDir);
  try {
    const tally = createDifferenceTally();
    return yield* tallying(openAndImport({ request, opened, archiveDir, isNew, sealing, tally }, tools, signal), tally);
  } catch (error) {
    if (isNew && error instanceof LongplayError && error.kind !== 'incomplete' && error.code !== 'A101')
      discardFresh(archiveDir, folderWasThere, tools.keys);
    throw error;
  }
}

/** An open source, and the archive into which it is imported. */
interface ImportTarget extends Pick<OpenedImport, 'request' | 'opened' | 'tally'> {
  readonly archiveDir: string;
  /** True if the archive must be created. */
  readonly isNew: boolean;
  /** Kind that the archive must have; undefined: it exists, and either kind is right. */
  readonly sealing: SealingRequest | undefined;
}

/** Opens the archive, or creates it, and runs the import under the archive's lock. */
async function* openAndImport(
  { request, opened, archiveDir, isNew, sealing, tally }: ImportTarget,
  tools: ImportTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ImportOutcome> {
  const archive = isNew
    ? await createArchive(
        archiveDir,
        {
          now: tools.now(),
          // An archive that was begun already has its page.
          ...(sealing === 'sealed' && holdsNoArchive(archiveDir) ? { page: await keepNewSecrets() } : {}),
          beginLog: (made, fixed) => beginLog(made, { ...fixed }, tools.keys),
        },
        signal,
      )
    : await openArchive(archiveDir);
  // Another run that began at the same time may have created an archive of the other kind.
  refuseOtherKind(archive.dir, archive.page !== null, sealing);
  await unlockArchive(archive);
  await using _lock = await acquireLock(archive.dir, signal);
  const swept = removeLeftovers(join(archive.dir, 'jobs'), signal);
  await using _swept = { [Symbol.asyncDispose]: () => swept };
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  refuseExchangedMarker(archive, log);
  refuseDuringErasure(log);
  await knowPlace(archive, log, isNew, tools.keys);
  await keepVerifier(archive, log);
  const { catalogKey, jobsKey } = atRestOf(archive);
  const catalog = openCatalog(join(archive.dir, 'catalog.sqlite'), catalogKey);
  using _catalog = { [Symbol.dispose]: () => catalog.close() };
  const unfinished = listJobs(join(archive.dir, 'jobs'), jobsKey);
  const jobsLeft = new Set(unfinished.map(({ head }) => head.jobId));
  await sweepDrafts(archive, (owner) => !jobsLeft.has(owner));
  const pool = tools.createPool(signal);
  await using _pool = { [Symbol.asyncDispose]: () => pool.close() };
  // The threads start while the catalog is checked, so that planned recordings begin sooner.
  if (jobOf(request, unfinished) !== null) pool.startAll({ kind: 'prepare' } satisfies PrepareTask);
  const outcome = yield* new ImportRun({ request, opened, archive, log, catalog, pool, unfinished, tally }, tools, signal).run();
  await removeAbandonedPages(archive, log);
  return outcome;
}

/**
 * Refuses an archive whose longplay.json is not the one that the log records. With another salt every recording would be imported a second time; a
 * sealed archive that calls itself open would get open bags.
 */
function refuseExchangedMarker({ dir }: Archive, log: ArchiveLog): void {
  const recorded = log.marker();
  if (recorded === null || recorded === sha256Hex(readTagFile(join(dir, markerName), limits.archiveMarkerBytes))) return;
  throw new LongplayError(
    'incomplete',
    'A104',
    `${join(dir, markerName)} is not the file that the log of the archive records`,
    'restore the file from a replica or a backup; for details: longplay verify ARCHIVE',
  );
}

/**
 * Refuses an archive in which an erasure was stopped between two steps: a bag may be out of its place, and its recordings would be imported again.
 */
function refuseDuringErasure(log: ArchiveLog): void {
  const { open, intended, intendedFiles } = log.erasures();
  if (intended.size + intendedFiles.size > 0)
    throw new LongplayError('incomplete', 'E105', 'an erasure was interrupted', 'finish it: longplay erase run ARCHIVE');
  const [bag] = open;
  if (bag !== undefined)
    throw new LongplayError('incomplete', 'E105', `an erasure from bags/${bag} was interrupted`, 'finish it: longplay erase run ARCHIVE');
}

/** Refuses an archive whose bags, or whose separate disks of years, are unreachable; otherwise remembers its place. */
async function knowPlace(archive: Archive, log: ArchiveLog, isNew: boolean, keys: string): Promise<void> {
  // New bags would be written below the mount point, and the disk would hide them once it is mounted.
  const landed = log.landedBags().size;
  if (landed > 0 && isBare(archive.dir)) throw bagsUnreachable(archive.dir, landed);
  refuseAwayYears(archive.dir, await rememberedYears(keys, archive.dir, archive.id), log.landedBags());
  // If this machine knew another archive at the path, it either had no bags, or was given up.
  if (isNew) await rememberPlace(keys, archive.dir, { id: archive.id, bags: 0 });
  await rememberYears(keys, archive.dir, archive.id, yearsApart(archive.dir));
  const keyring = archive.page === null ? undefined : openKeys().session?.folder;
  if (keyring !== undefined) await rememberKeyring(keys, archive.dir, archive.id, keyring);
}
