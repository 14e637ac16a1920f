import { addedAmong } from '../../archive/bag/added-digests.ts';
import type { FormatRegister } from '../../archive/bag/originals.ts';
import { sweepDrafts } from '../../archive/draft-place.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import type { MediaJudge } from '../../core/base/media-judge.ts';
import type { Finding } from '../../core/findings/finding.ts';
import type { Importer } from '../../core/model/importer.ts';
import { erasedLookup, liftsLookup } from '../../log/erasure/erased-recordings.ts';
import { rememberedErasures } from '../../log/keys/erasure-ledger.ts';
import type { ArchiveLog, LogTools } from '../../log/log.ts';
import type { WorkerPool } from '../../media/workers/worker-pool.ts';
import { saltOf } from '../../sealing/stored/archive-secrets.ts';
import type { Admit } from '../../source/admission.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import { type BagLimits, defaultBagLimits } from '../../store/jobs/bag-grouping.ts';
import { bagsOfJob, type Job, type JobRequest, removeJob, requestDigest } from '../../store/jobs/plan.ts';
import { findingEvent, type PipelineEvent, type Reconciliation } from '../events/events.ts';
import { createReportNotes, isOfRun, isOfSource, noting } from '../events/report-notes.ts';
import { type KeptTables, keepTables } from '../keep/keep-tables.ts';
import { createHeadStart, type HeadStart } from '../make/head-start.ts';
import { plannedMaker } from '../make/make-planned.ts';
import { syncCatalog } from '../open/catalog-sync.ts';
import { updateViewer } from '../open/write-viewer.ts';
import { audioAlarms } from '../read/expected-audio.ts';
import type { OpenedSource } from '../read/open-sources.ts';
import type { Patience } from '../read/patience.ts';
import { followSource, type SourceNotes } from '../read/source-notes.ts';
import { createStatusMoves } from '../read/status-moves.ts';
import { type Acceptances, type DifferenceTally, recordsLost, type Settled, settleDifferences } from '../report/differences.ts';
import { copyReport } from '../report/files.ts';
import { copyOwnReport } from '../report/kept.ts';
import { type ReadCalls, reportUnchanged, type WrittenReport } from '../report/write.ts';
import { isLostHistory, lostBags } from './archive-faults.ts';
import { bagAlgorithmsOf } from './bag-algorithms.ts';
import type { SealingRequest } from './choose-sealing.ts';
import { enterAccepted } from './enter-accepted.ts';
import { type CutsVcon, createCutsVcon } from './erased-siblings.ts';
import { identicalAudioFindings } from './identical-audio.ts';
import { type JobResult, noResult } from './job-progress.ts';
import { planImport } from './plan-import.ts';
import { keepReport } from './report-import.ts';
import { type JobTools, runJob } from './run-job.ts';
import { settleLandings } from './settle-landings.ts';

/** Tools of an import, from the command line. */
export interface ImportTools {
  readonly importers: readonly Importer[];
  readonly media: MediaJudge;
  /** Known formats and codecs. */
  readonly register: FormatRegister;
  readonly createPool: (signal: AbortSignal) => WorkerPool;
  /** Folder for temporary files. */
  readonly temporary: string;
  /** Returns the current time as ISO text. */
  readonly now: () => string;
  /** Returns the time of the machine's clock, epoch ms; `now` may be later. */
  readonly clockMs: () => number;
  /** Folder of this machine's signing keys. */
  readonly keys: string;
  /** Returns the user who runs the program. */
  readonly actor?: LogTools['actor'];
  readonly bagLimits?: BagLimits;
  /** True: the bytes of archived files are compared even if their names, sizes and time stamps agree. */
  readonly compareBytes: boolean;
  /** What the user says about sealing, see `chooseSealing`. */
  readonly sealing?: SealingRequest;
  readonly acceptances: Acceptances;
  /** Percentage of calls that must have audio; null or absent: at least one call must. */
  readonly expectAudio?: number | null;
  /** Folder for a report, in addition to the one that the archive keeps. */
  readonly report?: string;
  /** Present for a source that is being written: decides which files and recordings are read. */
  readonly running?: RunningSource;
}

/** Decisions about a source that is being written. */
export interface RunningSource {
  readonly admit: Admit;
  readonly patience: Patience;
}

