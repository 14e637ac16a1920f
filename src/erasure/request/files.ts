import { LongplayError } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type StoredMedium, storedFilesOf } from '../../core/model/recording-document.ts';
import type { OpenedArchive } from '../../pipeline/open/open-archive.ts';
import { readRecording, type ShownRecording } from '../../pipeline/open/query.ts';
import { isErasedAlone } from '../../sealing/stored/stored-bytes.ts';
import type { ErasurePart } from './parts.ts';

/** A file of a recording, as a part to be erased. */
export type FilePart = ErasurePart & { readonly kind: 'file' };

/** Matches a file name with one side of its audio, as people may write it, e.g. `original-1.wav:left`. */
const sideOf = /^(.+)[:#](?:left|right|in|out|\d+)$/i;

/**
 * Finds the files of recordings that are to be erased alone, in every description of the recordings.
 * @param ids ids of recordings in the catalog
 * @param only `originals`, `copies`, or names of files as `longplay show` prints them
 * @throws LongplayError usage E127: a file does not exist, or cannot be erased alone
 */
export function selectFiles({ archive, catalog }: OpenedArchive, ids: readonly string[], only: readonly string[], signal: AbortSignal): FilePart[] {
  if (only.length === 0) return [];
  const parts: FilePart[] = [];
  for (const recordingId of ids) {
    signal.throwIfAborted();
    const [found] = catalog.search({ recordingId, limit: 1 });
    if (found === undefined) continue;
    const places = [found, ...(found.revision === 1 ? [] : catalog.earlier(recordingId))];
    const shown = places.map(({ bag }) => readRecording(archive.dir, { bag, recordingId }));
    const files = new Set(only.flatMap((wanted) => filesFor(wanted, shown)));
    for (const one of shown) refuseHalves(one, files);
    for (const file of [...files].sort(byCodePoint)) parts.push({ kind: 'file', recordingId, file });
  }
  if (parts.length === 0) throw unknown(`no chosen recording has ${only.join(' or ')}`, 'longplay show ARCHIVE ID prints the files of a recording');
  return parts;
}

/** Returns the names of the files to which a word or a name refers. */
function filesFor(wanted: string, shown: readonly ShownRecording[]): string[] {
  if (wanted === 'originals') return shown.flatMap(originalsOf);
  const documents = shown.map(({ document }) => document);
  if (wanted === 'copies')
    return documents.flatMap(({ media, joined }) => [...media.map(({ access }) => access), joined].flatMap((copy) => copy?.path ?? []));
  const names = new Set(documents.flatMap((document) => storedFilesOf(document).map(({ path }) => path)));
  if (names.has(wanted)) return [wanted];
  const id = documents[0]?.recordingId ?? '';
  if (/^(?:recording|public)\.json(?:\.age)?$/.test(wanted))
    throw unknown(`${wanted} describes recording ${id} and cannot be erased alone`, 'request the whole recording without --only');
  const both = sideOf.exec(wanted)?.[1];
  if (both !== undefined && names.has(both))
    throw unknown(`one side of ${both} cannot be erased alone: all sides are in the same file`, `erase the whole file: --only ${both}`);
  throw unknown(`recording ${id} has no file '${wanted}'; it has ${[...names].join(', ')}`, 'longplay show ARCHIVE ID prints the files');
}

/** Returns the originals that have a copy which was not erased. */
function originalsOf({ folder, document: { media, recordingId } }: ShownRecording): string[] {
  let copy: StoredMedium['access'] = null;
  return media.map(({ original, access, measurement, continues }) => {
    // The copy of the first piece also has the audio of the pieces that continue it.
    if (continues !== true) copy = access === null || isErasedAlone(folder, access) ? null : access;
    if (copy === null && measurement !== null)
      throw unknown(
        `${original.path} of recording ${recordingId} has no copy: nothing of its sound would be left`,
        `name it if that is meant: --only ${original.path}`,
      );
    return original.path;
  });
}

/** Refuses to erase the files for one side while the copy of both sides still has that side's audio. */
function refuseHalves({ folder, document: { media, joined, recordingId } }: ShownRecording, files: ReadonlySet<string>): void {
  if (joined === null || files.has(joined.path) || isErasedAlone(folder, joined)) return;
  const sides = media.filter(({ side }) => side === 'in' || side === 'out');
  const half = sides.map(({ access, original }) => access ?? original).find(({ path }) => files.has(path));
  if (half === undefined) return;
  throw unknown(
    `${joined.path} of recording ${recordingId} has the sound of ${half.path} as well`,
    `name both: --only ${half.path} --only ${joined.path}`,
  );
}

function unknown(why: string, next: string): LongplayError {
  return new LongplayError('usage', 'E127', why, next);
}
