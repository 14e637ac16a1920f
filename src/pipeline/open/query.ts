import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { parseRecordingJson } from '../../archive/documents/recording-json.ts';
import { storedPath, storedPlace } from '../../archive/documents/stored-path.ts';
import { openRegular } from '../../archive/files/hash-file.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, refusalOf, systemCode } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type RecordingDocument, storedFilesOf } from '../../core/model/recording-document.ts';
import type { WindowCounts } from '../../core/time/time-span.ts';
import type { LandedRecordings } from '../../log/entries/landed-recordings.ts';
import { keyringSecrets, type SecretsOf } from '../../sealing/stored/secrets-of.ts';
import { readDocumentBytes } from '../../sealing/stored/stored-bytes.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import { tagsOf } from '../../store/catalog/catalog-entry.ts';
import type { CatalogTotals } from '../../store/catalog/catalog-numbers.ts';
import { unknownDirectionOf, windowCountsOf } from '../../store/catalog/window-counts.ts';
import type { PipelineEvent } from '../events/events.ts';
import { type ArchiveQuery, catalogQuery } from './bag-verification.ts';
import { type ErasedFile, erasedFilesOf, noSuchRecording } from './erased.ts';
import { openForReading } from './open-archive.ts';
import { unreadRows } from './unread-rows.ts';

/** Totals of a listing. */
export interface ListOutcome {
  readonly totals: CatalogTotals;
  readonly byStatus: readonly { readonly value: string; readonly count: number }[];
  readonly byImporter: readonly { readonly value: string; readonly count: number }[];
  /** How the recordings relate to the requested time range; null: no range was requested. */
  readonly window: WindowCounts | null;
  /** Number of calls that match except that their direction is unknown; null: no direction was requested. */
  readonly unknownDirection: number | null;
  /** Number of matching rows of kept tables that could not be read; 0 unless the query asks for `parse-error`. */
  readonly unreadRows: number;
}

/**
 * Yields the recordings of an archive that match a query, each as a `result` of `recording`; then, if the query asks for them, the rows that could
 * not be read, each as a `result` of `unread-row`.
 */
