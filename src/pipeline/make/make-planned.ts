import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import { parseRecordingJson } from '../../archive/documents/recording-json.ts';
import { storedPath } from '../../archive/documents/stored-path.ts';
import type { BlockingBytes } from '../../core/base/bytes.ts';
import { faultText, LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { Meter } from '../../core/base/meter.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { storedFilesOf } from '../../core/model/recording-document.ts';
import type { Entry, Source } from '../../core/model/source.ts';
import { isFaultOfTask, WorkerCrash, type WorkerPool } from '../../media/workers/worker-pool.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { keyringSecrets } from '../../sealing/stored/secrets-of.ts';
import { readDocumentBytes } from '../../sealing/stored/stored-bytes.ts';
import { openLocation } from '../../source/read/location-reader.ts';
import type { JobRequest, PlannedRecording } from '../../store/jobs/plan.ts';
import { salvagedFingerprint } from '../read/place-recording.ts';
import { followDamage } from '../read/source-notes.ts';
import type { AmendedPlace } from './amend-recording.ts';
import type { LocatedEntry, RecordingResult, RecordingTask } from './recording-task.ts';
import { vconImporter } from './shared-vcon.ts';

/** What making planned recordings needs. */
export interface Making {
  readonly source: Source;
  readonly pool: WorkerPool;
  readonly request: Pick<JobRequest, 'access' | 'joinSides' | 'declarations' | 'site'>;
  readonly sourceName: string;
  /** Returns the digest algorithms for new bags besides SHA-256 and SHA-512; called only if there is something to make. */
  readonly addedDigests: () => Promise<readonly string[]>;
  /** The archive whose recordings are amended, and the job that amends them; absent: nothing is amended. */
  readonly amending?: { readonly dir: string; readonly jobId: string };
  /** True: the files of the archive are sealed. */
  readonly isSealed: boolean;
  /** Returns true for a vCon that has something of an erased recording; absent: nothing was erased. */
  readonly cutsVcon?: (site: string, file: BlockingBytes) => boolean;
  /** For trials: if longplay itself fails on a recording, that is an error; the recording is not stored undecoded. */
  readonly trial?: TrialRules;
}

/** Rules for recordings that are deleted after a trial. */
export interface TrialRules {
  /** Returns the share of each medium, counted from its beginning, that is processed: a trial must be short. */
  shareOf(planned: PlannedRecording): number;
  /** Receives the thread time of each recording. */
  tellTime(planned: PlannedRecording, threadMs: number): void;
}

/**
 * A recording that was made. `damaged still`: its source is still damaged, and the archive already has as much of the recording as can be read from it;
 * the value describes the damage.
 */
export type MadeRecording =
  | { readonly kind: 'made'; readonly result: RecordingResult }
  | { readonly kind: 'damaged still'; readonly damage: Finding };

/**
 * Makes one planned recording in a folder that does not exist yet.
 * @param meter receives the thread's progress; absent: not needed
 * @throws LongplayError, WorkerCrash, the signal's reason, and other errors of the worker; the folder may then contain a part of the recording
 */
export type MakePlanned = (planned: PlannedRecording, folder: string, signal: AbortSignal, meter?: Meter) => Promise<MadeRecording>;

/** Creates a function that makes planned recordings in worker threads, and deletes the files that were unpacked for them. */
export function plannedMaker({ source, pool, request, sourceName, addedDigests, amending, isSealed, cutsVcon, trial }: Making): MakePlanned {
  const damageOf = followDamage(source);
  const turn = pLimit(1);
  const isCut = cutsVcon === undefined ? null : cutTest(cutsVcon, request.site);
  return async (planned, folder, signal, meter) => {
    const located: LocatedEntry[] = [];
    try {
      const { media: refs, provenance } = planned.recording;
      const { amends, recordingId } = planned;
      // The files of an amended recording are needed only if they are decoded again.
      const paths = amends?.decodes === false ? [] : refs.map(({ path }) => path);
      const beside = provenance.flatMap((ref) => (ref.kind === 'sidecar' ? [ref.path] : []));
      const entries = await findAll(source, [...paths, ...beside], signal);
      // One recording at a time: two recordings that each keep some files unpacked while they wait for space for others would deadlock.
      const isSeveral = entries.filter(({ size }) => size > limits.inflateBytes).length > 1;
      const all = await (isSeveral ? turn(() => locateAll(source, entries, located, signal)) : locateAll(source, entries, located, signal));
      const whole = all.slice(0, paths.length);
      const media = trial === undefined ? whole : await Promise.all(whole.map((one) => beginningOf(source, one, trial.shareOf(planned), signal)));
      const sidecars = all.slice(paths.length);
      const damage = refs.flatMap(({ path }) => damageOf(path) ?? []);
      if (damage[0] !== undefined && planned.mends === true) return { kind: 'damaged still', damage: damage[0] };
      const task: RecordingTask = {
        kind: 'recording',
        folder,
        planned: damage.length > 0 ? salvage(planned, damage) : planned,
        media,
        sidecars,
        ...(isCut === null || planned.recording.importer !== vconImporter ? {} : { cut: sidecars.filter(isCut).map(({ entry }) => entry.path) }),
        access: request.access,
        joinSides: request.joinSides,
        declarations: request.declarations ?? [],
        site: request.site,
        sourceName,
        addedDigests: await addedDigests(),
        isSealed,
        ...(amends === undefined || amending === undefined
          ? {}
          : { amended: amendedPlace(join(amending.dir, 'bags', amends.bag, 'data', recordingId), amending.jobId) }),
      };
      return {
        kind: 'made',
        result: await (trial === undefined
          ? heardOrKept(pool, task, planned.counted?.bytes, signal, meter)
          : pool.run<RecordingResult>(task, planned.counted?.bytes, meter, (threadMs) => trial.tellTime(planned, threadMs))),
      };
    } finally {
      for (const { location } of located) await source.release(location);
    }
  };
}

/**
 * Runs the task of a recording. If a bug shows, or threads crash on the recording, its originals are stored without being examined, so that one
 * recording neither keeps others out of the archive nor is lost itself.
 * @throws the error of the second attempt
 */
async function heardOrKept(
  pool: WorkerPool,
  task: RecordingTask,
  bytes: number | undefined,
  signal: AbortSignal,
  meter: Meter | undefined,
): Promise<RecordingResult> {
  try {
    return await pool.run<RecordingResult>(task, bytes, meter);
  } catch (error) {
    if (signal.aborted || !isFaultOfTask(error)) throw error;
    const why = error instanceof WorkerCrash ? `two worker threads crashed on the recording (${error.message})` : faultText(error);
    rmSync(task.folder, { recursive: true, force: true });
    const kept: RecordingTask = { ...task, unheard: `${why}; it is stored without being examined` };
    return await pool.run<RecordingResult>(kept, bytes);
  }
}

/** Returns where the amended description is, with its secrets and those of its files in other bags, which the worker thread cannot get itself. */
function amendedPlace(folder: string, job: string): AmendedPlace {
  const own = keyringSecrets(folder);
  if (own === null) return { folder, secrets: null, job };
  const secrets: Record<string, FileSecrets> = { [folder]: own };
  const { document } = parseRecordingJson(readDocumentBytes(folder).plain);
  for (const file of document === null ? [] : storedFilesOf(document)) {
    const there = dirname(storedPath(folder, file));
    const found = secrets[there] ?? keyringSecrets(there);
    if (found !== null) secrets[there] = found;
  }
  return { folder, secrets, job };
}

/** Returns the size class; small recordings may share an FFmpeg process. Plans of the first versions lack the size. */
export function sizeClass({ counted }: PlannedRecording): 'small' | 'large' {
  return counted !== undefined && counted.bytes <= limits.smallRecordingBytes ? 'small' : 'large';
}

/**
 * Returns how many recordings may be in progress at once: one per thread, one queued for each thread, and as many being located; for small
 * recordings, this many times as many as one thread may decode at once.
 */
export function mostUnderWay(of: 'small' | 'large', { size }: WorkerPool): number {
  return of === 'small' ? size * 2 * limits.togetherMedia : size * 4;
}

/** Marks a recording of a damaged source as incomplete, so that it is not mistaken for the complete one when the source has been repaired. */
function salvage(planned: PlannedRecording, damage: readonly Finding[]): PlannedRecording {
  const { recording, fingerprint } = planned;
  return {
    ...planned,
    fingerprint: salvagedFingerprint(fingerprint),
    recording: { ...recording, findings: [...recording.findings, ...damage] },
  };
}

/** Least number of bytes that are read: fewer may be only a header. */
const fewestBytes = 64 * 1024;

/** Reads the beginning of an entry into memory; a file on disk that is read only in part would be reported as changed. */
async function beginningOf(source: Source, { entry, location }: LocatedEntry, share: number, signal: AbortSignal): Promise<LocatedEntry> {
  const size = Math.max(fewestBytes, Math.ceil(entry.size * share));
  if (share >= 1 || size >= entry.size) return { entry, location };
  const reader = await source.open(entry, signal);
  return { entry, location: { kind: 'bytes', bytes: await reader.read(0, size, signal) } };
}

/** Finds entries by path. @throws LongplayError P110 if one is missing */
async function findAll(source: Source, paths: readonly string[], signal: AbortSignal): Promise<Entry[]> {
  const found: Entry[] = [];
  for (const path of paths) {
    const entry = await source.find(path, signal);
    if (entry === null)
      throw new LongplayError(
        'incomplete',
        'P110',
        `${path} is no longer in the source`,
        'restore the source as it was, then run the same import again',
      );
    found.push(entry);
  }
  return found;
}

/** Locates entries of the source; each is added to `located` at once, so that unpacked files can be released after any error. */
async function locateAll(source: Source, entries: readonly Entry[], located: LocatedEntry[], signal: AbortSignal): Promise<LocatedEntry[]> {
  const found: LocatedEntry[] = [];
  for (const entry of entries) {
    const one = { entry, location: await source.locate(entry, signal, located) };
    located.push(one);
    found.push(one);
  }
  return found;
}

/** Creates the test whether a located vCon has something of an erased recording. Remembers the last answer: recordings of one vCon follow one another. */
function cutTest(cutsVcon: NonNullable<Making['cutsVcon']>, site: string): (one: LocatedEntry) => boolean {
  let last: { readonly path: string; readonly isCut: boolean } | null = null;
  return ({ entry: { path }, location }) => {
    if (last?.path === path) return last.isCut;
    const file = openLocation(location);
    try {
      last = { path, isCut: cutsVcon(site, file) };
      return last.isCut;
    } finally {
      file.close();
    }
  };
}
