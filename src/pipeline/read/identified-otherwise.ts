import { isDescription, type ReconciliationStatus, type Recording, type SourceRef } from '../../core/model/recording.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { isLoose } from '../../store/catalog/kept-media.ts';
import type { AlikeRecording, Lookup, Newest } from '../../store/catalog/lookup.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';
import type { FileComparison } from './compare-archived.ts';
import { type Places, salvagedFingerprint } from './place-recording.ts';

/**
 * Finds archived recordings that an import identifies differently: by another key column, by another importer, or by a row that came later than the
 * audio.
 */
export interface OtherwiseFinder {
  /**
   * Finds the archived recording that a recording of the source is. It has the same files from the same place, byte for byte, and either has a row in
   * common, or nothing suggests that there are two calls.
   * @returns null if the archive has the recording under its own key, or has none like it, or several
   */
  find(recording: Recording, fingerprint: string): Promise<OtherwiseFound | null>;
}

/** An archived recording that the import identifies differently. */
export interface OtherwiseFound {
  readonly archived: Newest;
  /** True: the import has only the files, and the archive has rows for them. The rows stay unless the import gives them to other files. */
  readonly isBare: boolean;
}

/** What the finder needs. */
export interface OtherwiseTools {
  readonly site: string;
  readonly sourceName: string;
  readonly ledger: Pick<Ledger, 'sizeOf'>;
  readonly lookup: Pick<Lookup, 'alikeTo' | 'latestOf' | 'withRow'>;
  readonly comparison: Pick<FileComparison, 'hasFiles'>;
  readonly places: Pick<Places, 'isSame' | 'standing'>;
  /** Reads the newest document of an archived recording; null if it cannot be read. */
  readonly documentOf: (archived: Pick<Newest, 'bag' | 'recordingId'>) => RecordingDocument | null;
}

/** Statuses of recordings whose files belong, or may belong, to several calls: only a common row identifies such recordings. */
const severalCalls: ReadonlySet<string> = new Set<ReconciliationStatus>(['shared-audio', 'ambiguous', 'duplicate-audio', 'duplicate-row']);

/** Largest number of archived recordings with equal files that are examined. If there are more, none of them is identified. */
const mostAlike = 16;

export function createOtherwiseFinder({ site, sourceName, ledger, lookup, comparison, places, documentOf }: OtherwiseTools): OtherwiseFinder {
  /** Returns archived recordings that have a file with the name and size of this recording's first file. */
  const alikeTo = ({ media: [first] }: Recording): AlikeRecording[] => {
    const size = first === undefined ? null : ledger.sizeOf(first.path);
    return first === undefined || size === null ? [] : lookup.alikeTo(first.path, size);
  };
  /** Returns those of them that are the latest of their call and have the same files, byte for byte; null if there are too many. */
  const withSameFiles = async (recording: Recording, fingerprint: string, alike: readonly AlikeRecording[]): Promise<AlikeRecording[] | null> => {
    const found: AlikeRecording[] = [];
    // An archived part of a damaged container is not a complete file.
    const salvaged = salvagedFingerprint(fingerprint);
    for (const one of alike) {
      if (one.site !== site || one.fingerprint === salvaged || one.files.media.length !== recording.media.length) continue;
      // Loose files of one importer are found by their paths instead.
      if (one.files.isLoose && isLoose(recording) && one.importer === recording.importer) continue;
      if (lookup.latestOf(one.recordingId)?.recordingId !== one.recordingId || !(await comparison.hasFiles(recording, one.files))) continue;
      if (found.push(one) > mostAlike) return null;
    }
    return found;
  };
  /**
   * Returns true if equal bytes mean the same file. Empty files and bare headers are equal everywhere, so they are the same file only at the same
   * place of the same source.
   */
  const isSameFile = ({ media }: Recording, { files }: AlikeRecording): boolean => {
    const places = new Set(files.media.map(({ path }) => path));
    return files.media.some(({ isAudio }) => isAudio) || (files.source === sourceName && media.every(({ path }) => places.has(path)));
  };
  /** Returns the archived recording, of several with the same files, that a recording is; null if none is, or several may be. */
  const theOneOf = (recording: Recording, alike: readonly AlikeRecording[], standing: 'key' | 'new'): AlikeRecording | null => {
    const own = rowsOf(recording.provenance);
    const rowsIn = (one: AlikeRecording): ReadonlySet<string> => rowsOf(documentOf(one)?.recording.provenance ?? []);
    const certain = alike.filter((one) => [...rowsIn(one)].some((row) => own.has(row)));
    if (certain.length > 0) return certain.length === 1 ? (certain[0] ?? null) : null;
    const [only] = alike;
    if (severalCalls.has(recording.reconciliation.status) || only === undefined || alike.length > 1) return null;
    if (severalCalls.has(only.joined) || !isSameFile(recording, only)) return null;
    // Its key belongs to another recording. In the same source this means that the row was given another file, unless the recording of that file
    // claims the key, which `Places.move` decides.
    if (standing === 'key') return only.files.source === sourceName && recording.provenance.some(isDescription) ? only : null;
    // Two descriptions of one file: another call may have another file of that name, but hardly in the same source.
    const isEitherBare = !recording.provenance.some(isDescription) || only.joined === 'audio-without-row';
    return isEitherBare || only.files.source === sourceName ? only : null;
  };
  /** Finds the archived recording without files that has exactly the rows of this one; null if there is none, or several. */
  const ofRows = (recording: Recording, fingerprint: string): OtherwiseFound | null => {
    const rows = [...rowsOf(recording.provenance)];
    const [first] = rows;
    const alike =
      first === undefined ? [] : lookup.withRow(first).filter((one) => one.site === site && rows.every((row) => one.files.rows.includes(row)));
    const latest = alike.filter(({ recordingId }) => lookup.latestOf(recordingId)?.recordingId === recordingId);
    const [only] = latest;
    if (only === undefined || latest.length > 1 || only.files.rows.length !== rows.length) return null;
    return places.standing(recording, fingerprint) === 'same' ? null : { archived: only, isBare: false };
  };
  return {
    find: async (recording, fingerprint) => {
      if (places.isSame(recording, fingerprint)) return null;
      if (recording.media.length === 0) return ofRows(recording, fingerprint);
      const named = alikeTo(recording);
      const standing = named.length === 0 ? null : places.standing(recording, fingerprint);
      if (standing === null || standing === 'same') return null;
      const alike = await withSameFiles(recording, fingerprint, named);
      if (alike === null || alike.length === 0) return null;
      const isWithoutRow = recording.reconciliation.status === 'audio-without-row';
      const bare = isWithoutRow ? alike.find((one) => one.joined !== 'audio-without-row' && isSameFile(recording, one)) : undefined;
      if (bare !== undefined) return { archived: bare, isBare: true };
      const archived = theOneOf(recording, alike, standing);
      return archived === null ? null : { archived, isBare: false };
    },
  };
}

/** Returns the digests of rows and sidecars. */
function rowsOf(provenance: readonly SourceRef[]): ReadonlySet<string> {
  return new Set(provenance.flatMap((ref) => (isDescription(ref) && ref.sha256 !== null ? [ref.sha256] : [])));
}
