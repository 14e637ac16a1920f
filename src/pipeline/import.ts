import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createArchive, openArchive } from '../archive/layout.ts';
import { acquireLock } from '../archive/lock.ts';
import { openLog } from '../archive/log.ts';
import { openCatalog } from '../catalog/catalog.ts';
import { LongplayError } from '../core/error.ts';
import type { Importer } from '../core/importer.ts';
import { type BagLimits, defaultBagLimits } from '../jobs/bag-grouping.ts';
import { type Job, type JobRequest, listJobs, removeJob, removeLeftovers, requestDigest } from '../jobs/plan.ts';
import type { WorkerPool } from '../media/worker-pool.ts';
import { syncCatalog } from './catalog-sync.ts';
import { findingEvent, type PipelineEvent, type Reconciliation } from './events.ts';
import { discardFresh } from './fresh-archive.ts';
import { type OpenedSource, openSources } from './open-sources.ts';
import { planImport } from './plan-import.ts';
import { type JobResult, runJob } from './run-job.ts';
import { followSource } from './source-notes.ts';
import { createStatusMoves } from './status-moves.ts';
import { keepApart, refuseFile } from './target-folder.ts';

/** What an import works with, handed down from the command line. */
export interface ImportTools {
  readonly importers: readonly Importer[];
  readonly createPool: (signal: AbortSignal) => WorkerPool;
  /** Folder for temporary files. */
  readonly temporary: string;
  /** ISO time of now. */
  readonly now: () => string;
  readonly bagLimits?: BagLimits;
}

/** What became of an import. */
export interface ImportOutcome extends JobResult {
  readonly resumed: boolean;
  /** Parts of the source that could not be read, each with a finding. */
  readonly unread: number;
  readonly reconciliation: Reconciliation;
}

const nothing: JobResult = { bagsLanded: 0, bagsThereBefore: 0, imported: 0, notImported: 0, notPlayable: 0, doubtful: 0, audioMs: 0, bytes: 0 };

/**
 * The main job: plan, convert, bag. Run again with the same request it continues an unfinished job, or adds what is new.
 * @throws LongplayError usage: the target is no archive; incomplete: locked, no space, source unreachable.
 */
export async function* importSource(
  request: JobRequest,
  archiveDir: string,
  tools: ImportTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ImportOutcome> {
  refuseFile(archiveDir, 'A101');
  keepApart(request.sources, archiveDir);
  // Opened first: a wrong source must not leave an empty archive behind.
  await using opened = await openSources(request.sources, tools.temporary, signal);
  const folderWasThere = existsSync(archiveDir);
  const isNew = !existsSync(join(archiveDir, 'longplay.json')) || !existsSync(join(archiveDir, 'bags'));
  try {
    return yield* importOpened(opened, isNew, request, archiveDir, tools, signal);
  } catch (error) {
    if (isNew && error instanceof LongplayError && error.kind === 'usage' && error.code !== 'A101') discardFresh(archiveDir, folderWasThere);
    throw error;
  }
}

async function* importOpened(
  opened: OpenedSource,
  isNew: boolean,
  request: JobRequest,
  archiveDir: string,
  tools: ImportTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ImportOutcome> {
  const archive = isNew ? await createArchive(archiveDir, { now: tools.now() }, signal) : await openArchive(archiveDir);
  await using _lock = await acquireLock(archive.dir, signal);
  removeLeftovers(join(archive.dir, 'jobs'));
  const log = await openLog(archive, tools.now);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const catalog = openCatalog(join(archive.dir, 'catalog.sqlite'));
  using _catalog = { [Symbol.dispose]: () => catalog.close() };
  const unfinished = listJobs(join(archive.dir, 'jobs'));
  const plannedBags = new Set(unfinished.flatMap((job) => job.head.bags.map((bag) => bag.name)));
  for (const found of log.findings) yield findingEvent(found);
  yield* syncCatalog(archive, catalog, log, plannedBags, signal);
  const mine = unfinished.find((job) => requestDigest(job.head.request) === requestDigest(request));
  for (const other of unfinished) {
    if (other !== mine)
      yield { type: 'notice', message: `job ${other.head.jobId} on ${other.head.sourceName} is unfinished; import that source again to finish it` };
  }
  const notes = followSource(opened.source);
  let job: Job | null = mine ?? null;
  let reconciliation: Reconciliation;
  if (job === null) {
    const planned = yield* planImport(
      opened,
      archive,
      catalog,
      request,
      tools.importers,
      tools.bagLimits ?? defaultBagLimits,
      tools.now(),
      notes,
      signal,
    );
    job = planned.job;
    reconciliation = planned.reconciliation;
  } else {
    yield { type: 'notice', message: `resuming job ${job.head.jobId}: ${job.head.bags.length} bags planned on ${job.head.createdAt}` };
    // What the source says of itself it says again.
    for (const found of job.head.findings) if (!found.code.startsWith('S')) yield findingEvent(found);
    // Written by `planImport` of this version.
    reconciliation = job.head.reconciliation as Reconciliation;
    // Locating entries needs the listing, which a fresh plan has made already.
    for await (const _ of opened.source.entries(signal)) signal.throwIfAborted();
  }
  let result = nothing;
  if (job !== null) {
    await log.append('import-started', {
      job: job.head.jobId,
      importer: job.head.importer,
      bags: job.head.bags.length,
      recordings: reconciliation.toImport,
    });
    const pool = tools.createPool(signal);
    const moves = createStatusMoves();
    try {
      result = yield* runJob(job, opened.source, { archive, catalog, log, pool, moves }, signal);
      reconciliation = moves.applied(reconciliation);
    } finally {
      await pool.close();
    }
    await log.append('import-finished', {
      job: job.head.jobId,
      imported: result.imported,
      notImported: result.notImported,
      notPlayable: result.notPlayable,
      doubtful: result.doubtful,
    });
    await removeJob(job);
  }
  for (const found of notes.take()) yield findingEvent(found);
  yield reconciliation;
  return { ...result, resumed: mine !== undefined, unread: notes.unread, reconciliation };
}
