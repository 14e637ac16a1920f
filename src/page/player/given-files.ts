/** A file of a folder that was given, with its path from there. */
type GivenFile = File & { readonly webkitRelativePath: string };

/** Files of the archive that a user gave to a page that was opened from a file: browsers let it read no others. */
export interface GivenFiles {
  /** Takes the files of a folder: the archive, a part of it, or one recording. */
  take(files: Iterable<GivenFile>): void;
  /** A file of a recording; `lost`: the recording's folder was given, and it is not in there; null: its folder was not given. */
  find(recordingId: string, name: string): File | 'lost' | null;
}

/** `…/ID/NAME`, as recordings lie in bags. */
const place = /(?:^|\/)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([a-z0-9][a-z0-9.-]{0,119})$/;

/** None yet. */
export function createGivenFiles(): GivenFiles {
  const byRecording = new Map<string, Map<string, File>>();
  return {
    take: (files) => {
      for (const file of files) {
        const [, id, name] = place.exec(file.webkitRelativePath) ?? [];
        if (id === undefined || name === undefined) continue;
        const there = byRecording.get(id) ?? new Map<string, File>();
        byRecording.set(id, there.set(name, file));
      }
    },
    find: (recordingId, name) => {
      const there = byRecording.get(recordingId);
      return there === undefined ? null : (there.get(name) ?? 'lost');
    },
  };
}
