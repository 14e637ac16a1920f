import { mkdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Source } from '../core/source.ts';
import { type KeptResults, openKeptResults } from '../jobs/kept-results.ts';
import type { Ledger } from '../jobs/ledger.ts';
import type { PlannedRecording } from '../jobs/plan.ts';
import { WorkerCrash, type WorkerPool } from '../media/worker-pool.ts';
import { type Made, type MakePlanned, mostUnderWay, sizeClass } from './make-planned.ts';
import type { RecordingResult } from './make-recording.ts';
import { isUnreadable } from './unreadable.ts';

/**
 * Recordings made while the rest of their source is still read: which bag takes them nobody knows before all is planned, but what is made of
 * each is certain as soon as it is in the ledger. They wait in the job's folder, not synced; a run that goes on with the job makes them anew.
 */
export interface HeadStart {
  /** What is planned in this ledger may be made below this folder. */
  begin(ledger: Ledger, folder: string): void;
  /** To be called for each recording that comes: begins as many as there is room for, and lets threads be heard now and then. */
  turn(): Promise<void>;
  /** Begins no more, and waits until none is under way. */
  stop(): Promise<void>;
  /** What was made lies in this folder now. */
  moved(folder: string): void;
  /** How many were made. */
  readonly made: number;
  /** Moves a recording that was made to a folder that does not exist yet; null: it has to be made. */
  take(recordingId: string, folder: string): Extract<Made, { readonly kind: 'made' }> | null;
  close(): void;
}

/** What a head start works with. */
export interface HeadStartTools {
  readonly source: Source;
  readonly pool: WorkerPool;
  readonly make: MakePlanned;
  /** Folder for temporary files. */
  readonly scratch: string;
}

/** In a job's folder. */
export const aheadFolder = 'ahead';

/** Larger recordings might still be under way long after all is planned. */
const mostBytes = 4 * 1024 * 1024;
/** Threads have their next tasks lying ready for about as long. */
const turnMs = 2;

/** Nothing made yet. `signal` ends what is under way. */
export function createHeadStart({ source, pool, make, scratch }: HeadStartTools, signal: AbortSignal): HeadStart {
  let following: { readonly ledger: Ledger; readonly folder: string } | null = null;
  let root: string | null = null;
  let kept: KeptResults | null = null;
  /** Place in the ledger, from 1, of the next to be looked at, and that one where it waits for room. */
  let place = 1;
  let waiting: PlannedRecording | null = null;
  const underWay = new Set<Promise<void>>();
  let made = 0;
  let lost = false;
  let lastTurn = performance.now();

  /** Never rejects. */
  const one = async (planned: PlannedRecording, folder: string): Promise<void> => {
    try {
      const it = await make(planned, folder, signal);
      if (it.kind === 'made') keep(planned.recordingId, it.result);
    } catch (error) {
      // The job comes to it again and says what is wrong. What does not end with this recording ends the head start.
      if (!isUnreadable(error) && !(error instanceof WorkerCrash)) following = null;
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  };

  const keep = (recordingId: string, result: RecordingResult): void => {
    if (lost) return;
    try {
      kept ??= openKeptResults(scratch);
      kept.put(recordingId, result);
      made++;
    } catch (error) {
      // A full disk: what was kept may be damaged, and all is made anew.
      lost = true;
      made = 0;
      throw error;
    }
  };

  const makeRoot = (folder: string): void => {
    try {
      mkdirSync(folder);
    } catch {
      // The plan beside it will meet the same and say so.
      following = null;
    }
  };

  const fill = (): void => {
    while (following !== null && !signal.aborted) {
      const { ledger, folder } = following;
      if (waiting === null && place > ledger.planned) return;
      const planned = waiting ?? ledger.plannedAt(place++);
      waiting = null;
      if (!mayGoAhead(planned)) continue;
      if (underWay.size >= mostUnderWay(sizeClass(planned), pool)) {
        waiting = planned;
        return;
      }
      const work = one(planned, join(folder, planned.recordingId));
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    }
  };

  return {
    begin: (ledger, folder) => {
      root = join(folder, aheadFolder);
      // What a container holds is unpacked once more for each reading, and shows its damage then.
      if (source.isContainer !== true) following = { ledger, folder: root };
    },
    turn: async () => {
      if (following === null || following.ledger.planned === 0) return;
      if (place === 1) makeRoot(following.folder);
      fill();
      if (performance.now() - lastTurn < turnMs) return;
      await turnOfTheLoop();
      lastTurn = performance.now();
    },
    stop: async () => {
      following = null;
      await Promise.all(underWay);
    },
    moved: (folder) => {
      root = join(folder, aheadFolder);
    },
    get made() {
      return made;
    },
    take: (recordingId, folder) => {
      // Put by `keep`.
      const result = lost ? null : ((kept?.get(recordingId) ?? null) as RecordingResult | null);
      if (result === null || root === null) return null;
      try {
        renameSync(join(root, recordingId), folder);
      } catch {
        // Made anew, it meets the same, and says so.
        return null;
      }
      return { kind: 'made', result };
    },
    close: () => kept?.close(),
  };
}

/** Files that lie in folders as they are. */
function mayGoAhead({ recording, counted, mends }: PlannedRecording): boolean {
  const inContainer = [...recording.media, ...recording.provenance].some(({ path }) => path.includes('!'));
  return !inContainer && mends !== true && counted !== undefined && counted.bytes <= mostBytes;
}
