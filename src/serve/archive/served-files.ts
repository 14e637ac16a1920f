import type { CallFault } from '../../core/page/data.ts';
import type { OfferedFile, OpenedFile } from './stored-file.ts';

/** Compares files with their archived digests before any byte is served, and remembers the calls of which a file was altered or missing. */
export interface ServedFiles {
  /**
   * Returns true if the bytes of a file are those that were archived. A file that is unchanged since its last comparison is not read again.
   * @throws errors of the file system
   */
  isAsLanded(recordingId: string, path: string, file: OfferedFile, opened: OpenedFile): Promise<boolean>;
  /** Records a missing file. */
  lost(recordingId: string, name: string): void;
  /** Records a file with a wrong size. */
  altered(recordingId: string, name: string): void;
  /** Returns the fault of a recording that was found since the server started; null if none was. */
  faultOf(recordingId: string): CallFault | null;
  /** Returns the recordings with a fault. */
  faulty(): readonly string[];
}

/** Number of compared files, and of recordings with a fault, that are remembered. The least recent ones are forgotten. */
const mostKnown = 20_000;

/** Creates an empty memory of served files. */
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
      // A file that was written or replaced since then has another state.
      const key = `${opened.state} ${file.sha256} ${path}`;
      const reading = known.get(key) ?? opened.isAsLanded();
      known.delete(key);
      known.set(key, reading);
      forgetOldest(known);
      // A failed reading may succeed later, and an altered file may be repaired meanwhile.
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
