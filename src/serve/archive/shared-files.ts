import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { isAddedLater } from '../../pipeline/make/amend-recording.ts';
import type { Within } from './finder.ts';

/**
 * Returns the names of the files of a recording that are not served to a user who sees a part of the archive, because they may have the sound, the texts or the
 * parties of recordings outside of it: documents of the recorder that are kept whole with every recording that they describe, e.g. a vCon with several dialogs.
 * Rows are of the recording alone, and so are excerpts. If it is not certain which files are rows, none of them is served.
 */
export function withheldFiles({ sources, recording: { provenance } }: RecordingDocument, within: Within): ReadonlySet<string> {
  if (within === null) return new Set();
  const imported = sources.filter(({ path }) => !isAddedLater(path));
  const pathsOf = (wanted: 'row' | 'sidecar'): number => new Set(provenance.flatMap(({ kind, path }) => (kind === wanted ? [path] : []))).size;
  const documents = new Set(provenance.flatMap(({ kind, sha256 }) => (kind === 'sidecar' ? [sha256] : [])));
  const stored = new Set<string | null>(imported.map(({ sha256 }) => sha256));
  // The rows of a table are one file, and each document is one. A recording that was described again may still have files of its earlier descriptions.
  const areKnown = imported.length === pathsOf('row') + pathsOf('sidecar') && [...documents].every((sha256) => stored.has(sha256));
  return new Set(imported.flatMap(({ path, sha256 }) => (areKnown && !documents.has(sha256) ? [] : [path])));
}
