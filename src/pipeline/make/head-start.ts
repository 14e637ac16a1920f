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
import { type MadeRecording, type MakePlanned, mostUnderWay, sizeClass } from './make-planned.ts';
import type { RecordingResult } from './recording-task.ts';

/**
 * Makes recordings while the rest of their source is read. Their bags are unknown until everything is planned, but the result for each is certain as
 * soon as it is in the ledger. Recordings made ahead wait in the job's folder without being synced, so a run that resumes the job makes them again.
 */
export interface HeadStart {
  /** Allows making what is planned in this ledger, below this folder. */
  begin(ledger: Ledger, folder: string): void;
  /** Begins as many recordings as there is room for, and sometimes lets the event loop run. Call it for each new recording. */
  turn(): Promise<void>;
  /** Begins no more recordings, and waits for those in progress. */
  stop(): Promise<void>;
  /** Notes that the finished recordings are now in this folder. */
  moved(folder: string): void;
  /** Number of finished recordings. */
  readonly made: number;
  /** Returns true if this recording was made. */
  has(recordingId: string): boolean;
  /**
   * Moves a finished recording to a folder that does not exist yet. Null: it was not made; `gone`: it was made, and must be made again. Never throws.
   */
  take(recordingId: string, folder: string): TakenAhead | null;
  close(): void;
}

/** A recording that was made ahead. */
export type TakenAhead = Extract<MadeRecording, { readonly kind: 'made' }> | { readonly kind: 'gone' };

/** Tools of a head start. */
export interface HeadStartTools {
  readonly source: Source;
  readonly pool: WorkerPool;
  readonly make: MakePlanned;
  /** Folder for temporary files. */
  readonly scratch: string;
}

/** Name of the folder within a job's folder. */
export const aheadFolder = 'ahead';

/** Size of the largest recording that is made ahead: larger ones might still be in progress long after planning has ended. */
const mostBytes = 4 * 1024 * 1024;
/** Time between two turns of the event loop: the tasks queued for threads last about this long. */
const turnMs = 2;
/** Least free space. With less, the plan takes precedence, because everything depends on it. */
const leastRoomBytes = 1024 ** 3;
const lookAtRoomMs = 100;

/**
 * Creates a head start without recordings. `signal` ends recordings in progress.
 * One function: making ahead, giving up and handing over change one state.
 */
export function createHeadStart({ source, pool, make, scratch }: HeadStartTools, signal: AbortSignal): HeadStart {
  let following: { readonly ledger: Ledger; readonly folder: string } | null = null;
  let root: string | null = null;
  let kept: KeptResults | null = null;
  /** Number in the ledger, from 1, of the next recording to examine. */
  let place = 1;
  let waiting: PlannedRecording | null = null;
  const underWay = new Set<Promise<void>>();
  let made = 0;
  let givenUp: Promise<void> | null = null;
  let lastTurn = performance.now();
  let settled = false;
  let room = false;
  let lastLook = Number.NEGATIVE_INFINITY;

  /** Deletes the finished recordings at once: the disk may be full, and the plan needs the space. */
  const giveUp = (): void => {
    following = null;
    made = 0;
    givenUp ??= Promise.resolve().then(async () => {
      await Promise.all(underWay);
      if (root !== null) await removeGradually(root, signal);
    });
  };

  /** Makes one recording. Never rejects. */
  const one = async (planned: PlannedRecording, folder: string): Promise<void> => {
    try {
      const it = await make(planned, folder, signal);
      if (it.kind !== 'made' || givenUp !== null) return;
      kept ??= openKeptResults(scratch);
      kept.put(planned.recordingId, it.result);
      made++;
    } catch (error) {
      // The job tries the recording again and reports the problem. An error that does not concern this recording alone ends the head start.
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
      // Containers are excluded: making a recording unpacks its member again, and reports the damage of the member only then.
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
        // Planning meets the same error, and reports it.
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
        // `one` stored it.
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

/** Returns true for new recordings whose files are directly in folders and belong to no other recording. @param bytes size of all its files */
function mayGoAhead({ recording, counted, mends, amends }: PlannedRecording, bytes: number): boolean {
  const inContainer = [...recording.media, ...recording.provenance].some(({ path }) => path.includes('!'));
  return !inContainer && mends !== true && amends === undefined && counted?.bytes === bytes && bytes <= mostBytes;
}
