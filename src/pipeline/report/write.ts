import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderDurable } from '../../archive/files/durable.ts';
import type { Archive } from '../../archive/layout.ts';
import { finding } from '../../core/findings/finding.ts';
import type { CallLine } from '../../report/calls/call-line.ts';
import { sourcePage } from '../../report/source/page.ts';
import { type SourceReport, sumsAgree } from '../../report/source/report.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { createReportNotes, noting, type ReadNotes } from '../events/report-notes.ts';
import { keepApart } from '../files/target-folder.ts';
import { type CallListSeal, createCallList, isWholeList, readCallList } from '../read/call-list.ts';
import type { Listed } from '../read/read-source.ts';
import { type SurveyOutcome, type SurveyTools, survey, type UndecidedSurvey } from '../survey/survey.ts';
import { type Acceptances, createDifferenceTally, settleDifferences, tallying } from './differences.ts';
import { beginReport, refuseReportFolder } from './files.ts';
import { type SourceFacts, sourceReport } from './source.ts';

/** A written report. */
export interface WrittenReport {
  /** Absolute path. */
  readonly folder: string;
  readonly report: SourceReport;
  readonly sumsAgree: boolean;
  /** Present if its files are sealed: the values with which a command writes them in clear. */
  readonly sealed?: { readonly archive: string; readonly jobId: string };
}

/** What was read of a source, for its report; plain data except for the file. */
export interface ReadCalls {
  /** Path of the list of its recordings. */
  readonly file: string;
  /** Key that encrypts the file; null: it is in clear. */
  readonly key: Uint8Array | null;
  readonly seal: CallListSeal;
  readonly notes: ReadNotes;
  readonly listed: Listed;
}

/** Checks the folder for a report before any work. @throws LongplayError P210, U121 */
export function checkReportFolder(folder: string | undefined, read: readonly string[]): void {
  if (folder === undefined) return;
  keepApart(read, folder);
  refuseReportFolder(folder);
}

/**
 * Begins the list of a source's recordings: `calls.jsonl` in a folder for temporary files.
 * @param key 32 bytes that encrypt it; null: the archive is open
 */
export function beginCallList(scratch: string, key: Uint8Array | null): { readonly file: string; readonly list: ReturnType<typeof createCallList> } {
  const file = join(scratch, callListName);
  return { file, list: createCallList(file, callListName, key) };
}

/** Name of the list in the folder of a job. */
export const callListName = 'calls.jsonl';

/** Where a report is written. */
export interface ReportPlace {
  readonly folder: string;
  /** Seals the files; absent: they are in clear. */
  readonly sealer?: Sealer;
}

/**
 * Writes the report of a source to a folder, from the list of its recordings.
 * @param last returns the final state of a line
 * @returns null if the list is missing or damaged, as P200 says
 */
export async function* writeListedReport(
  { folder, sealer }: ReportPlace,
  read: Pick<ReadCalls, 'file' | 'key' | 'seal'>,
  facts: SourceFacts,
  last: (line: CallLine & { readonly mends?: true }) => CallLine,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, WrittenReport | null> {
  if (!isWholeList(read.file, read.seal)) {
    yield findingEvent(finding('P200', facts.jobId ?? folder, 'the list of its recordings is missing or damaged'));
    return null;
  }
  const files = beginReport(folder, sealer);
  try {
    let done = 0;
    for await (const line of readCallList(read.file, callListName, read.key, signal)) {
      files.add(last(line));
      if (++done % 1_000 === 0) yield reporting(done, read.seal.recordings);
    }
    return yield* told(folder, await files.finish((parts) => sourceReport(parts, facts), sourcePage));
  } finally {
    files.discard();
  }
}

/** Surveys a source and writes the report to a folder. If the user must choose an importer first, there is no report. */
export async function* reportedSurvey(
  request: Parameters<typeof survey>[0],
  folder: string,
  tools: SurveyTools & { readonly now: () => string; readonly acceptances: Acceptances },
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, (SurveyOutcome & { readonly report: WrittenReport }) | UndecidedSurvey> {
  checkReportFolder(folder, request.sources);
  const wasThere = existsSync(folder);
  await makeFolderDurable(folder);
  const files = beginReport(folder);
  try {
    const notes = createReportNotes();
    const readAt = tools.now();
    const tally = createDifferenceTally();
    const outcome = yield* tallying(noting(survey(request, { ...tools, onCall: files.add }, signal), notes), tally);
    if (!outcome.decided) return outcome;
    const { reconciliation, listed } = outcome;
    const facts = {
      of: 'survey',
      jobId: null,
      archive: null,
      readAt,
      writtenAt: tools.now(),
      result: null,
      request,
      listed,
      reconciliation,
      accepted: settleDifferences(tally.differences({}), tools.acceptances).accepted,
    } as const;
    const report = await files.finish((parts) => sourceReport(parts, { ...facts, notes: notes.notes() }), sourcePage);
    return { ...outcome, report: yield* told(folder, report) };
  } finally {
    files.discard();
    // A mistyped source must leave nothing behind.
    if (!wasThere && readdirSync(folder).length === 0) rmdirSync(folder);
  }
}

/** Facts about a source of which nothing was imported. */
export interface UnchangedSource extends Pick<SourceFacts, 'request' | 'reconciliation' | 'accepted'> {
  readonly of: 'dry-run' | 'again';
  /** The archive; null if there is none yet. */
  readonly archive: Pick<Archive, 'id'> | null;
  /** ISO time. */
  readonly now: string;
}

/** Reports on a source of which nothing was imported, because this was a dry run or everything is archived. The statuses are match statuses. */
export async function* reportUnchanged(
  folder: string,
  read: ReadCalls,
  { of, request, archive, reconciliation, accepted, now }: UnchangedSource,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, WrittenReport | null> {
  await makeFolderDurable(folder);
  const { notes, listed } = read;
  const facts = {
    of,
    jobId: null,
    archive: archive?.id ?? null,
    readAt: now,
    writtenAt: now,
    result: null,
    request,
    listed,
    reconciliation,
    accepted,
    notes,
  };
  return yield* writeListedReport({ folder }, read, facts, (line) => line, signal);
}

/** Returns the progress event of writing a report. */
export function reporting(done: number, total: number): PipelineEvent {
  return { type: 'progress', phase: 'reporting', done, total, unit: 'recordings', bytes: 0, bytesTotal: null, audioMs: 0 };
}

/** Reports the written files, and sums that disagree. */
function* told(folder: string, report: SourceReport): Generator<PipelineEvent, WrittenReport> {
  for (const { what, input, accounted } of report.checks)
    if (input !== accounted) yield findingEvent(finding('P201', 'report.json', `${input} ${what}, ${accounted} are accounted for`));
  yield { type: 'result', of: 'report', value: { folder, report } };
  return { folder, report, sumsAgree: sumsAgree(report) };
}