/** Result of an import. */
export interface ImportOutcome extends JobResult {
  /** Tables that this run kept. */
  readonly kept: KeptTables;
  readonly resumed: boolean;
  /** Parts of the source that could not be read, each with a finding. */
  readonly unread: number;
  /** Number of faults of the archive that the run met: lost bags, or a lost end of the log. The run then ends with 4. */
  readonly faults: number;
  readonly reconciliation: Reconciliation;
  /** Accepted and open differences, which determine whether the run ends with 3. */
  readonly settled: Settled;
  /** The written report; null if none was written. */
  readonly report: WrittenReport | null;
}

/** What an import has opened: a source, and an archive whose lock is held. */
export interface OpenedImport {
  readonly request: JobRequest;
  readonly opened: OpenedSource;
  readonly archive: Archive;
  readonly log: ArchiveLog;
  readonly catalog: Catalog;
  readonly pool: WorkerPool;
  /** Unfinished jobs of earlier runs. */
  readonly unfinished: readonly Job[];
  /** Counts the differences in the events of the run. */
  readonly tally: DifferenceTally;
}

/** Returns the unfinished job of this request; null if there is none. */
export function jobOf(request: JobRequest, unfinished: readonly Job[]): Job | null {
  return unfinished.find((job) => requestDigest(job.head.request) === requestDigest(request)) ?? null;
}

/** Facts about the calls after the source was read, by this run or when its job was planned. */
interface ReadSource {
  /** Null if there is nothing to import. */
  readonly job: Job | null;
  readonly reconciliation: Reconciliation;
  /** Null if an earlier run read it. */
  readonly read: ReadCalls | null;
}

/**
 * One run of an import. It cleans up the archive, plans or resumes a job, makes its bags, and reports. The job is removed only after its report was
 * written.
 */
export class ImportRun {
  readonly #import: OpenedImport;
  readonly #tools: ImportTools;
  readonly #signal: AbortSignal;
  /** The unfinished job that an earlier run of the same request began. */
  readonly #mine: Job | null;
  readonly #notes: SourceNotes;
  /** Notes for the report, in addition to the log's data about bags, including bags that an earlier run landed. */
  readonly #told = createReportNotes(({ code }) => isOfSource(code) || isOfRun(code));
  #algorithms: Promise<readonly string[]> | null = null;
  #result = noResult;
  #kept: KeptTables = { tables: 0, bytes: 0 };

  constructor(opened: OpenedImport, tools: ImportTools, signal: AbortSignal) {
    this.#import = opened;
    this.#tools = tools;
    this.#signal = signal;
    this.#mine = jobOf(opened.request, opened.unfinished);
    this.#notes = followSource(opened.opened.source);
  }

