import { limits } from '../../core/base/limits.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { SeenFile } from './check-recording.ts';

/** What one task saw of a recording of which other tasks saw the rest; put together, all of it. */
export interface RecordingPart {
  /** `data/<id>/`. */
  readonly folder: string;
  readonly files: readonly SeenFile[];
  /** Names of files that lie there and could not be read. */
  readonly unread: readonly string[];
}

/** The recordings of a bag that came in parts: too many files for one task, or files that are not all listed alike. */
export interface PartedRecordings {
  add(part: RecordingPart): void;
  /** Each as a whole; to be asked when the bag is read. */
  whole(): Iterable<RecordingPart>;
  /** Of those that have too many files to be kept. @param place how verdicts name the bag */
  verdicts(place: string): Iterable<Verdict>;
}

/** No parts yet. What is kept of all recordings together is limited. */
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
        const message = `its folder has too many files (more than ${most} with others of the bag) to be held against its recording.json; each file was checked by the manifests`;
        yield errorVerdict('unverifiable', 'V115', `${place}/${folder.slice(0, -1)}`, message);
      }
    },
  };
}
