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

/** What a trial needs. */
export interface TrialTools {
  readonly createPool: (signal: AbortSignal) => WorkerPool;
  readonly access: AccessOptions;
  /** Returns the milliseconds of a monotonic clock. */
  readonly clock: () => number;
}

/** The result of making one recording as an import would, in the folder for temporary files. */
export interface Trial {
  readonly of: WorkKind;
  /** True for the first recording of its thread, whose time includes starting the thread and loading. */
  readonly isFirst: boolean;
  /** Thread time, including the recording's share of work that was done for several at once. */
  readonly ms: number;
  readonly audioMs: number;
  readonly originalBytes: number;
  readonly copyBytes: number;
  /** Size of `recording.json` and the sources of the metadata. */
  readonly otherBytes: number;
  readonly files: number;
}

/** Results of a trial. */
export interface Tried {
  readonly trials: readonly Trial[];
  readonly jobs: number;
  readonly ms: number;
  /** Number of recordings that could not be made or took too long. */
  readonly failed: number;
}

/**
 * Time limits once each kind was tried: how long after the first recordings of the threads a recording may begin, and how long after the start it may
 * continue.
 */
const [beginMs, endMs] = [3_000, 8_000] as const;
/** Time in which a busy or slow machine must have tried each kind once. */
const lastMs = 60_000;
/** Smallest share of the time for large recordings, and for small ones, if there are both. */
const leastShare = 0.25;
/** How often each sample is made, if there is time. */
const rotations = 3;
/** Small recordings are made this many times the number that is in progress at once, because the last ones wait only for FFmpeg. */
const fillings = 3;
/** Largest length that is made of a recording, from its beginning: two hours take 13 s of CPU time, and a trial must be short. */
const longMs = 120_000;
/** Smallest part that is made of a large recording: FFmpeg then gets the part as a stream, as it would the whole. */
const fewestLargeBytes = Math.ceil(limits.smallRecordingBytes * 1.05);

/** A sample that is tried repeatedly. */
interface Drawn {
  readonly of: WorkKind;
  readonly sample: Sample;
}

/** Samples of one size class, and how they are tried. */
interface Lane {
  readonly drawn: readonly Drawn[];
  readonly mostUnderWay: number;
  readonly mostTrials: number;
  /** How long after the first recordings of the threads a recording may begin. */
  readonly untilMs: number;
}

/**
 * Imports a few recordings of each kind into a folder for temporary files, with all threads busy and as many recordings in progress as in an import,
 * and deletes them again. Stops recordings that are still in progress after 8 s; if a kind was not tried by then, after 60 s.
 * @throws the error of an import that this machine causes: a missing program, no space
 */
