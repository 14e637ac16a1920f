import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { addedAmong } from '../../archive/bag/added-digests.ts';
import type { FormatRegister } from '../../archive/bag/originals.ts';
import { sweepDrafts } from '../../archive/draft-place.ts';
import { acquireLock } from '../../archive/files/lock.ts';
import { bagsUnreachable, createArchive, holdsNoArchive, isBare, isUnmade, openArchive, refuseAwayYears, yearsApart } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { MediaJudge } from '../../core/base/media-judge.ts';
import type { Importer } from '../../core/model/importer.ts';
import { refuseAwayArchive, rememberedYears, rememberPlace, rememberYears } from '../../log/keys/known-places.ts';
import { beginLog, type LogTools, openLog } from '../../log/log.ts';
import type { WorkerPool } from '../../media/workers/worker-pool.ts';
import { openCatalog } from '../../store/catalog/catalog.ts';
import { type BagLimits, defaultBagLimits } from '../../store/jobs/bag-grouping.ts';
import { hasJob, type Job, type JobRequest, listJobs, removeJob, removeLeftovers, requestDigest } from '../../store/jobs/plan.ts';
import { findingEvent, type PipelineEvent, type Reconciliation } from '../events/events.ts';
import { createReportNotes, isOfRun, isOfSource, noting } from '../events/report-notes.ts';
import { keepApart, refuseFile } from '../files/target-folder.ts';
import { createHeadStart } from '../make/head-start.ts';
import { plannedMaker } from '../make/make-planned.ts';
import type { PrepareTask } from '../make/make-recording.ts';
import { syncCatalog } from '../open/catalog-sync.ts';
import { keepVerifier } from '../open/keep-verifier.ts';
import { updateViewer } from '../open/write-viewer.ts';
import { audioAlarms } from '../read/expected-audio.ts';
import { type OpenedSource, openSources } from '../read/open-sources.ts';
import { followSource } from '../read/source-notes.ts';
import { createStatusMoves } from '../read/status-moves.ts';
import {
  type Acceptances,
  createDifferenceTally,
  type DifferenceTally,
  recordsLost,
  type Settled,
  settleDifferences,
  tallying,
} from '../report/differences.ts';
import { copyReport } from '../report/files.ts';
import { checkReportFolder, type ReadCalls, reportUnchanged, type WrittenReport } from '../report/write.ts';
import { bagAlgorithmsOf } from './bag-algorithms.ts';
import { enterAccepted } from './enter-accepted.ts';
import { discardFresh } from './fresh-archive.ts';
import { identicalAudioFindings } from './identical-audio.ts';
import { planImport } from './plan-import.ts';
import { keepReport } from './report-import.ts';
import { type JobResult, runJob } from './run-job.ts';
import { settleLandings } from './settle-landings.ts';

/** What an import works with, handed down from the command line. */
export interface ImportTools {
  readonly importers: readonly Importer[];
  readonly media: MediaJudge;
  /** What is known of kinds of files and codings. */
  readonly register: FormatRegister;
  readonly createPool: (signal: AbortSignal) => WorkerPool;
  /** Folder for temporary files. */
  readonly temporary: string;
  /** ISO time of now. */
  readonly now: () => string;
  /** The machine's clock, epoch ms, where `now` is not later. */
  readonly clockMs: () => number;
  /** Folder of this machine's signing keys. */
  readonly keys: string;
  /** Who runs it. */
  readonly actor?: LogTools['actor'];
  readonly bagLimits?: BagLimits;
  /** Bytes of files that the archive has are compared also where names, sizes and time stamps agree. */
  readonly compareBytes: boolean;
  readonly acceptances: Acceptances;
  /** Percent of the calls that must have audio; null or absent: some. */
  readonly expectAudio?: number | null;
  /** Folder for the report; the archive keeps one of its own. */
  readonly report?: string;
}

