import { readablePayloadFolders } from '../../archive/bag/payload-folders.ts';
import { listBags } from '../../archive/bag-folders.ts';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { type RecordingDocument, storedFilesOf } from '../../core/model/recording-document.ts';
import { readErasures } from '../../log/erasure/erased-recordings.ts';
import { knownErasureMarks } from '../../log/keys/erasure-marks.ts';
import { isErasedAlone } from '../../sealing/stored/stored-bytes.ts';

/** A recording that was erased. */
export interface ErasedOne {
  readonly recordingId: string;
  readonly request: string;
  /** ISO time. */
  readonly at: string;
  /** Bags with its sealed files, in code-point order; empty: it was erased from an open archive. */
  readonly bags: readonly string[];
}

/**
 * Finds erased recordings by the ledger in the log. In a sealed archive they are found by their folders; in an open archive only by whole ids.
 * @param wanted id or prefix; empty: all
 * @returns none without the secret of the ledger
 * @throws LongplayError E106
 */
export async function findErased(archive: Archive, wanted: string, keys: string, signal: AbortSignal): Promise<readonly ErasedOne[]> {
  const { erased, ledgerKeys } = await readErasures(archive, keys, signal);
  if (erased.size === 0) return [];
  const marks = await knownErasureMarks(keys, archive.id, { ledgerKeys });
  if (marks === null) return [];
  const found = new Map<string, ErasedOne>();
  const add = (recordingId: string, bag: string | null): void => {
    const entry = erased.get(marks.of(recordingId));
    if (entry === undefined) return;
    const bags = [...(found.get(recordingId)?.bags ?? []), ...(bag === null ? [] : [bag])];
    found.set(recordingId, { recordingId, ...entry, bags });
  };
  for await (const bag of archive.page === null ? [] : listBags(archive))
    for (const id of readablePayloadFolders(bag.path)) if (id.startsWith(wanted)) add(id, bag.name);
  if (found.size === 0) add(wanted, null);
  return [...found.values()];
}

/** A file that was erased while its recording stayed. */
export interface ErasedFile {
  /** Plain name of the file, e.g. `original-1.wav`. */
  readonly file: string;
  /** Id of the request; null: unknown to the log of this machine. */
  readonly request: string | null;
  /** ISO time; null: unknown. */
  readonly at: string | null;
}

/**
 * Finds files of a recording that were erased while the recording stayed: in an open archive by its document; in a sealed archive by the secrets of the
 * files, and the times by the ledger in the log.
 * @param folder absolute folder of the recording; the keyring of a sealed archive is unlocked
 * @param keys absent: times are not looked up
 */
export async function erasedFilesOf(
  archive: Archive,
  { folder, document }: { readonly folder: string; readonly document: RecordingDocument },
  keys: string | undefined,
  signal: AbortSignal,
): Promise<readonly ErasedFile[]> {
  const gone = storedFilesOf(document).filter((file) => isErasedAlone(folder, file));
  if (archive.page === null) return gone.map(({ path, erased }) => ({ file: path, request: erased?.request ?? null, at: erased?.on ?? null }));
  if (gone.length === 0) return [];
  const known = keys === undefined ? null : await readErasures(archive, keys, signal);
  const marks = keys === undefined || known === null ? null : await knownErasureMarks(keys, archive.id, known);
  const entries = marks === null ? null : known?.files;
  return gone.map(({ path }) => {
    const entry = marks === null ? undefined : entries?.get(marks.ofFile(document.recordingId, path));
    return { file: path, request: entry?.request ?? null, at: entry?.at ?? null };
  });
}

/** Describes when a file was erased. */
export function erasedFileText({ file, at, request }: ErasedFile): string {
  return at === null ? `${file} was erased` : `${file} was erased on ${at.slice(0, 10)} on request ${request}`;
}

/** Makes the error for an id that no recording has: K204 with date and request if the recording was erased, otherwise U130. */
export async function noSuchRecording(archive: Archive, wanted: string, keys: string | undefined, signal: AbortSignal): Promise<LongplayError> {
  const [erased, second] = wanted === '' || keys === undefined ? [] : await findErased(archive, wanted, keys, signal);
  if (erased !== undefined && second === undefined)
    return new LongplayError(
      'incomplete',
      'K204',
      `recording ${erased.recordingId} was erased on ${erased.at.slice(0, 10)} on request ${erased.request}`,
      'see the request with: longplay erase status ARCHIVE',
    );
  return new LongplayError('usage', 'U130', `no recording's id begins with '${wanted}'`, `find it with: longplay search ${archive.dir} …`);
}
