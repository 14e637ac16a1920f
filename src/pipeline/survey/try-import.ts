import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../core/base/limits.ts';
import type { Declaration } from '../../core/model/declaration.ts';
import type { AccessOptions } from '../../media/tools/types.ts';
import { isFaultOfTask, type WorkerPool } from '../../media/workers/worker-pool.ts';
import type { PlannedRecording } from '../../store/jobs/plan.ts';
import { isUnreadable } from '../files/unreadable.ts';
import type { Sample, WorkKind } from '../make/import-work.ts';
import { type Making, mostUnderWay, plannedMaker, sizeClass } from '../make/make-planned.ts';
import type { OpenedSource } from '../read/open-sources.ts';

/** What a trial works with. */
export interface TrialTools {
  readonly createPool: (signal: AbortSignal) => WorkerPool;
  readonly access: AccessOptions;
  /** Milliseconds of a clock that only goes forward. */
  readonly clock: () => number;
}

/** One recording made as an import makes it, in the folder for temporary files. */
export interface Trial {
  readonly of: WorkKind;
  /** The first of its thread, which starts and loads everything meanwhile. */
  readonly isFirst: boolean;
  /** What it took of the time of one thread, its share of what it did with others included. */
  readonly ms: number;
  readonly audioMs: number;
  readonly originalBytes: number;
  readonly copyBytes: number;
  /** `recording.json` and what described the recording. */
  readonly otherBytes: number;
  readonly files: number;
}

/** What a trial showed. */
export interface Tried {
  readonly trials: readonly Trial[];
  readonly jobs: number;
  readonly ms: number;
  /** Recordings that could not be made, and those that took too long. */
  readonly failed: number;
}

/** No recording is begun so long after a thread has done its first, and none goes on so long after the beginning of all. */
const [beginMs, endMs] = [3_000, 8_000] as const;
/** Of the time in which recordings are begun, the least that large and small ones have each, where there are both. */
const leastShare = 0.25;
/** Each sample is made so often, if there is time. */
const rotations = 3;
/** Small recordings are made so often as there are under way at once: those of the last time wait for FFmpeg with nothing else to do. */
const fillings = 3;
/** Of a longer recording only so much of the beginning is made: two hours take 13 s of CPU time, and a trial must be short. */
const longMs = 120_000;
/** Of a large recording so many bytes at least: FFmpeg gets it as a stream then, as the whole would be. */
const fewestLargeBytes = Math.ceil(limits.smallRecordingBytes * 1.05);

/** A recording to be tried, as often as there is time. */
interface Drawn {
  readonly of: WorkKind;
  readonly sample: Sample;
}

/** Recordings of one size: how they are tried. */
interface Lane {
  readonly drawn: readonly Drawn[];
  readonly mostUnderWay: number;
  readonly mostTrials: number;
  /** None is begun so long after the threads have done their first. */
  readonly untilMs: number;
}

/**
 * Imports a few recordings of each kind into a folder for temporary files, with all threads busy and as many under way as in an import, and
 * deletes them again. What still runs after 8 s is stopped.
 * @throws what an import would throw for a reason of this machine: a missing program, no space
 */
