import type { CallFault } from '../../core/page/data.ts';
import type { OfferedFile, OpenedFile } from './stored-file.ts';

/** Compares files with their digests before any byte of them is handed out, and remembers which calls have a file that was not as it landed. */
export interface ServedFiles {
  /** True where the bytes are those that landed. Files that have not changed since they were read are not read again. @throws what the system refuses */
  isAsLanded(recordingId: string, path: string, file: OfferedFile, opened: OpenedFile): Promise<boolean>;
  /** A file is gone. */
  lost(recordingId: string, name: string): void;
  /** A file has another size than it should have. */
  altered(recordingId: string, name: string): void;
  /** What was met of a recording since the server started; null: nothing. */
  faultOf(recordingId: string): CallFault | null;
  /** Recordings of which something was met. */
  faulty(): readonly string[];
}

/** Files that are known to be well, and recordings with a fault: the least recent are forgotten. */
const mostKnown = 20_000;

/** Nothing read yet. */
export function createServedFiles(): ServedFiles {
  const known = new Map<string, Promise<boolean>>();
  const met = new Map<string, Map<string, 'damaged' | 'lost'>>();
  const note = (recordingId: string, name: string, fault: 'damaged' | 'lost' | null): void => {
    const faults = met.get(recordingId) ?? new Map<string, 'damaged' | 'lost'>();
    if (fault === null) faults.delete(name);
    else faults.set(name, fault);
    met.delete(recordingId);
    if (faults.size > 0) met.set(recordingId, faults);
    forgetOldest(met);
  };
  return {
    isAsLanded: async (recordingId, path, file, opened) => {
      // A file that was written since, or is another by now, has another state.
      const key = `${opened.state} ${file.sha256} ${path}`;
      const reading = known.get(key) ?? opened.isAsLanded();
      known.delete(key);
      known.set(key, reading);
      forgetOldest(known);
      // What could not be read now may be read later, and what is altered may be brought back.
      reading.then(
        (isWell) => {
          if (!isWell) known.delete(key);
        },
        () => known.delete(key),
      );
      const isWell = await reading;
      note(recordingId, file.name, isWell ? null : 'damaged');
      return isWell;
    },
    lost: (recordingId, name) => note(recordingId, name, 'lost'),
    altered: (recordingId, name) => note(recordingId, name, 'damaged'),
    faultOf: (recordingId) => {
      const faults = [...(met.get(recordingId)?.values() ?? [])];
      return faults.includes('damaged') ? 'damaged' : (faults[0] ?? null);
    },
    faulty: () => [...met.keys()],
  };
}

function forgetOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys();
  if (map.size > mostKnown && oldest !== undefined) map.delete(oldest);
}
