import { join } from 'node:path';
import { createLandings, type Landings } from '../../archive/bag/landing.ts';
import type { Archive } from '../../archive/layout.ts';
import { type RecordingDocument, storedFilesOf } from '../../core/model/recording-document.ts';
import { createKnownErasures } from '../../log/erasure/known-erasures.ts';
import { lostErasures } from '../../log/erasure/lost-erasures.ts';
import { readableErasureMarks } from '../../log/keys/erasure-marks.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import { type ErasedFiles, erasedFilesNow } from '../../sealing/stored/erased-files.ts';
import { isErasedAlone } from '../../sealing/stored/stored-bytes.ts';

/** What the log and this machine's memory say about the bags of an archive. */
export interface LoggedState {
  readonly landings: Landings;
  /** False: this machine remembers erasures that it cannot recognise, because it lacks the secret of the ledger or has another one. */
  readonly isComplete: boolean;
  /** True: this machine remembers erasures that the log lacks, because an older state of the archive was restored. */
  readonly isOlder: boolean;
  /** Returns true for a recording that was erased; what the catalog has of it is removed. */
  isErased(recordingId: string): boolean;
  /** Returns true for a file that was erased alone. */
  readonly isErasedFile: ErasedFiles;
  /**
   * Returns whether a readable recording was erased, or one of its readable files was; `being-erased`: a run that erases it has not ended, so its other bags may
   * still hold it; null: it was not erased.
   * @param bag path of the bag's folder
   */
  erasureOf(document: RecordingDocument, bag: string): 'erased' | 'being-erased' | null;
}

/**
 * Reads the log, as far as it can be read; a verification reports its damage.
 * @param memory folder of this machine's keys and memory; null: erasures are not recognised
 */
export async function readLoggedState(archive: Archive, memory: string | null, signal: AbortSignal): Promise<LoggedState> {
  const landings = createLandings();
  const erasures = createKnownErasures(archive.id);
  for await (const entry of loggedEntries(archive, null, signal)) {
    landings.take(entry);
    erasures.take(entry);
  }
  const marks = memory === null ? null : await readableErasureMarks(memory, archive.id, erasures);
  const isErasedFile = erasedFilesNow();
  if (memory === null || marks === null)
    return { landings, isComplete: memory === null, isOlder: false, isErased: () => false, isErasedFile, erasureOf: () => null };
  const lost = await lostErasures(archive.id, erasures, memory);
  const lostOf = (what: 'recordings-erased' | 'files-erased'): ReadonlySet<string> =>
    new Set(lost.flatMap(({ type, lost: some }) => (type === what ? some.map(({ mark }) => mark) : [])));
  const recordings = lostOf('recordings-erased');
  const files = lostOf('files-erased');
  return {
    landings,
    isComplete: true,
    isOlder: recordings.size + files.size > 0,
    isErasedFile,
    isErased: (id) => {
      if (erasures.erased.size + recordings.size === 0) return false;
      const mark = marks.of(id);
      return erasures.erased.has(mark) || recordings.has(mark);
    },
    erasureOf: (document, bag) => {
      const id = document.recordingId;
      const mark = marks.of(id);
      const logged = erasures.erased.get(mark);
      if (logged !== undefined) return erasures.requests.get(logged.request)?.executedAt === null ? 'being-erased' : 'erased';
      if (recordings.has(mark)) return 'erased';
      if (files.size === 0) return null;
      const folder = join(bag, 'data', id);
      const isFileBack = storedFilesOf(document).some((file) => files.has(marks.ofFile(id, file.path)) && !isErasedAlone(folder, file));
      return isFileBack ? 'erased' : null;
    },
  };
}
