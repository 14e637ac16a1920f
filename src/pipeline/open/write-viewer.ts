import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { viewerFolder } from '../../archive/documents/viewer-list.ts';
import { acquireLock } from '../../archive/files/lock.ts';
import { type Archive, refuseSealed } from '../../archive/layout.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { home } from '../../core/base/home.ts';
import { finding } from '../../core/findings/finding.ts';
import { createBagCopies } from '../../core/model/bag-copies.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { BagVerification } from '../../core/page/data.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import { pageFiles } from '../../viewer/files/page-html.ts';
import { type ViewerOutcome, type ViewerTools, writeViewer } from '../../viewer/files/write-viewer.ts';
import { createEventChannel } from '../events/event-channel.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { verificationOf, withCopies } from './bag-verification.ts';
import { readBagDocuments } from './catalog-sync.ts';
import { type EntryTools, enterOne } from './enter-one.ts';
import { isWritable, openForReading } from './open-archive.ts';

/** Type of the log entry that determines every byte of a viewer: it has the digest of the viewer's list of files, and their number. */
export const viewerWritten = 'viewer-written';

/** What `longplay viewer` needs. */
export interface ViewerContext extends EntryTools {
  readonly temporary: string;
}

/**
 * Writes the viewer into an archive, or updates it. Reads every existing file, and replaces files that differ from the list.
 * @throws LongplayError K206: the archive is sealed; P211 if the archive is read-only; V119 if the log cannot be written; P240, P241; A107
 */
export async function* writeArchiveViewer(
  archiveDir: string,
  context: ViewerContext,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ViewerOutcome> {
  using opened = yield* openForReading(archiveDir, context.temporary, signal);
  const { archive, catalog } = opened;
  refuseSealed(archive, 'a viewer shows every call in clear', `to search and play in a browser, run: longplay serve ${archive.dir}`);
  if (!isWritable(archive.dir))
    throw new LongplayError(
      'usage',
      'P211',
      `${archive.dir} is read-only`,
      'run it on a machine that can write to the archive; viewer/ can be copied with it',
    );
  await using _lock = await acquireLock(archive.dir, signal);
  const read = await readLog(archive, signal);
  const enter = async (entry: LogDetail): Promise<void> => {
    const refusal = await enterOne(archive, viewerWritten, entry, context);
    if (refusal === null) return;
    // Without a log entry, a verification would report the viewer as foreign.
    const hint = 'run it on the machine that has the key of the archive; viewer/ is unchanged';
    throw new LongplayError('incomplete', 'V119', `the viewer was not written, because the log cannot be written: ${refusal.reason}`, hint);
  };
  const outcome = yield* writing(archive, catalog, read, { trust: 'bytes', enter }, signal);
  yield { type: 'result', of: 'viewer', value: { ...outcome } };
  return outcome;
}

/** A log that accepts entries. */
interface OpenLog {
  append(type: string, detail: LogDetail): Promise<unknown>;
}

/** Updates the viewer of an archive, if there is one, at the end of an import. An error does not make the import fail: P242 reports it. */
export async function* updateViewer(archive: Archive, catalog: Catalog, log: OpenLog, signal: AbortSignal): AsyncGenerator<PipelineEvent, void> {
  // A viewer that somebody copied into a sealed archive is not filled.
  if (archive.page !== null || !existsSync(join(archive.dir, viewerFolder))) return;
  try {
    const read = await readLog(archive, signal);
    const enter = async (entry: LogDetail): Promise<void> => {
      await log.append(viewerWritten, entry);
    };
    yield* writing(archive, catalog, read, { trust: 'sizes', enter }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LongplayError) && systemCode(error) === null) throw error;
    yield findingEvent(finding('P242', viewerFolder, `could not be updated: ${errorText(error)}`));
  }
}

/**
 * Writes all data of the viewer again after an erasure, if there is a viewer, because bags have changed without changing their names.
 * @throws LongplayError P241, A107
 */
export async function* rewriteViewer(archive: Archive, catalog: Catalog, log: OpenLog, signal: AbortSignal): AsyncGenerator<PipelineEvent, void> {
  if (!existsSync(join(archive.dir, viewerFolder))) return;
  const enter = async (entry: LogDetail): Promise<void> => {
    await log.append(viewerWritten, entry);
  };
  yield* writing(archive, catalog, await readLog(archive, signal), { trust: 'nothing', enter }, signal);
}

interface ReadLog {
  readonly verified: ReadonlyMap<string, BagVerification>;
  /** Time of the last entry, not counting those about the viewer. */
  readonly asOf: string;
  /** Digests of the viewer's lists in the log. */
  readonly lists: readonly string[];
}

/** Reads what the viewer shows from the log. Damage of the log is reported by `longplay verify`. */
async function readLog(archive: Archive, signal: AbortSignal): Promise<ReadLog> {
  const verified = new Map<string, BagVerification>();
  const copies = createBagCopies();
  let asOf = archive.createdAt;
  const lists: string[] = [];
  for await (const entry of loggedEntries(archive, null, signal)) {
    const { type, time, detail } = entry;
    if (type === viewerWritten) {
      if (typeof detail.listSha256 === 'string') lists.push(detail.listSha256);
      continue;
    }
    asOf = time;
    copies.take(entry);
    const read = verificationOf(entry);
    if (read !== null) verified.set(read.bag, read.verification);
  }
  for (const [bag, verification] of verified) verified.set(bag, withCopies(verification, copies.of(bag)));
  return { verified, asOf, lists };
}

async function* writing(
  archive: Archive,
  catalog: Catalog,
  { verified, asOf, lists }: ReadLog,
  { trust, enter }: { readonly trust: ViewerTools['trust']; readonly enter: (entry: LogDetail) => Promise<void> },
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
  const announce: ViewerTools['announce'] = async ({ listSha256, files, recordings }) => {
    if (lists.at(-1) !== listSha256) await enter({ listSha256, files, recordings });
  };
  const work = writeViewer({ archive, catalog, documents, verified, asOf, page: builtPage(), trust, progress, announce }, signal);
  yield* channel.during(work);
  return await work;
}

/** Returns the files of the page, which the build made. @throws LongplayError P241 */
export function builtPage(): ViewerTools['page'] {
  const built = fileURLToPath(new URL('dist/page/', home));
  if (!existsSync(join(built, pageFiles.script)))
    throw new LongplayError('incomplete', 'P241', `${built} has no ${pageFiles.script}`, 'run `npm run build` in the folder of longplay');
  return { script: readFileSync(join(built, pageFiles.script), 'utf8'), style: readFileSync(join(built, pageFiles.style), 'utf8') };
}
