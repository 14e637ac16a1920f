import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reportsFolder } from '../../archive/documents/report-names.ts';
import { removeDurable } from '../../archive/files/durable.ts';
import { mentions, mentionsIn, mentionsOne, pathsNaming, pathsOfFiles } from '../../archive/files/mentions.ts';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import type { KnownErasure } from '../../log/erasure/known-erasures.ts';
import { eraseForgotten, forgetDetails, type MeantEntries } from '../../log/forget-details.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import { detailsForgotten } from '../../log/who/erasure.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { keptReports, plainPieces } from '../../pipeline/report/kept.ts';
import { quarantineFolder } from '../../replicas/place/quarantine.ts';
import type { ErasureTools } from '../request/request.ts';
import type { BagEraser } from './bag.ts';
import { eraseFromCases, exportsNaming } from './cases.ts';
import { removeReport } from './destroy-secrets.ts';
import type { DueFiles } from './files.ts';
import { erasedMessages } from './messages.ts';

/** Archive, log, catalog and requests for erasing derived data. */
export interface DerivedWork extends BagEraser {
  readonly tools: ErasureTools;
  /** Requests whose recordings are no longer in any bag. */
  readonly done: readonly KnownErasure[];
  /** Files that this run erases alone. */
  readonly dueNow: DueFiles;
}

/** Returns true for the id of an erased recording. */
type IsGone = (recordingId: string) => boolean;

/** Erases everything besides the catalog that the archive holds about erased recordings: reports, quarantined files, private details of log entries. */
export async function* eraseDerived(isGone: IsGone, work: DerivedWork, signal: AbortSignal): AsyncGenerator<PipelineEvent> {
  yield* exportsNaming(work.archive.dir, work.entries, isGone, (id) => work.dueNow.has(id));
  yield* eraseFromCases(erasedMessages(new Map(), isGone, work, work.tools), work, work.tools, signal);
  yield* eraseReports(isGone, work, signal);
  yield* eraseQuarantined(isGone, work, signal);
  await eraseDetails(isGone, work, signal);
}

/** Removes reports that name one of the recordings. Reports may be deleted, and the log records the deletion. */
async function* eraseReports(isGone: IsGone, { archive, enter }: DerivedWork, signal: AbortSignal): AsyncGenerator<PipelineEvent> {
  const folder = join(archive.dir, reportsFolder);
  if (!existsSync(folder)) return;
  for (const job of readdirSync(folder)) {
    signal.throwIfAborted();
    if (!mentionsOne(join(folder, job), isGone)) continue;
    await enter([{ type: 'report-erased', detail: { job } }]);
    await removeReport(archive.dir, job);
    yield { type: 'result', of: 'report-erased', value: { job } };
  }
}

/**
 * Removes quarantined files (damaged bytes that a repair has replaced) of erased recordings, and of files that were erased alone. Keeps the description of the
 * repair.
 */
async function* eraseQuarantined(isGone: IsGone, { archive, enter, fileMark }: DerivedWork, signal: AbortSignal): AsyncGenerator<PipelineEvent> {
  const top = join(archive.dir, quarantineFolder);
  for (const entry of existsSync(top) ? readdirSync(top) : []) {
    signal.throwIfAborted();
    const named = pathsNaming(join(top, entry), isGone);
    const paths = [...named, ...pathsOfFiles(join(top, entry), (id, file) => !isGone(id) && fileMark(id, file) !== null)];
    if (paths.length === 0) continue;
    const folder = `${quarantineFolder}/${entry}`;
    await enter([{ type: 'quarantine-erased', detail: { folder, paths: paths.length } }]);
    for (const path of paths) await removeDurable(path);
    yield { type: 'result', of: 'quarantine-erased', value: { folder, paths: paths.length } };
  }
}

/** Erases private details of log entries that name one of the recordings. */
async function eraseDetails(isGone: IsGone, work: DerivedWork, signal: AbortSignal): Promise<void> {
  const { archive, log, entries, done } = work;
  const meant = await detailsAbout(archive.dir, entries, isGone, listsOf(log.erasures().requests.values(), done));
  if (meant.length > 0) await forgetDetails(archive, log, { meant, reason: 'erasure of recordings' }, entries, signal);
  // Also handles lines that a stopped run entered as erased.
  else await eraseForgotten(archive, entries, signal);
}

/** Entries with the lists of requests, by their numbers. */
export interface RequestLists {
  /** Lists of requests that this run executes. */
  readonly done: ReadonlySet<number>;
  /** Lists of requests that are still to be executed: of a request with a recording on hold, others may be erased already. */
  readonly needed: ReadonlySet<number>;
}

/** Returns the entries with the lists of requests. @param done requests that this run executes */
export function listsOf(requests: Iterable<KnownErasure>, done: readonly KnownErasure[]): RequestLists {
  const numbers = (some: readonly KnownErasure[]): ReadonlySet<number> => new Set(some.flatMap((one) => one.lists.map(({ seq }) => seq)));
  const ids = new Set(done.map(({ request }) => request));
  const open = [...requests].filter(({ request, executedAt, withdrawnAt }) => executedAt === null && withdrawnAt === null && !ids.has(request));
  return { done: numbers(done), needed: numbers(open) };
}

/** Finds the entries whose private details name one of the recordings, e.g. lists of exports, notes, and the lists of executed requests. */
export async function detailsAbout(
  dir: string,
  entries: () => AsyncIterable<LogEntry>,
  isGone: IsGone,
  { done, needed }: RequestLists,
): Promise<readonly MeantEntries[]> {
  const beside = createDetailsReader(dir);
  const released = new Set<unknown>();
  for await (const { type, detail } of entries()) if (type === 'release') released.add(detail.hold);
  const concerns = async (entry: LogEntry): Promise<boolean> => {
    // These entries still protect other recordings, so they must remain readable.
    if (entry.type === detailsForgotten || entry.type === 'retain-rules') return false;
    if (entry.type === 'hold-list' && !released.has(entry.detail.hold)) return false;
    if (needed.has(entry.seq)) return false;
    const details = await beside.of(entry);
    return details !== null && (done.has(entry.seq) || isAbout(entry, isGone) || mentions(JSON.stringify(details), isGone));
  };
  const meant: MeantEntries[] = [];
  for await (const entry of entries()) if (await concerns(entry)) meant.push({ of: null, fromSeq: entry.seq, toSeq: entry.seq });
  return meant;
}

/** Finds the sealed import reports that name one of the recordings, including those whose secrets were already destroyed. @throws LongplayError K202 */
export async function sealedReportsNaming(
  archive: Archive,
  isGone: IsGone,
  signal: AbortSignal,
): Promise<readonly { readonly job: string; readonly page: string }[]> {
  const found: { readonly job: string; readonly page: string }[] = [];
  for (const [job, kept] of await keptReports(archive, signal)) {
    if (kept.page === null || !existsSync(kept.folder)) continue;
    try {
      if (mentionsIn(plainPieces(kept), isGone)) found.push({ job, page: kept.page });
    } catch (error) {
      if (!(error instanceof LongplayError) || !['K103', 'K203', 'K204'].includes(error.code)) throw error;
      // Nobody opens it; if a copy of the keyring brings its page back, a later run finds it.
      if (error.code !== 'K204') continue;
      // A run was stopped before it removed the files.
      found.push({ job, page: kept.page });
    }
  }
  return found;
}

/** Returns true for a note or a tag on one of the recordings. */
function isAbout({ type, detail }: LogEntry, isGone: IsGone): boolean {
  return (type === 'note-added' || type === 'note-withdrawn') && typeof detail.recording === 'string' && isGone(detail.recording);
}
