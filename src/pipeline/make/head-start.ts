import { mkdirSync, renameSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import type { Source } from '../../core/model/source.ts';
import { WorkerCrash, type WorkerPool } from '../../media/workers/worker-pool.ts';
import { type KeptResults, openKeptResults } from '../../store/jobs/kept-results.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';
import type { PlannedRecording } from '../../store/jobs/plan.ts';
import { removeGradually } from '../../store/jobs/remove-gradually.ts';
import { isUnreadable } from '../files/unreadable.ts';
import { type Made, type MakePlanned, mostUnderWay, sizeClass } from './make-planned.ts';
import type { RecordingResult } from './make-recording.ts';

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
  /** Whether this one was made. */
  has(recordingId: string): boolean;
  /** Moves a recording that was made to a folder that does not exist yet; null: it was not made; `gone`: it was, and has to be made anew. Never throws. */
  take(recordingId: string, folder: string): TakenAhead | null;
  close(): void;
}

/** A recording that was made ahead. */
export type TakenAhead = Extract<Made, { readonly kind: 'made' }> | { readonly kind: 'gone' };

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
/** With less room on the disk the plan comes first, which everything hangs on. */
const leastRoomBytes = 1024 ** 3;
const lookAtRoomMs = 100;

/**
 * Nothing made yet. `signal` ends what is under way.
 * One function: making ahead, giving up and handing over change one state.
 */
export function createHeadStart({ source, pool, make, scratch }: HeadStartTools, signal: AbortSignal): HeadStart {
  let following: { readonly ledger: Ledger; readonly folder: string } | null = null;
  let root: string | null = null;
  let kept: KeptResults | null = null;
  /** Place in the ledger, from 1, of the next to be looked at, and that one where it waits for room. */
  let place = 1;
  let waiting: PlannedRecording | null = null;
  const underWay = new Set<Promise<void>>();
  let made = 0;
  let givenUp: Promise<void> | null = null;
  let lastTurn = performance.now();
  let settled = false;
  let room = false;
  let lastLook = Number.NEGATIVE_INFINITY;

  /** What was made goes, at once: the disk may be full, and the plan needs its room. */
  const giveUp = (): void => {
    following = null;
    made = 0;
    givenUp ??= Promise.resolve().then(async () => {
      await Promise.all(underWay);
      if (root !== null) await removeGradually(root, signal);
    });
  };

  /** Never rejects. */
  const one = async (planned: PlannedRecording, folder: string): Promise<void> => {
    try {
      const it = await make(planned, folder, signal);
      if (it.kind !== 'made' || givenUp !== null) return;
      kept ??= openKeptResults(scratch);
      kept.put(planned.recordingId, it.result);
      made++;
    } catch (error) {
      // The job comes to it again and says what is wrong. What does not end with this recording ends the head start.
      if (isUnreadable(error) || error instanceof WorkerCrash) await removeGradually(folder);
      else giveUp();
    }
  };

  const hasRoom = (folder: string): boolean => {
    if (performance.now() - lastLook < lookAtRoomMs) return room;
    const { bavail, bsize } = statfsSync(folder);
    room = bavail * bsize >= leastRoomBytes;
    lastLook = performance.now();
    return room;
  };

  const fill = (): void => {
    while (following !== null && !signal.aborted) {
      const { ledger, folder } = following;
      if (waiting === null && place > ledger.planned) return;
      if (waiting === null) {
        const { planned, bytes } = ledger.plannedAt(place++);
        if (!mayGoAhead(planned, bytes)) continue;
        waiting = planned;
      }
      if (underWay.size >= mostUnderWay(sizeClass(waiting), pool) || !hasRoom(folder)) return;
      const work = one(waiting, join(folder, waiting.recordingId));
      waiting = null;
      underWay.add(work);
      void work.then(() => underWay.delete(work));
    }
  };

  return {
    begin: (ledger, folder) => {
      root = join(folder, aheadFolder);
      // What a container holds is unpacked once more for each reading, and shows its damage then.
      if (source.isContainer !== true) following = { ledger, folder: root };
    },
    turn: async () => {
      if (givenUp !== null) return await givenUp;
      if (following === null || following.ledger.planned === 0) return;
      try {
        if (place === 1) mkdirSync(following.folder, { recursive: true });
        fill();
      } catch (error) {
        if (systemCode(error) === null && !(error instanceof LongplayError)) throw error;
        // The plan beside it meets the same, and says so.
        giveUp();
      }
      if (performance.now() - lastTurn < turnMs) return;
      await turnOfTheLoop();
      lastTurn = performance.now();
    },
    stop: async () => {
      following = null;
      await Promise.all(underWay);
      await givenUp;
      if (settled || made === 0) return;
      settled = true;
      try {
        kept?.settle();
      } catch {
        giveUp();
        await givenUp;
      }
    },
    moved: (folder) => {
      root = join(folder, aheadFolder);
    },
    get made() {
      return made;
    },
    has: (recordingId) => made > 0 && kept?.has(recordingId) === true,
    take: (recordingId, folder) => {
      if (made === 0 || kept === null || root === null) return null;
      try {
        // Put by `one`.
        const result = kept.get(recordingId) as RecordingResult | null;
        if (result === null) return null;
        renameSync(join(root, recordingId), folder);
        return { kind: 'made', result };
      } catch {
        return { kind: 'gone' };
      }
    },
    close: () => kept?.close(),
  };
}

/** Files that lie in folders as they are, and that no other recording is counted with. @param bytes of all of them */
function mayGoAhead({ recording, counted, mends }: PlannedRecording, bytes: number): boolean {
  const inContainer = [...recording.media, ...recording.provenance].some(({ path }) => path.includes('!'));
  return !inContainer && mends !== true && counted?.bytes === bytes && bytes <= mostBytes;
}
