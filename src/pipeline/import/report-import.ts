import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { reportsFolder } from '../../archive/documents/report-names.ts';
import { hashFile } from '../../archive/files/hash-file.ts';
import type { Archive } from '../../archive/layout.ts';
import { finding } from '../../core/findings/finding.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { type LoggedFile, reportDetail, reportKept } from '../../log/entries/logged-files.ts';
import type { ArchiveLog } from '../../log/log.ts';
import type { CallLine } from '../../report/calls/call-line.ts';
import { type Accepted, sumsAgree } from '../../report/source/report.ts';
import { createSealer } from '../../sealing/sealer.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import type { Lookup } from '../../store/catalog/lookup.ts';
import { type Job, readPlannedBag } from '../../store/jobs/plan.ts';
import { findingEvent, type PipelineEvent, type Reconciliation } from '../events/events.ts';
import { addCounts, countCodes, countsOf, type FindingCounts } from '../events/finding-counts.ts';
import { joinNotes, type ReadNotes } from '../events/report-notes.ts';
import { readBagDocuments } from '../open/catalog-sync.ts';
import type { CallListSeal, ListedCall } from '../read/call-list.ts';
import type { Listed } from '../read/read-source.ts';
import { beginLanding, hasReport, landReport } from '../report/files.ts';
import { keepReportSecrets, readKeptReport } from '../report/kept.ts';
import { callListName, type WrittenReport, writeListedReport } from '../report/write.ts';
import type { JobResult } from './job-progress.ts';

/** What a job knows about reading its source, in addition to the list of recordings. */
export interface JobReport {
  readonly seal: CallListSeal;
  readonly notes: ReadNotes;
  readonly listed: Listed;
}

/** What a run knows about the job that it has ended. */
export interface EndedJob {
  readonly job: Job;
  readonly archive: Archive;
  readonly catalog: Catalog;
  readonly log: ArchiveLog;
  readonly reconciliation: Reconciliation;
  readonly result: JobResult;
  /** Notes of this run, in addition to the log's data about bags. */
  readonly notes: ReadNotes;
  readonly resumed: boolean;
  readonly accepted: readonly Accepted[];
  /** ISO time. */
  readonly now: string;
}

/**
 * Writes the report of a job whose bags have landed to `reports/` of the archive, whole or not at all. The job is removed only after this has
 * returned, so a run after an interruption repeats it.
 * @returns null if no report is possible, as P200 says: an early version planned the job, or its list is damaged
 */
export async function* keepReport(ended: EndedJob, signal: AbortSignal): AsyncGenerator<PipelineEvent, WrittenReport | null> {
  const { job, archive, catalog, reconciliation, result } = ended;
  const { jobId, createdAt, request, report } = job.head;
  if (hasReport(archive.dir, jobId)) return await keptReport(archive, jobId, signal);
  if (report === undefined) {
    yield findingEvent(finding('P200', jobId, 'the job was planned by a version of longplay that stored no list of recordings'));
    return null;
  }
  // `planImport` wrote it; the digest of the job's head covers it.
  const { seal, notes, listed } = report as JobReport;
  const facts = {
    of: 'import',
    jobId,
    archive: archive.id,
    readAt: createdAt,
    writtenAt: ended.now,
    request,
    listed,
    reconciliation,
    accepted: ended.accepted,
    notes: joinNotes(notes, ended.notes, await bagFindings(ended), ended.resumed),
    result: { bags: job.head.bags.length, notImported: result.notImported, notPlayable: result.notPlayable, doubtful: result.doubtful },
  } as const;
  const folder = await beginLanding(archive.dir);
  const read = { file: join(job.folder, callListName), key: job.key, seal };
  using lookup = catalog.lookup();
  const sealer = archive.page === null ? undefined : createSealer();
  const written = yield* writeListedReport(
    { folder, ...(sealer === undefined ? {} : { sealer }) },
    read,
    facts,
    (line) => lastLine(line, lookup),
    signal,
  );
  if (written !== null) {
    // The log signs its digests before it appears: a report that this run did not write is never entered.
    const page = sealer === undefined ? null : await keepReportSecrets(sealer, jobId);
    await ended.log.append(reportKept, reportDetail(jobId, filesOf(folder, page !== null), page));
    return { ...written, folder: await landReport(folder, archive.dir, jobId), ...sealedPlace(archive, jobId) };
  }
  rmSync(folder, { recursive: true });
  return null;
}