/** What became of an import. */
export interface ImportOutcome extends JobResult {
  readonly resumed: boolean;
  /** Parts of the source that could not be read, each with a finding. */
  readonly unread: number;
  readonly reconciliation: Reconciliation;
  /** What decides whether it ends with 3. */
  readonly settled: Settled;
  /** Null where none was written. */
  readonly report: WrittenReport | null;
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
  checkReportFolder(tools.report, [...request.sources, archiveDir]);
  // Opened first: a wrong source must not leave an empty archive behind. A job that is resumed has its plan, and need not wait for a listing.
  const listing = hasJob(join(archiveDir, 'jobs'), request) ? 'later' : 'now';
  await using opened = await openSources(request.sources, tools.temporary, signal, { listing });
  const folderWasThere = existsSync(archiveDir);
  const isNew = isUnmade(archiveDir);
  if (holdsNoArchive(archiveDir)) await refuseAwayArchive(tools.keys, archiveDir);
  try {
    const tally = createDifferenceTally();
    return yield* tallying(importOpened(opened, isNew, request, archiveDir, tools, tally, signal), tally);
  } catch (error) {
    if (isNew && error instanceof LongplayError && error.kind !== 'incomplete' && error.code !== 'A101')
      discardFresh(archiveDir, folderWasThere, tools.keys);
    throw error;
  }
}