export async function tryImport(
  { source, scratch }: Pick<OpenedSource, 'source' | 'scratch'>,
  kinds: readonly WorkKind[],
  { site, declarations }: { readonly site: string; readonly declarations: readonly Declaration[] },
  { createPool, access, clock }: TrialTools,
  signal: AbortSignal,
): Promise<Tried> {
  const trials: Trial[] = [];
  const failed = new Set<Sample>();
  const isTried = (of: WorkKind): boolean => trials.some((trial) => trial.of === of) || of.samples.every((sample) => failed.has(sample));
  using late = timeLimit(() => kinds.every(isTried));
  const stopping = AbortSignal.any([signal, late.signal]);
  const folder = join(scratch, 'trial');
  mkdirSync(folder, { recursive: true });
  const pool = createPool(stopping);
  const request = { access, joinSides: false, declarations, site };
  const makeOne = trialMaker(kinds, { source, pool, request, sourceName: source.name });
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
      // An error about one recording costs one sample; an error of this machine is thrown.
      if (!late.signal.aborted && !isFaultOfTask(error) && !isUnreadable(error)) throw error;
      failed.add(one.sample);
    } finally {
      rmSync(target, { recursive: true, force: true });
      late.check();
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
    const until = Math.max(loaded + untilMs, clock() + leastShare * beginMs);
    // The first sample of each kind comes before all others.
    const needed = new Set(drawn.map(({ of }) => of)).size;
    const underWay = new Set<Promise<void>>();
    let failure: { readonly error: unknown } | null = null;
    // Recordings that share a process end together. More are started as soon as some have ended; otherwise a busy machine would finish none in time.
    let room = Math.min(mostUnderWay, pool.size * limits.togetherMedia);
    while (next < mostTrials && !stopping.aborted && (clock() < until || next < needed) && failure === null) {
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
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A time limit that aborts its signal. Call `check` whenever another sample was tried. */
interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
  check(): void;
}

/** Starts the limit: 8 s; 60 s as long as a kind has not been tried. */
function timeLimit(areAllTried: () => boolean): TimeLimit {
  const late = new AbortController();
  const end = (): void => late.abort(new DOMException('the trial takes too long', 'TimeoutError'));
  let isLong = false;
  const check = (): void => {
    if (isLong && areAllTried()) end();
  };
  const endOfMost = setTimeout(() => {
    isLong = true;
    check();
  }, endMs);
  const endOfAll = setTimeout(end, lastMs);
  return {
    signal: late.signal,
    check,
    [Symbol.dispose]: () => {
      clearTimeout(endOfMost);
      clearTimeout(endOfAll);
    },
  };
}

/** Returns the large recordings first, one per thread; then the small ones, of which many at once share FFmpeg processes. */
function lanes(kinds: readonly WorkKind[], pool: WorkerPool): Lane[] {
  const all = inTurn(kinds);
  const isLarge = ({ sample }: Drawn): boolean => sizeClass(plannedOf(sample)) === 'large';
  const [large, small] = [all.filter(isLarge), all.filter((one) => !isLarge(one))];
  const soundOf = (drawn: readonly Drawn[]): number => drawn.reduce((sum, { of }) => sum + of.audioMs / of.samples.length, 0);
  const recordings = small.reduce((sum, { of }) => sum + of.recordings / of.samples.length, 0);
  // Fewer recordings share fewer processes.
  const smallUnderWay = Math.min(mostUnderWay('small', pool), Math.ceil(recordings));
  const usual = (drawn: readonly Drawn[]): number => pool.size + rotations * Math.max(drawn.length, pool.size);
  const largeShare = small.length === 0 ? 1 : Math.min(1 - leastShare, Math.max(leastShare, soundOf(large) / Math.max(1, soundOf(all))));
  return [
    { drawn: large, mostUnderWay: pool.size, mostTrials: usual(large), untilMs: beginMs * largeShare },
    { drawn: small, mostUnderWay: smallUnderWay, mostTrials: Math.max(usual(small), pool.size + fillings * smallUnderWay), untilMs: beginMs },
  ].filter(({ drawn }) => drawn.length > 0);
}

/**
 * Creates a function that makes one sample, or the beginning of a long one. It returns null if the beginning does not suffice: the next time, the
 * whole recording is made.
 */
function trialMaker(
  kinds: readonly WorkKind[],
  making: Pick<Making, 'source' | 'pool' | 'request' | 'sourceName'>,
): (one: Drawn, target: string, signal: AbortSignal) => Promise<Omit<Trial, 'isFirst'> | null> {
  // Formats with an index at the end cannot be read from their beginning alone.
  const whole = new Set<string>();
  const samples = new Map(kinds.flatMap((kind) => kind.samples).map((sample) => [sample.recordingId, sample]));
  const shareOf = ({ recordingId }: { readonly recordingId: string }): number => {
    const sample = samples.get(recordingId);
    if (sample === undefined || whole.has(recordingId)) return 1;
    return Math.min(1, Math.max(longMs / Math.max(1, sample.audioMs), fewestLargeBytes / Math.max(1, sample.originalBytes)));
  };
  const times = new Map<PlannedRecording, number>();
  const trial = { shareOf, tellTime: (planned: PlannedRecording, threadMs: number): void => void times.set(planned, threadMs) };
  const make = plannedMaker({ ...making, addedDigests: async () => [], isSealed: false, trial });
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

/** Returns the recording as an import would plan it. */
function plannedOf({ recordingId, recording, originalBytes }: Sample): PlannedRecording {
  return { recordingId, supersedes: null, fingerprint: '', recording, counted: { files: recording.media.length, bytes: originalBytes } };
}

/** Waits for all promises, even if one fails. @throws the first error */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  for (const one of await Promise.allSettled(work)) if (one.status === 'rejected') throw one.reason;
}

/** Alternates between kinds, so that an interrupted trial has samples of the kinds with the most audio. */
function inTurn(kinds: readonly WorkKind[]): { readonly of: WorkKind; readonly sample: Sample }[] {
  const longest = Math.max(0, ...kinds.map(({ samples }) => samples.length));
  return Array.from({ length: longest }, (_, at) =>
    kinds.flatMap((of) => {
      const sample = of.samples[at];
      return sample === undefined ? [] : [{ of, sample }];
    }),
  ).flat();
}
