import { sha256Hex } from '../../core/base/identifier.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { SourceRef } from '../../core/model/recording.ts';
import type { StoredFile } from '../../core/model/recording-document.ts';
import { type AmendedRecording, isAddedLater } from './amend-recording.ts';
import { rowTexts, type WrittenMetadata } from './recording-files.ts';
import type { LocatedEntry, RecordingTask } from './recording-task.ts';
import { vconImporter } from './shared-vcon.ts';

/** Rows and sidecars of a recording that are stored, and those that are held back. */
export interface HeldSources extends Pick<WrittenMetadata, 'provenance' | 'sidecars'> {
  readonly erased: ReadonlyMap<string, string>;
  /** E144 for each file that is held back. */
  readonly findings: readonly Finding[];
}

/**
 * Holds back what takes the place of rows or a sidecar that were erased alone, if the source has other bytes of them now. Unchanged ones are recognised later by
 * their digests (`withoutEqualSources`).
 * @param sidecars those that are stored whole
 */
export function holdSources({ planned }: RecordingTask, sidecars: readonly LocatedEntry[], amended: AmendedRecording | null): HeldSources {
  const { provenance, importer } = planned.recording;
  const own = amended?.document.sources.filter(({ path }) => !isAddedLater(path)) ?? [];
  const gone = own.filter((file) => amended?.isErased(file) === true);
  const erased = new Map(gone.map(({ sha256, path }) => [sha256, path]));
  // What may come back of a vCon is decided by its dialogs (`cutVcons`).
  if (gone.length === 0 || amended === null || importer === vconImporter) return { provenance, sidecars, erased, findings: [] };
  const known = new Set(own.map(({ sha256 }) => sha256));
  const traces = tracesOf(amended.document.recording.provenance, own, gone);
  const digests = new Map(provenance.flatMap(({ kind, path, sha256 }) => (kind === 'sidecar' ? [[path, sha256] as const] : [])));
  const isMoved = traces.isUnplaced || [...traces.paths].some((path) => !digests.has(path));
  const isHeld = (path: string): boolean => !known.has(digests.get(path) ?? '') && (traces.paths.has(path) || (isMoved && !traces.living.has(path)));
  const heldRows = new Set<string>();
  if (traces.hasRows) for (const [path, text] of rowTexts(provenance)) if (!known.has(sha256Hex(Buffer.from(text, 'utf8')))) heldRows.add(path);
  const held = [...heldRows, ...new Set(sidecars.map(({ entry }) => entry.path).filter(isHeld))];
  return {
    provenance: provenance.filter(({ kind, path }) => kind !== 'row' || !heldRows.has(path)),
    sidecars: sidecars.filter(({ entry }) => !isHeld(entry.path)),
    erased,
    findings: held.map((path) => finding('E144', path, `is not stored with recording ${planned.recordingId}: ${whyWords(gone)}`)),
  };
}

function whyWords(gone: readonly StoredFile[]): string {
  return `${gone.map(({ path }) => path).join(', ')} of it was erased alone, and this may be a later state of it`;
}

/** What the amended description tells about its erased files. */
interface Traces {
  /** True: rows were erased. */
  readonly hasRows: boolean;
  /** Source paths of erased sidecars, and of those that were held back since. */
  readonly paths: ReadonlySet<string>;
  /** Source paths of sidecars that are stored. */
  readonly living: ReadonlySet<string>;
  /** True: a sidecar was erased whose source path is in an earlier description only. */
  readonly isUnplaced: boolean;
}

/** Finds where erased files came from: a sidecar and its place in the source have the same digest. Of rows there is one file per table. */
function tracesOf(provenance: readonly SourceRef[], own: readonly StoredFile[], gone: readonly StoredFile[]): Traces {
  const refs = provenance.filter(({ kind }) => kind === 'sidecar');
  const digests = new Set(refs.map(({ sha256 }) => sha256));
  const [stored, lost] = [new Set(own.map(({ sha256 }) => sha256)), new Set(gone.map(({ sha256 }) => sha256))];
  const isStored = ({ sha256 }: SourceRef): boolean => sha256 !== null && stored.has(sha256) && !lost.has(sha256);
  const paths = new Set(refs.filter((ref) => !isStored(ref)).map(({ path }) => path));
  /** Erased files that are not the sidecars of this description. */
  const others = gone.filter(({ sha256 }) => !digests.has(sha256)).length;
  const replaced = refs.filter(({ sha256 }) => sha256 === null || !stored.has(sha256)).length;
  const tables = new Set(provenance.flatMap(({ kind, path }) => (kind === 'row' ? [path] : []))).size;
  const rows = own.filter(({ sha256 }) => !digests.has(sha256) && !lost.has(sha256)).length;
  const lostRows = Math.min(others, Math.max(0, tables - rows));
  return {
    hasRows: lostRows > 0,
    paths,
    living: new Set(refs.filter(isStored).map(({ path }) => path)),
    isUnplaced: others - lostRows - replaced > 0,
  };
}
