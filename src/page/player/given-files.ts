/** A file of a provided folder, with its path. */
type GivenFile = File & { readonly webkitRelativePath: string };

/** Files of the archive that the user provided to a page opened from a file system: browsers let such a page read no other files. */
export interface GivenFiles {
  /** Takes the files of a folder: the archive, a part of it, or one recording. */
  take(files: Iterable<GivenFile>): void;
  /** Returns a file of a recording; `lost`: the recording's folder was provided without the file; null: its folder was not provided. */
  find(recordingId: string, name: string): File | 'lost' | null;
}

/** `…/ID/NAME`, the place of recordings in bags. */
const place = /(?:^|\/)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([a-z0-9][a-z0-9.-]{0,119})$/;

/** Creates an empty collection. */
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