  async *run(): AsyncGenerator<PipelineEvent, ImportOutcome> {
    const { archive, catalog, log } = this.#import;
    yield* this.#putInOrder();
    const cutsVcon = await this.#cutsVcon();
    const headStart = this.#createHeadStart(cutsVcon);
    using _headStart = { [Symbol.dispose]: () => headStart.close() };
    const { job, read, reconciliation: planned } = this.#mine === null ? yield* this.#plan(headStart) : yield* this.#resume(this.#mine);
    const reconciliation = job === null ? planned : yield* this.#makeBags(job, planned, { headStart, ...cutsVcon });
    const report = job !== null ? yield* this.#finish(job, reconciliation) : read !== null ? yield* this.#reportAgain(read, reconciliation) : null;
    yield* findingEvents(this.#notes.take());
    // Also if nothing was new: an earlier run may have been killed before this step.
    yield* updateViewer(archive, catalog, log, this.#signal);
    const lost = lostBags(archive, log.landedBags().keys(), catalog);
    yield* findingEvents(lost);
    const faults = lost.length + log.findings.filter(isLostHistory).length;
    yield reconciliation;
    const settled = this.#settle(reconciliation);
    return { ...this.#result, kept: this.#kept, resumed: this.#mine !== null, unread: this.#notes.unread, faults, reconciliation, settled, report };
  }

  /** Settles bags that earlier runs left, updates the catalog, and reports other unfinished jobs. */
  async *#putInOrder(): AsyncGenerator<PipelineEvent, void> {
    const { archive, log, catalog, unfinished } = this.#import;
    const plannedBags = new Set(unfinished.flatMap(bagsOfJob));
    yield* findingEvents(log.findings);
    yield* settleLandings(archive, { log, catalog }, plannedBags, this.#tools.now(), this.#signal);
    yield* syncCatalog(archive, catalog, this.#signal);
    for (const other of unfinished) {
      if (other !== this.#mine) yield { type: 'notice', message: unfinishedText(other) };
    }
  }

  /** Returns the test for vCons of erased recordings, if anything was erased. */
  async #cutsVcon(): Promise<{ readonly cutsVcon?: CutsVcon }> {
    const { archive, log, catalog } = this.#import;
    const { keys } = this.#tools;
    const recordings = log.erasures().erased.size + (await rememberedErasures(keys, archive.id)).size;
    const files = log.erasures().files.size + (await rememberedErasures(keys, archive.id, 'file')).size;
    if (recordings + files === 0) return {};
    const erased = await erasedLookup(log.erasures(), archive.id, keys);
    return { cutsVcon: createCutsVcon({ dir: archive.dir, salt: saltOf(archive), catalog, erased, hasErasedFiles: files > 0 }) };
  }

  #createHeadStart(cutsVcon: { readonly cutsVcon?: CutsVcon }): HeadStart {
    const { opened, pool, request } = this.#import;
    const { source, scratch } = opened;
    const addedDigests = async (): Promise<readonly string[]> => addedAmong(await this.#bagAlgorithms());
    const isSealed = this.#import.archive.page !== null;
    const make = plannedMaker({ source, pool, request, sourceName: source.name, addedDigests, isSealed, ...cutsVcon });
    return createHeadStart({ source, pool, make, scratch }, this.#signal);
  }

  /** Returns the digest algorithms for the manifests of new bags. Reads the log once, and only if there is something to make. */
  #bagAlgorithms(): Promise<readonly string[]> {
    this.#algorithms ??= bagAlgorithmsOf(this.#import.archive, this.#signal);
    return this.#algorithms;
  }

  async *#plan(headStart: HeadStart): AsyncGenerator<PipelineEvent, ReadSource> {
    const { opened, request, archive, catalog } = this.#import;
    const { importers, media, compareBytes, bagLimits = defaultBagLimits, running } = this.#tools;
    const [now, clockMs] = [this.#tools.now(), this.#tools.clockMs()];
    const { log } = this.#import;
    const erased = await erasedLookup(log.erasures(), archive.id, this.#tools.keys);
    // In an open archive a lifted recording has no files left, so its bag may get the earlier name.
    const lifts = archive.page === null ? () => 0 : await liftsLookup(log.erasures(), archive.id, this.#tools.keys);
    const patience = running === undefined ? {} : { patience: running.patience };
    const planning = {
      archive,
      catalog,
      importers,
      media,
      bagLimits,
      now,
      clockMs,
      compareBytes,
      erased,
      lifts,
      notes: this.#notes,
      headStart,
      ...patience,
    };
    return yield* planImport(opened, request, planning, this.#signal);
  }

  async *#resume(job: Job): AsyncGenerator<PipelineEvent, ReadSource> {
    yield { type: 'notice', message: agree`resuming job ${job.head.jobId}: ${job.head.bags.length} bag[s] planned on ${job.head.createdAt}` };
    if (this.#tools.compareBytes)
      yield { type: 'notice', message: 'bytes are compared when a source is planned: run the same import again when this job is done' };
    // Reading the source reports findings about the source itself again.
    yield* findingEvents(job.head.findings.filter((found) => !found.code.startsWith('S')));
    // `planImport` of this version wrote it.
    return { job, reconciliation: job.head.reconciliation as Reconciliation, read: null };
  }

  /** Makes the bags of the job, between two log entries. @returns the reconciliation with the final statuses */
  async *#makeBags(job: Job, planned: Reconciliation, made: Pick<JobTools, 'headStart' | 'cutsVcon'>): AsyncGenerator<PipelineEvent, Reconciliation> {
    const { archive, catalog, log, pool, opened } = this.#import;
    const { jobId, importer, bags } = job.head;
    const { toImport, toAmend } = planned;
    await log.append('import-started', {
      job: jobId,
      importer,
      bags: bags.length,
      recordings: toImport,
      ...(toAmend === undefined ? {} : { amendments: toAmend }),
    });
    const algorithms = await this.#bagAlgorithms();
    const { source, scratch } = opened;
    const view = { declaredEncoding: job.head.request.encoding, scratch };
    this.#kept = yield* noting(keepTables(job, { archive, catalog, log, source, view, algorithms }, this.#signal), this.#told);
    const moves = createStatusMoves();
    const making = { archive, catalog, log, pool, ...made, register: this.#tools.register, algorithms, moves };
    this.#result = yield* noting(runJob(job, opened.source, making, this.#signal), this.#told);
    await pool.close();
    catalog.settle();
    const identical = identicalAudioFindings(catalog.identicalAudio(bags.map(({ name }) => name)), this.#signal);
    yield* noting(findingEvents(identical), this.#told);
    const { imported, amended, notImported, notPlayable, doubtful } = this.#result;
    await log.append('import-finished', { job: jobId, imported, ...(amended > 0 ? { amended } : {}), notImported, notPlayable, doubtful });
    return moves.applied(planned);
  }

  /** Logs accepted differences, writes the job's report, and removes the job. */
  async *#finish(job: Job, reconciliation: Reconciliation): AsyncGenerator<PipelineEvent, WrittenReport | null> {
    const { archive, catalog, log, request } = this.#import;
    yield* noting(findingEvents(this.#notes.take()), this.#told);
    yield* noting(findingEvents(this.#audioAlarms(reconciliation)), this.#told);
    const { accepted } = this.#settle(reconciliation);
    await enterAccepted(log, request, accepted);
    const ended = {
      job,
      archive,
      accepted,
      catalog,
      log,
      reconciliation,
      result: this.#result,
      notes: this.#told.notes(),
      resumed: this.#mine !== null,
      now: this.#tools.now(),
    };
    const kept = yield* keepReport(ended, this.#signal);
    const report = kept === null ? null : await this.#withCopy(kept);
    const { jobId } = job.head;
    await sweepDrafts(archive, (owner) => owner === jobId);
    await removeJob(job);
    return report;
  }

  /** Writes the report into the requested folder, always in clear. @returns the archive's report; for a sealed archive, the copy */
  async #withCopy(kept: WrittenReport): Promise<WrittenReport> {
    const out = this.#tools.report;
    if (out === undefined) return kept;
    const { sealed, ...report } = kept;
    if (sealed === undefined) {
      await copyReport(kept.folder, out);
      return kept;
    }
    await copyOwnReport(this.#import.archive, sealed.jobId, out, this.#signal);
    return { ...report, folder: out };
  }

  /** Ends a run that found nothing new, because the source is completely archived. */
  async *#reportAgain(read: ReadCalls, reconciliation: Reconciliation): AsyncGenerator<PipelineEvent, WrittenReport | null> {
    const { archive, log, request } = this.#import;
    yield* findingEvents([...this.#notes.take(), ...this.#audioAlarms(reconciliation)]);
    const { accepted } = this.#settle(reconciliation);
    await enterAccepted(log, request, accepted);
    if (this.#tools.report === undefined) return null;
    const unchanged = { of: 'again', request, archive, reconciliation, accepted, now: this.#tools.now() } as const;
    return yield* reportUnchanged(this.#tools.report, read, unchanged, this.#signal);
  }

  #audioAlarms(reconciliation: Reconciliation): readonly Finding[] {
    return audioAlarms(reconciliation, this.#tools.expectAudio ?? null);
  }

  /** Compares the differences of the run so far with those that the user accepts. */
  #settle(reconciliation: Reconciliation): Settled {
    const differences = this.#import.tally.differences({ ...this.#result, recordsLost: recordsLost(reconciliation) });
    return settleDifferences(differences, this.#tools.acceptances);
  }
}

async function* findingEvents(findings: Iterable<Finding> | AsyncIterable<Finding>): AsyncGenerator<PipelineEvent, void> {
  for await (const found of findings) yield findingEvent(found);
}

function unfinishedText({ head: { jobId, sourceName, request } }: Job): string {
  const next = request.enrich === undefined ? 'import that source again' : 'run `longplay amend` with that table again';
  return `job ${jobId} on ${sourceName} is unfinished; ${next} to finish it`;
}
