import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { reportsFolder } from '../../archive/documents/report-names.ts';
import { landsFromJobs } from '../../archive/draft-place.ts';
import type { Archive } from '../../archive/layout.ts';
import type { MediaJudge } from '../../core/base/media-judge.ts';
import { withResult } from '../../core/base/with-result.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type FindingCode, isAlarm } from '../../core/findings/finding-table.ts';
import type { Importer } from '../../core/model/importer.ts';
import type { Recording } from '../../core/model/recording.ts';
import type { ErasedLookup } from '../../log/erasure/erased-recordings.ts';
import { atRestOf, saltOf } from '../../sealing/stored/archive-secrets.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import { type BagGrouper, type BagLimits, createBagGrouper } from '../../store/jobs/bag-grouping.ts';
import { type Ledger, openLedger } from '../../store/jobs/ledger.ts';
import { beginPlan, type Job, type JobRequest, type JobTables, type PlanWriter, planFolder, requestDigest } from '../../store/jobs/plan.ts';
import { removeGradually } from '../../store/jobs/remove-gradually.ts';
import { type FindingEvent, findingEvent, type PipelineEvent, type Reconciliation } from '../events/events.ts';
import { createReportNotes } from '../events/report-notes.ts';
import { tableList, tableListName } from '../keep/keep-tables.ts';
import { type PlannedTable, planTables, tablesBagName } from '../keep/plan-tables.ts';
import { createReadTables, type ReadTables } from '../keep/read-tables.ts';
import type { HeadStart } from '../make/head-start.ts';
import { documentsOf } from '../open/query.ts';
import { archivedTables } from '../open/read-kept-tables.ts';
import type { AccountedRecording } from '../read/account.ts';
import type { OpenedSource } from '../read/open-sources.ts';
import type { Patience } from '../read/patience.ts';
import { readRequested } from '../read/read-requested.ts';
import type { SourceNotes } from '../read/source-notes.ts';
import { beginCallList, callListName, type ReadCalls } from '../report/write.ts';
import type { JobReport } from './report-import.ts';

/** A plan, or null if there is nothing new to import. */
export interface Planned {
  readonly job: Job | null;
  readonly reconciliation: Reconciliation;
  /** What was read, for the report of a run without new recordings; a job stores its own. The file is deleted with the source's temporary folder. */
  readonly read: ReadCalls;
}

/** Tools of planning. */
export interface PlanTools {
  readonly archive: Archive;
  readonly catalog: Catalog;
  readonly importers: readonly Importer[];
  readonly media: MediaJudge;
  readonly bagLimits: BagLimits;
  /** ISO time that the job and its bags record. */
  readonly now: string;
  /** True: the bytes of archived files are compared even if their names, sizes and time stamps agree. */
  readonly compareBytes: boolean;
  /** Looks up recordings that were erased from the archive. */
  readonly erased: ErasedLookup;
  /** Returns how often the erasure of a recording was lifted in a sealed archive. */
  readonly lifts: (recordingId: string) => number;
  /** Time of the machine's clock, epoch ms. */
  readonly clockMs: number;
  /** Present for a source that is being written. */
  readonly patience?: Patience;
  /** Findings about the source, which planning yields. */
  readonly notes: SourceNotes;
  /** Makes planned recordings while the rest is read. */
  readonly headStart: HeadStart;
}

/** Largest number of findings in the head of a job, apart from one per alarm that counts the others. All findings are yielded as they occur. */
const keptFindings = 1_000;

/** Time limit for deleting the plan of an interrupted run. */
const discardMs = 1_000;

/**
 * Returns a job id: the first second from now on for which the archive has no report of this request. Two imports of one request may begin within a
 * second, and the later one must not mistake the report of the earlier one for its own.
 */
function freeJobId(archiveDir: string, request: JobRequest, now: string): string {
  for (let second = Date.parse(now); ; second += 1_000) {
    const time = new Date(second).toISOString().replaceAll(/[-:]/g, '').slice(0, 15).toLowerCase();
    const jobId = `${time}-${requestDigest(request)}`;
    // The folder alone counts, even if the page of the report was lost: a report lands as a whole folder, and never replaces another.
    if (!existsSync(join(archiveDir, reportsFolder, jobId))) return jobId;
  }
}

/** Returns the progress of the planning. */
function planning(done: number, total: number, bytesTotal: number): PipelineEvent {
  return { type: 'progress', phase: 'planning', done, total, unit: 'recordings', bytes: 0, bytesTotal, audioMs: 0 };
}

/** The findings that are stored in the head of a job. */
interface KeptFindings {
  take(found: FindingEvent): void;
  /** Returns the stored findings, and one per alarm that counts the others. @param place place of the counting findings */
  finish(place: string): Finding[];
}

function createKeptFindings(): KeptFindings {
  const findings: Finding[] = [];
  /** For each alarm, the count that no stored finding covers: a resumed run must reach the same counts. */
  const beyond = new Map<FindingCode, number>();
  return {
    take: ({ code, place, message, count }) => {
      if (findings.length < keptFindings) findings.push(finding(code, place, message, count));
      else if (isAlarm(code)) beyond.set(code, (beyond.get(code) ?? 0) + (count ?? 1));
    },
    finish: (place) => [
      ...findings,
      ...[...beyond].map(([code, count]) => finding(code, place, `${count} more were reported when the job was planned`, count)),
    ],
  };
}

