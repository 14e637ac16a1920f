import { limits } from '../../core/base/limits.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { SeenFile } from './check-recording.ts';

/** The files that one task read of a recording whose other files are in other tasks; when merged, all files of the recording. */
export interface RecordingPart {
  /** Folder of the recording: `data/<id>/`. */
  readonly folder: string;
  readonly files: readonly SeenFile[];
  /** Names of existing files that could not be read. */
  readonly unread: readonly string[];
}

/** Collects the recordings of a bag whose files were split over tasks, because they are too many for one task or not all listed by the same algorithms. */
export interface PartedRecordings {
  add(part: RecordingPart): void;
  /** Yields each recording as a whole; call it when the bag is completely read. */
  whole(): Iterable<RecordingPart>;
  /** Yields verdicts on recordings with too many files to keep. @param place name of the bag in verdicts */
  verdicts(place: string): Iterable<Verdict>;
}

/** Creates an empty collection. The number of files kept for all recordings together is limited. */
export function createPartedRecordings(most: number = limits.partedRecordingFiles): PartedRecordings {
  const kept = new Map<string, { readonly folder: string; readonly files: SeenFile[]; readonly unread: string[] }>();
  const tooLarge = new Set<string>();
  let size = 0;
  return {
    add: ({ folder, files, unread }) => {
      if (tooLarge.has(folder)) return;
      const whole = kept.get(folder) ?? { folder, files: [], unread: [] };
      kept.set(folder, whole);
      for (const file of files) whole.files.push(file);
      for (const name of unread) whole.unread.push(name);
      size += files.length + unread.length;
      if (size <= most) return;
      kept.delete(folder);
      tooLarge.add(folder);
      size -= whole.files.length + whole.unread.length;
    },
    whole: () => kept.values(),
    verdicts: function* (place) {
      for (const folder of tooLarge) {
        const message = `its folder has too many files (more than ${most} with others of the bag) to be compared with its recording.json; each file was checked by the manifests`;
        yield errorVerdict('unverifiable', 'V115', `${place}/${folder.slice(0, -1)}`, message);
      }
    },
  };
}