async function* importOpened(
  opened: OpenedSource,
  isNew: boolean,
  request: JobRequest,
  archiveDir: string,
  tools: ImportTools,
  tally: DifferenceTally,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ImportOutcome> {
  const archive = isNew
    ? await createArchive(archiveDir, { now: tools.now(), beginLog: (made, fixed) => beginLog(made, { ...fixed }, tools.keys) }, signal)
    : await openArchive(archiveDir);
  await using _lock = await acquireLock(archive.dir, signal);
  const swept = removeLeftovers(join(archive.dir, 'jobs'), signal);
  await using _swept = { [Symbol.asyncDispose]: () => swept };
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  // New bags would lie below the disk, and be out of sight once it is mounted.
  const landed = log.landedBags().size;
  if (landed > 0 && isBare(archive.dir)) throw bagsUnreachable(archive.dir, landed);
  refuseAwayYears(archive.dir, await rememberedYears(tools.keys, archive.dir, archive.id), log.landedBags());
  // Of what lay there before no bag was seen, or its place was given up.
  if (isNew) await rememberPlace(tools.keys, archive.dir, { id: archive.id, bags: 0 });
  await rememberYears(tools.keys, archive.dir, archive.id, yearsApart(archive.dir));
  await keepVerifier(archive, log);
  const catalog = openCatalog(join(archive.dir, 'catalog.sqlite'));
  using _catalog = { [Symbol.dispose]: () => catalog.close() };
  const unfinished = listJobs(join(archive.dir, 'jobs'));
  const jobsLeft = new Set(unfinished.map(({ head }) => head.jobId));
  await sweepDrafts(archive, (owner) => !jobsLeft.has(owner));
  const mine = unfinished.find((job) => requestDigest(job.head.request) === requestDigest(request));
  const pool = tools.createPool(signal);
  await using _pool = { [Symbol.asyncDispose]: () => pool.close() };
  // While the catalog is looked at: what is planned already begins sooner so.
  if (mine !== undefined) pool.startAll({ kind: 'prepare' } satisfies PrepareTask);
  const plannedBags = new Set(unfinished.flatMap((job) => job.head.bags.map((bag) => bag.name)));
  for (const found of log.findings) yield findingEvent(found);
  yield* settleLandings(archive, { log, catalog }, plannedBags, tools.now(), signal);
  yield* syncCatalog(archive, catalog, signal);
  for (const other of unfinished) {
    if (other !== mine)
      yield { type: 'notice', message: `job ${other.head.jobId} on ${other.head.sourceName} is unfinished; import that source again to finish it` };
  }
  const notes = followSource(opened.source);
  const { source, scratch } = opened;
  let algorithmsRead: Promise<readonly string[]> | null = null;
  const readAlgorithms = (): Promise<readonly string[]> => {
    algorithmsRead ??= bagAlgorithmsOf(archive, signal);
    return algorithmsRead;
  };
  const making = { source, pool, request, sourceName: source.name, addedDigests: async () => addedAmong(await readAlgorithms()) };
  const headStart = createHeadStart({ source, pool, make: plannedMaker(making), scratch }, signal);
  using _headStart = { [Symbol.dispose]: () => headStart.close() };
  let job: Job | null = mine ?? null;
  let reconciliation: Reconciliation;
  let read: ReadCalls | null = null;
  if (job === null) {
    const { importers, media, bagLimits = defaultBagLimits } = tools;
    const planning = {
      archive,
      catalog,
      importers,
      media,
      bagLimits,
      now: tools.now(),
      clockMs: tools.clockMs(),
      compareBytes: tools.compareBytes,
      notes,
      headStart,
    };
    const planned = yield* planImport(opened, request, planning, signal);
    job = planned.job;
    reconciliation = planned.reconciliation;
    read = planned.read;
  } else {
    yield { type: 'notice', message: `resuming job ${job.head.jobId}: ${job.head.bags.length} bags planned on ${job.head.createdAt}` };
    if (tools.compareBytes)
      yield { type: 'notice', message: 'bytes are compared where a source is planned: run the same import again when this job is done' };
    // What the source says of itself it says again.
    for (const found of job.head.findings) if (!found.code.startsWith('S')) yield findingEvent(found);
    // Written by `planImport` of this version.
    reconciliation = job.head.reconciliation as Reconciliation;
  }
  let result = nothing;
  let report: WrittenReport | null = null;
  const settle = (): Settled => settleDifferences(tally.differences({ ...result, recordsLost: recordsLost(reconciliation) }), tools.acceptances);
  if (job !== null) {
    await log.append('import-started', {
      job: job.head.jobId,
      importer: job.head.importer,
      bags: job.head.bags.length,
      recordings: reconciliation.toImport,
    });
    const algorithms = await readAlgorithms();
    const moves = createStatusMoves();
    // Of the bags the log speaks, also of those that an earlier run landed.
    const told = createReportNotes(({ code }) => isOfSource(code) || isOfRun(code));
    result = yield* noting(
      runJob(job, source, { archive, catalog, log, pool, headStart, register: tools.register, algorithms, moves }, signal),
      told,
    );
    reconciliation = moves.applied(reconciliation);
    await pool.close();
    catalog.settle();
    for await (const found of identicalAudioFindings(catalog.identicalAudio(job.head.bags.map(({ name }) => name)), signal)) {
      told.take(findingEvent(found));
      yield findingEvent(found);
    }
    await log.append('import-finished', {
      job: job.head.jobId,
      imported: result.imported,
      notImported: result.notImported,
      notPlayable: result.notPlayable,
      doubtful: result.doubtful,
    });
    for (const found of notes.take()) {
      told.take(findingEvent(found));
      yield findingEvent(found);
    }
    for (const found of audioAlarms(reconciliation, tools.expectAudio ?? null)) {
      told.take(findingEvent(found));
      yield findingEvent(found);
    }
    const { accepted } = settle();
    await enterAccepted(log, request, accepted);
    const ended = {
      job,
      archive,
      accepted,
      catalog,
      log,
      reconciliation,
      result,
      notes: told.notes(),
      resumed: mine !== undefined,
      now: tools.now(),
    };
    report = yield* keepReport(ended, signal);
    if (report !== null && tools.report !== undefined) await copyReport(report.folder, tools.report);
    const { jobId } = job.head;
    await sweepDrafts(archive, (owner) => owner === jobId);
    await removeJob(job);
  } else if (read !== null) {
    for (const found of [...notes.take(), ...audioAlarms(reconciliation, tools.expectAudio ?? null)]) yield findingEvent(found);
    const { accepted } = settle();
    await enterAccepted(log, request, accepted);
    if (tools.report !== undefined)
      report = yield* reportUnchanged('again', tools.report, read, request, archive, reconciliation, accepted, tools.now(), signal);
  }
  for (const found of notes.take()) yield findingEvent(found);
  // Also where nothing was new: a run before may have been killed before it came so far.
  yield* updateViewer(archive, catalog, log, signal);
  yield reconciliation;
  return { ...result, resumed: mine !== undefined, unread: notes.unread, reconciliation, settled: settle(), report };
}