/** Yields the tables of a source that the archive does not keep yet. */
async function* tablesToKeep(
  tables: ReadTables,
  { source, scratch }: OpenedSource,
  { encoding }: JobRequest,
  catalog: Catalog,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, PlannedTable[]> {
  return yield* planTables(tables.files(), { source, view: { declaredEncoding: encoding, scratch }, known: archivedTables(catalog) }, signal);
}

/**
 * Decides whether the tables of a source are kept. They are not if nothing was taken from any of them, because the source may be the wrong one; nor
 * if they have rows of erased recordings (E113).
 */
function* keepsTables(
  { keepTables, enrich }: JobRequest,
  { erased = 0 }: Reconciliation,
  toMake: number,
  source: string,
): Generator<PipelineEvent, boolean> {
  if (keepTables === false || (enrich !== undefined && toMake === 0)) return false;
  if (erased > 0) yield findingEvent(finding('E113', source, 'its tables are not kept: they have rows of erased recordings'));
  return erased === 0;
}

/** Adds all recordings to a plan. Yields the progress after every thousand. */
async function* placeRecordings(
  plan: PlanWriter,
  grouper: BagGrouper,
  ledger: Ledger,
  headStart: HeadStart,
  signal: AbortSignal,
): AsyncGenerator<number> {
  let done = 0;
  for (const recording of ledger.recordings()) {
    signal.throwIfAborted();
    await plan.add(grouper.place(recording, recording.day, recording.bytes), recording.line);
    await headStart.turn();
    if (++done % 1_000 === 0) yield done;
  }
}

/** Adds the list of tables to a plan. */
async function planTablesBag(plan: PlanWriter, tables: readonly PlannedTable[], day: string): Promise<JobTables> {
  const sha256 = await plan.keepText(tableListName, tableList(tables));
  return { bag: tablesBagName(day, tables), tables: tables.length, sha256 };
}

/**
 * Reads the metadata of a source and decides which recordings go into which bag. Writes only the plan, and recordings made ahead into the folder of
 * the plan.
 */
export async function* planImport(
  opened: OpenedSource,
  request: JobRequest,
  tools: PlanTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Planned> {
  const { archive, catalog, importers, media, bagLimits, now, clockMs, compareBytes, erased, lifts, notes, headStart, patience } = tools;
  // Rows of a later table are matched by words.
  if (request.enrich !== undefined) catalog.settle();
  using lookup = catalog.lookup();
  const ledger = openLedger(opened.scratch);
  const tables = createReadTables();
  const { jobsKey } = atRestOf(archive);
  const { file, list } = beginCallList(opened.scratch, jobsKey);
  const jobId = freeJobId(archive.dir, request, now);
  const jobs = join(archive.dir, 'jobs');
  const folder = planFolder(jobs, jobId);
  let job: Job | null = null;
  try {
    // Recordings made ahead are renamed into drafts of bags, whose years are still unknown.
    if (landsFromJobs(archive)) headStart.begin(ledger, folder);
    const kept = createKeptFindings();
    const onTaken = (recording: Recording, taken: AccountedRecording): Promise<void> => {
      // A report must not name an erased recording.
      if (taken.standing !== 'erased') list.add(recording, taken);
      return headStart.turn();
    };
    const archived = { lookup, compareBytes, documentOf: documentsOf(archive.dir) };
    const given = { importers, media, clockMs, patience, archived };
    const reading = { ...given, salt: saltOf(archive), known: lookup.newestOf, erased, onItem: tables.take, onTaken };
    const reported = createReportNotes();
    const taken = withResult(readRequested({ opened, ledger, notes }, request, reading, signal));
    for await (const event of taken) {
      reported.take(event);
      if (event.type === 'finding') kept.take(event);
      yield event;
    }
    const { importer, reconciliation, listed } = taken.result();
    const read = { file, key: jobsKey, seal: list.finish(), notes: reported.notes(), listed };
    const toMake = reconciliation.toImport + (reconciliation.toAmend ?? 0);
    const keeps = yield* keepsTables(request, reconciliation, toMake, opened.source.name);
    const keptTables = keeps ? yield* tablesToKeep(tables, opened, request, catalog, signal) : [];
    if (toMake === 0 && keptTables.length === 0) return { job: null, reconciliation, read };
    await headStart.turn();
    const plan = await beginPlan(jobs, jobId, jobsKey);
    const grouper = createBagGrouper(bagLimits, lifts);
    for await (const done of placeRecordings(plan, grouper, ledger, headStart, signal)) yield planning(done, toMake, listed.bytes);
    await plan.keep(callListName, file);
    const planned = keptTables.length === 0 ? {} : { tables: await planTablesBag(plan, keptTables, now.slice(0, 10)) };
    const report: JobReport = { seal: read.seal, notes: read.notes, listed };
    await headStart.stop();
    job = await plan.finish({
      format: 'longplay-job',
      version: 1,
      jobId,
      createdAt: now,
      request,
      importer,
      sourceName: opened.source.name,
      bags: grouper.finish(),
      ...planned,
      reconciliation,
      findings: kept.finish(opened.source.name),
      report,
    });
    headStart.moved(job.folder);
    return { job, reconciliation, read };
  } finally {
    await headStart.stop();
    // An interrupted run must end soon: the next run deletes the rest.
    if (job === null) await removeGradually(folder, signal.aborted ? AbortSignal.timeout(discardMs) : undefined);
    list.discard();
    ledger.close();
  }
}
