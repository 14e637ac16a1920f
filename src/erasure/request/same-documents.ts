import type { OpenedArchive } from '../../pipeline/open/open-archive.ts';
import { readRecording, type ShownRecording } from '../../pipeline/open/query.ts';
import { isErasedAlone } from '../../sealing/stored/stored-bytes.ts';
import type { Found } from '../../store/catalog/catalog.ts';

// Recordings of one call that keep the same document: each has its own copy, so the erasure of one leaves those of the others.

/** Reads every description of a recording, the latest first. @param found its entry in the catalog */
export function descriptionsOf({ archive, catalog }: OpenedArchive, found: Found): readonly ShownRecording[] {
  const { recordingId } = found;
  const places: readonly Pick<Found, 'bag'>[] = [found, ...(found.revision === 1 ? [] : catalog.earlier(recordingId))];
  return places.map(({ bag }) => readRecording(archive.dir, { bag, recordingId }));
}

/** Returns the entries of the other recordings that one importer assigned to the groups of a recording. */
export function groupOf({ catalog }: OpenedArchive, shown: readonly ShownRecording[], { recordingId, importer }: Found): readonly Found[] {
  const groups = new Set(shown.flatMap(({ document: { recording } }) => recording.group?.id ?? []));
  const others = [...groups].flatMap((groupId) => [...catalog.search({ groupId, importer })]);
  return [...new Map(others.map((one) => [one.recordingId, one])).values()].filter((one) => one.recordingId !== recordingId);
}

/** Returns the names of the rows and sidecars of a recording that have one of these digests and were not erased. */
export function filesWith(shown: readonly ShownRecording[], digests: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(
    shown.flatMap(({ folder, document }) =>
      document.sources.flatMap((file) => (digests.has(file.sha256) && !isErasedAlone(folder, file) ? [file.path] : [])),
    ),
  );
}