/** Returns the digests of the files of a written report as they are stored. */
function filesOf(folder: string, isSealed: boolean): Parameters<typeof reportDetail>[1] {
  const stored = (name: string): LoggedFile => {
    const { sizeBytes, digests } = hashFile(join(folder, isSealed ? name + sealedEnding : name), ['sha256']);
    return { sha256: digests.sha256 ?? '', sizeBytes };
  };
  return {
    'report.json': stored('report.json'),
    'report.html': stored('report.html'),
    'recordings.csv': stored('recordings.csv'),
    'recordings.jsonl': stored('recordings.jsonl'),
  };
}

/** Reads the report that an earlier, interrupted run of the job wrote. */
async function keptReport(archive: Archive, jobId: string, signal: AbortSignal): Promise<WrittenReport> {
  const report = await readKeptReport(archive, jobId, signal);
  return { folder: join(archive.dir, reportsFolder, jobId), report, sumsAgree: sumsAgree(report), ...sealedPlace(archive, jobId) };
}

/** Returns the values with which a command opens the report of a sealed archive; nothing for a report in clear. */
function sealedPlace({ dir, page }: Archive, jobId: string): Pick<WrittenReport, 'sealed'> {
  return page === null ? {} : { sealed: { archive: dir, jobId } };
}

/** Returns the final line of a recording, as the recording is in the archive now. */
function lastLine({ mends, ...line }: ListedCall, lookup: Lookup): CallLine {
  if (line.standing !== 'new' && line.standing !== 'changed' && line.standing !== 'amended') return line;
  const there = line.recordingId === null ? null : lookup.newestOf(line.recordingId);
  if (there !== null)
    return { ...line, status: there.status, reason: there.reason, durationMs: there.durationMs, doubtful: there.doubtful, sound: there.sound };
  // Agrees with the account of the source.
  if (mends === true)
    return { ...line, standing: 'not-imported', reason: 'is still damaged in the source; the archive keeps the part that could be read before' };
  return {
    ...line,
    standing: 'not-imported',
    status: 'unreadable-audio',
    sound: 'unknown',
    reason: 'could not be imported; the findings of the import say why',
  };
}

/** Counts the findings about the audio of all bags of a job, from the log or, if the log has no counts, from the bag. */
async function bagFindings({ job, archive, log }: EndedJob): Promise<FindingCounts> {
  const sets: FindingCounts[] = [];
  for (const [index, bag] of job.head.bags.entries()) {
    const folder = join(archive.dir, 'bags', bag.name);
    if (!existsSync(folder)) continue;
    sets.push(countsOf(log.landedBags().get(bag.name)) ?? (await countBag(job, index, folder)));
  }
  return addCounts(...sets);
}

/** Counts the findings in a bag's documents except those of the importer. */
async function countBag(job: Job, index: number, folder: string): Promise<FindingCounts> {
  const told = new Map((await readPlannedBag(job, index)).map(({ recordingId, recording }) => [recordingId, recording.findings.length]));
  const sets: FindingCounts[] = [];
  for (const read of readBagDocuments(folder, job.head.bags[index]?.name ?? '')) {
    if (read.kind === 'finding') continue;
    const { recordingId, findings, media } = read.document;
    // The findings of the importer come first.
    sets.push(countCodes([...findings.slice(told.get(recordingId) ?? 0), ...media.flatMap((medium) => medium.findings)]));
  }
  return addCounts(...sets);
}
