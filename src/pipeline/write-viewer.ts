import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Archive } from '../archive/layout.ts';
import { acquireLock } from '../archive/lock.ts';
import { viewerFolder } from '../archive/viewer-list.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { errorText, LongplayError, systemCode } from '../core/error.ts';
import { finding } from '../core/finding.ts';
import { home } from '../core/home.ts';
import type { BagVerification } from '../core/page-data.ts';
import type { RecordingDocument } from '../core/recording-document.ts';
import { inspectLog } from '../log/inspect-log.ts';
import type { LogDetail, TimedEntry } from '../log/log-entry.ts';
import { readEntries } from '../log/read-log.ts';
import { pageFiles } from '../viewer/page-html.ts';
import { type ViewerOutcome, type ViewerTools, writeViewer } from '../viewer/write-viewer.ts';
import { readBagDocuments } from './catalog-sync.ts';
import { type EntryTools, enterOne } from './enter-one.ts';
import { createEventChannel } from './event-channel.ts';
import { findingEvent, type PipelineEvent } from './events.ts';
import { isWritable, openForReading } from './open-archive.ts';

/** The entry of the log that fixes every byte of a viewer: digest and number of files of its list. */
export const viewerWritten = 'viewer-written';

/** What `longplay viewer` works with. */
export interface ViewerContext extends EntryTools {
  readonly temporary: string;
}

/** A viewer, and whether the log names it. */
export interface WrittenViewer extends ViewerOutcome {
  /** Null: entered; else why not. */
  readonly notEntered: string | null;
}

/**
 * Writes the page that shows an archive into it, or brings it up to date; every file that is there is read, and mended where it is not as listed.
 * @throws LongplayError P211 where the archive may only be read; P240, P241; A107
 */
export async function* writeArchiveViewer(
  archiveDir: string,
  context: ViewerContext,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, WrittenViewer> {
  using opened = yield* openForReading(archiveDir, context.temporary, signal);
  const { archive, catalog } = opened;
  if (!isWritable(archive.dir))
    throw new LongplayError(
      'usage',
      'P211',
      `${archive.dir} may only be read`,
      'run it where the archive may be written to; what is in viewer/ can be copied along',
    );
  await using _lock = await acquireLock(archive.dir, signal);
  const read = await readLog(archive, signal);
  const outcome = yield* writing(archive, catalog, read, 'bytes', signal);
  const entered = read.lists.at(-1) === outcome.listSha256 ? null : await enterOne(archive, viewerWritten, entryOf(outcome), context);
  if (entered !== null) yield findingEvent(finding('V119', viewerFolder, `is not entered in the log: ${entered}`));
  yield { type: 'result', of: 'viewer', value: { ...outcome } };
  return { ...outcome, notEntered: entered };
}

/** What a log has to take an entry with. */
interface OpenLog {
  append(type: string, detail: LogDetail): Promise<unknown>;
}

/**
 * Brings the page of an archive up to date at the end of an import, where there is one. What keeps it from being written does not make
 * the import fail: P242 says so.
 */
export async function* updateViewer(archive: Archive, catalog: Catalog, log: OpenLog, signal: AbortSignal): AsyncGenerator<PipelineEvent, void> {
  if (!existsSync(join(archive.dir, viewerFolder))) return;
  try {
    const read = await readLog(archive, signal);
    const outcome = yield* writing(archive, catalog, read, 'sizes', signal);
    if (read.lists.at(-1) !== outcome.listSha256) await log.append(viewerWritten, entryOf(outcome));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LongplayError) && systemCode(error) === null) throw error;
    yield findingEvent(finding('P242', viewerFolder, `could not be brought up to date: ${errorText(error)}`));
  }
}

function entryOf({ listSha256, files, recordings }: ViewerOutcome): LogDetail {
  return { listSha256, files, recordings };
}

interface ReadLog {
  readonly verified: ReadonlyMap<string, BagVerification>;
  /** Time of the last entry that is not about the viewer. */
  readonly asOf: string;
  /** Digests of lists that the log names. */
  readonly lists: readonly string[];
}

/** What the viewer shows of the log. Damage of it is for `longplay verify` to tell. */
async function readLog(archive: Archive, signal: AbortSignal): Promise<ReadLog> {
  const verified = new Map<string, BagVerification>();
  let asOf = archive.createdAt;
  const lists: string[] = [];
  for await (const entry of readEntries(archive, await inspectLog(archive, null, signal), signal)) {
    const { type, time, detail } = entry;
    if (type === viewerWritten) {
      if (typeof detail.listSha256 === 'string') lists.push(detail.listSha256);
      continue;
    }
    asOf = time;
    const read = verificationOf(entry);
    if (read !== null) verified.set(read.bag, read.verification);
  }
  return { verified, asOf, lists };
}

/** What an entry says of a bag of the archive itself; null: nothing. */
export function verificationOf({ type, time, detail }: TimedEntry): { readonly bag: string; readonly verification: BagVerification } | null {
  const { bag, verdict, played, replica } = detail;
  if (type !== 'bag-verified' || typeof bag !== 'string' || typeof replica === 'string') return null;
  return { bag, verification: { time, verdict: String(verdict ?? ''), played: String(played ?? '') } };
}

async function* writing(
  archive: Archive,
  catalog: Catalog,
  { verified, asOf }: ReadLog,
  trust: ViewerTools['trust'],
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ViewerOutcome> {
  const channel = createEventChannel<PipelineEvent>();
  const progress = (done: number, total: number): void =>
    channel.push({ type: 'progress', phase: 'showing', done, total, unit: 'bags', bytes: 0, bytesTotal: null, audioMs: 0 });
  const documents = function* (bag: string): Generator<RecordingDocument> {
    for (const read of readBagDocuments(join(archive.dir, 'bags', bag), bag)) {
      if (read.kind === 'finding') channel.push(findingEvent(read));
      else yield read.document;
    }
  };
  const work = writeViewer({ archive, catalog, documents, verified, asOf, page: builtPage(), trust, progress }, signal);
  yield* channel.during(work);
  return await work;
}

/** The page as the build left it. @throws LongplayError P241 */
export function builtPage(): ViewerTools['page'] {
  const built = fileURLToPath(new URL('dist/page/', home));
  if (!existsSync(join(built, pageFiles.script)))
    throw new LongplayError('incomplete', 'P241', `${built} has no ${pageFiles.script}`, 'run `npm run build` in the folder of longplay');
  return { script: readFileSync(join(built, pageFiles.script), 'utf8'), style: readFileSync(join(built, pageFiles.style), 'utf8') };
}
