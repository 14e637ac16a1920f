import { type ArchiveLock, acquireLock } from '../archive/files/lock.ts';
import { type Archive, markerName, openArchive } from '../archive/layout.ts';
import { LongplayError, systemCode } from '../core/base/error.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { type ArchiveLog, type LogTools, openLog } from '../log/log.ts';
import { type Replica, replicaOf } from '../log/read/replica-register.ts';
import { isWhollySealed } from '../verify/checks/clear-files.ts';
import type { Append } from './copy/sync.ts';
import { plainState } from './place/around.ts';
import { type CopiesMemory, readMemory } from './place/memory.ts';
import { type Copy, type Place, type PrimaryCopy, placeOf, primaryCopy, unreachable } from './place/place.ts';

/** Tools that work on copies gets from its caller. */
export interface CopyTools extends LogTools {
  /**
   * Returns the earliest time at which the retention policy demands a deletion from each bag, in milliseconds since 1970. Called for locked replicas only.
   * Absent: unknown.
   */
  readonly deletions?: () => Promise<ReadonlyMap<string, number>>;
}

/** An archive opened for work on its copies. */
export interface OpenedCopies extends AsyncDisposable {
  readonly archive: Archive;
  readonly primary: PrimaryCopy;
  readonly memory: CopiesMemory;
  /** Opens the log now instead of when the first entry is added, and checks that entries can be added. @throws LongplayError L104 … */
  readonly openLog: () => Promise<void>;
  readonly append: Append;
}

/** Opens an archive for work on its copies. @param lock true: takes the archive's lock, for work that writes more than the log */
export async function openCopies(dir: string, lock: boolean, tools: CopyTools, signal: AbortSignal): Promise<OpenedCopies> {
  const archive = await openArchive(dir, 'any-stage');
  const held = lock ? await acquireLock(archive.dir, signal) : null;
  try {
    const memory = await readMemory(archive, tools, signal);
    refuseForged(archive, memory);
    let log: Promise<ArchiveLog> | null = null;
    const opened = (): Promise<ArchiveLog> => {
      log ??= openLog(archive, tools);
      return log;
    };
    return {
      archive,
      primary: { ...primaryCopy(archive.dir), id: archive.id, isSealed: isWhollySealed(archive) },
      memory,
      openLog: async () => {
        await opened();
      },
      append: async (type, detail, details) => await (await opened()).append(type, detail, details),
      [Symbol.asyncDispose]: async () => {
        // The caller that waited for an entry has already received the failure.
        if (log !== null) await log.then((one) => one.close()).catch(() => undefined);
        await held?.release();
      },
    };
  } catch (error) {
    await held?.release();
    throw error;
  }
}

/**
 * Checks that longplay.json is the one that the log records: with an id changed by a flipped bit, its replicas would count as foreign; with the file from before a
 * sealing, a sync would carry on in clear. A sealing writes the file after its entry, so the one before the newest counts, too.
 * @throws LongplayError A104
 */
function refuseForged({ dir }: Archive, { plainFiles }: CopiesMemory): void {
  if (plainState(dir, markerName, plainFiles.get(markerName)?.slice(-2) ?? []) === 'well') return;
  throw new LongplayError(
    'incomplete',
    'A104',
    `${dir}/${markerName} is not the file that the log of the archive records`,
    'longplay replica repair restores it from a replica',
  );
}

/** Reachable and unreachable replicas. */
export interface FoundReplicas {
  readonly there: readonly { readonly replica: Replica; readonly place: Extract<Place, { reachable: true }> }[];
  readonly away: readonly { readonly replica: Replica; readonly why: string }[];
}

/**
 * Locates one replica or all. A named replica that is unreachable ends the run; if all are asked for, unreachable ones are reported.
 * @throws LongplayError R101, R104
 */
export async function findReplicas(
  { primary, memory }: Pick<OpenedCopies, 'memory'> & { readonly primary: { readonly dir: string; readonly id: string | null } },
  name: string | null,
  options: { readonly emptyIsLost?: boolean; readonly needsOne?: boolean },
  signal: AbortSignal,
): Promise<FoundReplicas> {
  if (options.needsOne === true && memory.replicas.size === 0) {
    const hint = '`longplay replica add ARCHIVE NAME PATH` registers one';
    throw new LongplayError('usage', 'R104', 'no replica is registered: there is nothing to do', hint);
  }
  const wanted = name === null ? [...memory.replicas.values()] : [replicaOf(memory.replicas, name)];
  const there: FoundReplicas['there'][number][] = [];
  const away: FoundReplicas['away'][number][] = [];
  for (const replica of wanted.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const place = await placeOf(replica, { archiveId: primary.id, archiveDir: primary.dir, memory, ...options }, signal);
    if (place.reachable) there.push({ replica, place });
    else if (name !== null) throw unreachable(place);
    else away.push({ replica, why: place.why });
  }
  return { there, away };
}

/** Returns the finding about an unreachable replica. */
export function awayFinding({ replica, why }: FoundReplicas['away'][number]): Finding {
  return finding('R101', replica.name, `is unreachable: ${replica.path} ${why}`);
}

/** Takes the lock of a copy for writing. Returns a message if the system lets nobody write there. @throws LongplayError A105 */
export async function lockCopy(copy: Copy, signal: AbortSignal): Promise<ArchiveLock | string> {
  try {
    return await acquireLock(copy.dir, signal);
  } catch (error) {
    const code = systemCode(error instanceof LongplayError ? error.cause : error);
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return code;
    throw error;
  }
}
