import { isDescription, type ReconciliationStatus, type Recording, type SourceRef } from '../../core/model/recording.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { isLoose } from '../../store/catalog/kept-media.ts';
import type { AlikeRecording, Lookup, Newest } from '../../store/catalog/lookup.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';
import type { FileComparison } from './compare-archived.ts';
import { type Places, salvagedFingerprint } from './place-recording.ts';

/** Finds archived recordings that an import identifies by something else: another key column, another importer, or a row that came later than the audio. */
export interface OtherwiseFinder {
  /**
   * Finds the recording of the archive that this one is: it has the same files from the same place, byte for byte, and either a row in common, or nothing that speaks for two calls.
   * @returns null if the archive has it under its own key, has none like it, or more than one
   */
  find(recording: Recording, fingerprint: string): Promise<OtherwiseFound | null>;
}

/** The recording of the archive that one of an import is, identified by something else. */
export interface OtherwiseFound {
  readonly archived: Newest;
  /** True: the import has files alone, and the archive has rows for them, which stay unless the import gives them to other files. */
  readonly isBare: boolean;
}

/** Inputs of the finder. */
export interface OtherwiseTools {
  readonly site: string;
  readonly sourceName: string;
  readonly ledger: Pick<Ledger, 'sizeOf'>;
  readonly lookup: Pick<Lookup, 'alikeTo' | 'latestOf' | 'withRow'>;
  readonly comparison: Pick<FileComparison, 'hasFiles'>;
  readonly places: Pick<Places, 'standing'>;
  /** Reads the newest document of an archived recording; null if it cannot be read. */
  readonly documentOf: (archived: Pick<Newest, 'bag' | 'recordingId'>) => RecordingDocument | null;
}

/** Statuses of recordings whose files belong to several calls, or may: only a common row identifies them. */
const severalCalls: ReadonlySet<string> = new Set<ReconciliationStatus>(['shared-audio', 'ambiguous', 'duplicate-audio', 'duplicate-row']);

/** Number of archived recordings with equal files that are examined; if there are more, none of them is identified. */
const mostAlike = 16;

export function createOtherwiseFinder({ site, sourceName, ledger, lookup, comparison, places, documentOf }: OtherwiseTools): OtherwiseFinder {
  /** Returns recordings with files of the same names and sizes as the first. */
  const alikeTo = ({ media: [first] }: Recording): AlikeRecording[] => {
    const size = first === undefined ? null : ledger.sizeOf(first.path);
    return first === undefined || size === null ? [] : lookup.alikeTo(first.path, size);
  };
  /** Returns the latest of these recordings that have the same files, byte for byte; null if there are too many. */
  const withSameFiles = async (recording: Recording, fingerprint: string, alike: readonly AlikeRecording[]): Promise<AlikeRecording[] | null> => {
    const found: AlikeRecording[] = [];
    // An archived part of a damaged container is not a complete file.
    const salvaged = salvagedFingerprint(fingerprint);
    for (const one of alike) {
      if (one.site !== site || one.fingerprint === salvaged || one.files.media.length !== recording.media.length) continue;
      // Loose files of one importer are found by their paths.
      if (one.files.isLoose && isLoose(recording) && one.importer === recording.importer) continue;
      if (lookup.latestOf(one.recordingId)?.recordingId !== one.recordingId || !(await comparison.hasFiles(recording, one.files))) continue;
      if (found.push(one) > mostAlike) return null;
    }
    return found;
  };
  /** Returns true if equal bytes mean the same file: empty files and bare headers are equal everywhere, and are the same only in the same place of the same source. */
  const isSameFile = ({ media }: Recording, { files }: AlikeRecording): boolean => {
    const places = new Set(files.media.map(({ path }) => path));
    return files.media.some(({ isAudio }) => isAudio) || (files.source === sourceName && media.every(({ path }) => places.has(path)));
  };
  /** Returns the one of recordings with the same files that a recording is; null if none is, or several may be. */
  const theOneOf = (recording: Recording, alike: readonly AlikeRecording[], standing: 'key' | 'new'): AlikeRecording | null => {
    const own = rowsOf(recording.provenance);
    const rowsIn = (one: AlikeRecording): ReadonlySet<string> => rowsOf(documentOf(one)?.recording.provenance ?? []);
    const certain = alike.filter((one) => [...rowsIn(one)].some((row) => own.has(row)));
    if (certain.length > 0) return certain.length === 1 ? (certain[0] ?? null) : null;
    const [only] = alike;
    if (severalCalls.has(recording.reconciliation.status) || only === undefined || alike.length > 1) return null;
    if (severalCalls.has(only.joined) || !isSameFile(recording, only)) return null;
    // Its key is that of another recording: in the same source its row was given another file, unless the key of that file's recording claims it, which `Places.move` decides.
    if (standing === 'key') return only.files.source === sourceName && recording.provenance.some(isDescription) ? only : null;
    // Two descriptions of one file: another call may have another file of that name, but hardly in the same source.
    const isEitherBare = !recording.provenance.some(isDescription) || only.joined === 'audio-without-row';
    return isEitherBare || only.files.source === sourceName ? only : null;
  };
  /** Finds the recording of rows alone that has all the rows of this one; null if there is none, or several. */
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

/** Digests of rows and sidecars. */
function rowsOf(provenance: readonly SourceRef[]): ReadonlySet<string> {
  return new Set(provenance.flatMap((ref) => (isDescription(ref) && ref.sha256 !== null ? [ref.sha256] : [])));
}