export async function tryImport(
  { source, scratch }: Pick<OpenedSource, 'source' | 'scratch'>,
  kinds: readonly WorkKind[],
  { site, declarations }: { readonly site: string; readonly declarations: readonly Declaration[] },
  { createPool, access, clock }: TrialTools,
  signal: AbortSignal,
): Promise<Tried> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException('the trial takes too long', 'TimeoutError')), endMs);
  const stopping = AbortSignal.any([signal, late.signal]);
  const folder = join(scratch, 'trial');
  mkdirSync(folder, { recursive: true });
  const pool = createPool(stopping);
  const request = { access, joinSides: false, declarations, site };
  const makeOne = trialMaker(kinds, { source, pool, request, sourceName: source.name });
  const trials: Trial[] = [];
  const failed = new Set<Sample>();
  const began = clock();
  let begun = 0;
  let loaded: number | null = null;

  const tryOne = async (one: Drawn, isFirst: boolean): Promise<void> => {
    const target = join(folder, String(begun++));
    try {
      const made = await makeOne(one, target, stopping);
      if (made !== null) trials.push({ ...made, isFirst });
    } catch (error) {
      signal.throwIfAborted();
      // What costs one recording costs one sample; what is wrong with this machine is told.
      if (!late.signal.aborted && !isFaultOfTask(error) && !isUnreadable(error)) throw error;
      failed.add(one.sample);
    } finally {
      rmSync(target, { recursive: true, force: true });
    }
  };
  const tryLane = async ({ drawn, mostUnderWay, mostTrials, untilMs }: Lane): Promise<void> => {
    let next = 0;
    const takeOne = async (isFirst: boolean): Promise<void> => {
      const one = drawn[next++ % drawn.length];
      if (one !== undefined && !failed.has(one.sample)) await tryOne(one, isFirst);
    };
    if (loaded === null) await allOf(Array.from({ length: Math.min(pool.size, mostTrials) }, () => takeOne(true)));
    loaded ??= clock();
    const end = Math.max(loaded + untilMs, clock() + leastShare * beginMs);
    const underWay = new Set<Promise<void>>();
    let failure: { readonly error: unknown } | null = null;
    // What shares a process ends together: more are under way as soon as that was seen to end, or a busy machine would end none in time.
    let room = Math.min(mostUnderWay, pool.size * limits.togetherMedia);
    while (next < mostTrials && !stopping.aborted && clock() < end && failure === null) {
      const one = takeOne(false)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          underWay.delete(one);
          room = Math.min(mostUnderWay, room + 1);
        });
      underWay.add(one);
      if (underWay.size >= room) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    signal.throwIfAborted();
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
  };
  try {
    for (const lane of lanes(kinds, pool)) await tryLane(lane);
    return { trials, jobs: pool.size, ms: clock() - began, failed: failed.size };
  } finally {
    clearTimeout(timer);
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Large recordings first, each of which has a thread for itself; then small ones, many at once, which share processes of FFmpeg. */
function lanes(kinds: readonly WorkKind[], pool: WorkerPool): Lane[] {
  const all = inTurn(kinds);
  const isLarge = ({ sample }: Drawn): boolean => sizeClass(plannedOf(sample)) === 'large';
  const [large, small] = [all.filter(isLarge), all.filter((one) => !isLarge(one))];
  const soundOf = (drawn: readonly Drawn[]): number => drawn.reduce((sum, { of }) => sum + of.audioMs / of.samples.length, 0);
  const recordings = small.reduce((sum, { of }) => sum + of.recordings / of.samples.length, 0);
  // With fewer recordings fewer share a process.
  const smallUnderWay = Math.min(mostUnderWay('small', pool), Math.ceil(recordings));
  const usual = (drawn: readonly Drawn[]): number => pool.size + rotations * Math.max(drawn.length, pool.size);
  const largeShare = small.length === 0 ? 1 : Math.min(1 - leastShare, Math.max(leastShare, soundOf(large) / Math.max(1, soundOf(all))));
  return [
    { drawn: large, mostUnderWay: pool.size, mostTrials: usual(large), untilMs: beginMs * largeShare },
    { drawn: small, mostUnderWay: smallUnderWay, mostTrials: Math.max(usual(small), pool.size + fillings * smallUnderWay), untilMs: beginMs },
  ].filter(({ drawn }) => drawn.length > 0);
}

/** Makes one sample, or the beginning of a long one; null where the beginning shows nothing: such a recording is made whole the next time. */
function trialMaker(
  kinds: readonly WorkKind[],
  making: Pick<Making, 'source' | 'pool' | 'request' | 'sourceName'>,
): (one: Drawn, target: string, signal: AbortSignal) => Promise<Omit<Trial, 'isFirst'> | null> {
  // Formats whose index stands at the end show nothing in their beginning.
  const whole = new Set<string>();
  const samples = new Map(kinds.flatMap((kind) => kind.samples).map((sample) => [sample.recordingId, sample]));
  const shareOf = ({ recordingId }: { readonly recordingId: string }): number => {
    const sample = samples.get(recordingId);
    if (sample === undefined || whole.has(recordingId)) return 1;
    return Math.min(1, Math.max(longMs / Math.max(1, sample.audioMs), fewestLargeBytes / Math.max(1, sample.originalBytes)));
  };
  const times = new Map<PlannedRecording, number>();
  const trial = { shareOf, tellTime: (planned: PlannedRecording, threadMs: number): void => void times.set(planned, threadMs) };
  const make = plannedMaker({ ...making, addedDigests: async () => [], trial });
  return async ({ of, sample }, target, signal) => {
    const planned = plannedOf(sample);
    const made = await make(planned, target, signal);
    const ms = times.get(planned);
    times.delete(planned);
    if (made.kind !== 'made' || ms === undefined) throw new Error('a trial mends nothing, and takes time');
    const { audioMs, bytes, files } = made.result;
    if (audioMs === 0 && of.kind !== null && shareOf(sample) < 1) {
      whole.add(sample.recordingId);
      return null;
    }
    const sizeOf = (pick: (path: string) => boolean): number => files.reduce((sum, { path, sizeBytes }) => sum + (pick(path) ? sizeBytes : 0), 0);
    return {
      of,
      ms,
      audioMs,
      originalBytes: bytes,
      copyBytes: sizeOf((path) => path.startsWith('access-')),
      otherBytes: sizeOf((path) => !path.startsWith('access-') && !path.startsWith('original-')),
      files: files.length,
    };
  };
}

/** As an import plans it. */
function plannedOf({ recordingId, recording, originalBytes }: Sample): PlannedRecording {
  return { recordingId, supersedes: null, fingerprint: '', recording, counted: { files: recording.media.length, bytes: originalBytes } };
}

/** Waits for all, also where one fails. @throws what the first of them that failed has thrown */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  for (const one of await Promise.allSettled(work)) if (one.status === 'rejected') throw one.reason;
}

/** One sample of each kind after another, so that a trial that is cut short has seen the kinds with the most sound. */
function inTurn(kinds: readonly WorkKind[]): { readonly of: WorkKind; readonly sample: Sample }[] {
  const longest = Math.max(0, ...kinds.map(({ samples }) => samples.length));
  return Array.from({ length: longest }, (_, at) =>
    kinds.flatMap((of) => {
      const sample = of.samples[at];
      return sample === undefined ? [] : [{ of, sample }];
    }),
  ).flat();
}