export async function* list(
  archiveDir: string,
  asked: ArchiveQuery,
  temporary: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ListOutcome> {
  using opened = yield* openForReading(archiveDir, temporary, signal);
  const { archive, catalog } = opened;
  const query = yield* catalogQuery(archive, catalog, asked, signal);
  for (const found of catalog.search(query)) {
    signal.throwIfAborted();
    yield { type: 'result', of: 'recording', value: { ...listed(found), supersededBy: catalog.successorOf(found.recordingId) } };
  }
  const totals = catalog.totals(query);
  const window = windowCountsOf(catalog.count, query, totals.recordings);
  const unread = query.status === 'parse-error' ? yield* unreadRows(catalog, query) : 0;
  return {
    totals,
    byStatus: catalog.countBy('status', query),
    byImporter: catalog.countBy('importer', query),
    window,
    unknownDirection: unknownDirectionOf(catalog.count, query),
    unreadRows: unread,
  };
}

/** Returns the members of a recording that are printed, because people read them. */
export function listed({ text: _text, keys: _keys, position: _position, tags, earliest, latest, ...rest }: Found): Readonly<Record<string, unknown>> {
  const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return { ...rest, earliest: iso(earliest), latest: iso(latest), tags: tagsOf({ tags }) };
}

/** A recording's document and location. */
export interface ShownRecording {
  readonly bag: string;
  /** Absolute path. */
  readonly folder: string;
  readonly document: RecordingDocument;
}

/** A recording with the bags of its descriptions. */
export interface RecordingHistory extends ShownRecording {
  /** All descriptions, oldest first; the last is the newest. */
  readonly revisions: readonly { readonly revision: number; readonly bag: string }[];
  /** Id of the recording that supersedes this one, e.g. because its file had grown when it was imported again; null: none does. */
  readonly supersededBy: string | null;
  /** Stored files of the description that cannot be opened now, each with the system's code. */
  readonly absent: readonly AbsentFile[];
  /** Files of the recording that were erased while it stayed. */
  readonly erased: readonly ErasedFile[];
}

/** A stored file that cannot be opened now. */
export interface AbsentFile {
  /** E.g. `bags/<year>/<bag>/data/<recordingId>/access-1.opus`. */
  readonly place: string;
  /** The system's code; ENOENT: the file is missing. */
  readonly code: string;
}

/**
 * Finds the one recording with an id or prefix and shows it.
 * @param revision number of the description to show; null: the newest
 * @throws LongplayError U130, U131; K204: the recording was erased; U142: it has no such description; A151 if its document is damaged
 */
export async function* show(
  archiveDir: string,
  asked: { readonly recordingId: string; readonly revision: number | null },
  tools: FindTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, RecordingHistory> {
  const { archive, shown: newest, revisions, supersededBy } = yield* findOne(archiveDir, asked.recordingId, tools, signal);
  const wanted = asked.revision === null ? undefined : revisions.find(({ revision }) => revision === asked.revision);
  if (asked.revision !== null && wanted === undefined)
    throw new LongplayError(
      'usage',
      'U142',
      agree`the recording has ${revisions.length} description[s], not a revision ${asked.revision}`,
      `its revisions are ${revisions.map(({ revision }) => revision).join(', ')}`,
    );
  const shown = wanted === undefined ? newest : readRecording(archive.dir, { bag: wanted.bag, recordingId: newest.document.recordingId });
  const absent = absentFiles(shown);
  const erased = await erasedFilesOf(archive, shown, tools.keys, signal);
  yield {
    type: 'result',
    of: 'document',
    value: { bag: shown.bag, folder: shown.folder, document: shown.document, revisions, supersededBy, absent, erased },
  };
  return { ...shown, revisions, supersededBy, absent, erased };
}

/** Returns the stored files of a recording that cannot be opened now, e.g. because their bag is lost or its disk is not mounted. */
function absentFiles({ bag, folder, document }: ShownRecording): AbsentFile[] {
  return storedFilesOf(document).flatMap((file) => {
    if (file.erased !== undefined) return [];
    try {
      closeSync(openRegular(storedPath(folder, file)));
      return [];
    } catch (error) {
      const code = systemCode(error);
      if (code === null) throw error;
      return [{ place: storedPlace(bag, document.recordingId, file), code }];
    }
  });
}

/** What finding a recording needs. */
export interface FindTools {
  readonly temporary: string;
  /** Folder of this machine's keys, with which an erased recording is recognised; absent: it is not recognised. */
  readonly keys?: string;
}

/** Finds a recording for a further action. @throws LongplayError U130, U131; K204: the recording was erased */
export async function* findOne(
  archiveDir: string,
  recordingId: string,
  { temporary, keys }: FindTools,
  signal: AbortSignal,
): AsyncGenerator<
  PipelineEvent,
  { readonly archive: Archive; readonly shown: ShownRecording } & Pick<RecordingHistory, 'revisions' | 'supersededBy'>
> {
  using opened = yield* openForReading(archiveDir, temporary, signal);
  const { archive, catalog } = opened;
  const [found, second] = [...catalog.search({ recordingId, limit: 2 })];
  if (found === undefined) throw await noSuchRecording(archive, recordingId, keys, signal);
  if (second !== undefined) throw new LongplayError('usage', 'U131', `several ids begin with '${recordingId}'`, 'give more of the id');
  const earlier = found.revision === 1 ? [] : catalog.earlier(found.recordingId);
  const revisions = [...earlier, found].map(({ revision, bag }) => ({ revision, bag }));
  return { archive, shown: readRecording(archive.dir, found), revisions, supersededBy: catalog.successorOf(found.recordingId) };
}

/**
 * Reads the document of a recording in the catalog from its bag.
 * @param landed the log's record of the landed documents; absent: the document is not compared
 * @throws LongplayError P131; P171: it is another document; the system's error
 */
export function readRecording(
  archiveDir: string,
  found: { readonly bag: string; readonly recordingId: string },
  landed: LandedRecordings | null = null,
  secretsOf: SecretsOf = keyringSecrets,
): ShownRecording {
  const folder = join(archiveDir, 'bags', found.bag, 'data', found.recordingId);
  const { plain, leaf } = readDocumentBytes(folder, secretsOf);
  if (landed?.isOther(found.bag, found.recordingId, leaf.bytes, leaf.name) === true)
    throw new LongplayError(
      'incomplete',
      'P171',
      `recording.json of ${found.recordingId} is not the one that landed`,
      `run: longplay verify ${archiveDir}`,
    );
  const { document, problems } = parseRecordingJson(plain);
  if (document === null) {
    throw new LongplayError(
      'incomplete',
      'P131',
      `recording.json of ${found.recordingId} is damaged: ${problems[0] ?? ''}`,
      `run: longplay verify ${archiveDir}`,
    );
  }
  return { bag: found.bag, folder, document };
}

/** Why the document of a recording is not available. `refused`: the system's code; null if the document is damaged or missing. */
export interface Unread {
  readonly refused: string | null;
  /** True if it is not the document that landed. */
  readonly isOther: boolean;
}

/** Reads a document like `readRecording`, but returns the reason if there is none. */
export function tryRecording(
  archiveDir: string,
  found: { readonly bag: string; readonly recordingId: string },
  landed: LandedRecordings | null = null,
): ShownRecording | Unread {
  try {
    return readRecording(archiveDir, found, landed);
  } catch (error) {
    if (!(error instanceof LongplayError) && systemCode(error) === null) throw error;
    return { refused: refusalOf(error), isOther: isOtherRecording(error) };
  }
}

/** Returns true for the error of `readRecording` about a document that is not the one that landed. */
export function isOtherRecording(error: unknown): error is LongplayError {
  return error instanceof LongplayError && error.code === 'P171';
}

/** Makes the finding about an unavailable document: damage (P131, P171) or a read error (P175). @param so what the run does without the document */
export function unreadFinding(found: { readonly bag: string; readonly recordingId: string }, { refused, isOther }: Unread, so: string): Finding {
  const place = `bags/${found.bag}/data/${found.recordingId}/recording.json`;
  if (isOther) return finding('P171', place, `is not the one that landed according to the log; ${so}`);
  return refused === null ? finding('P131', place, `cannot be read; ${so}`) : finding('P175', place, `it cannot be read (${refused}); ${so}`);
}

/** Returns a reader of the documents of an archive's recordings, which returns null for a document that cannot be read. */
export function documentsOf(archiveDir: string): (found: { readonly bag: string; readonly recordingId: string }) => RecordingDocument | null {
  return (found) => {
    const read = tryRecording(archiveDir, found);
    return 'refused' in read ? null : read.document;
  };
}
