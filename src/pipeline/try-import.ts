import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Declaration } from '../core/declaration.ts';
import type { Source } from '../core/source.ts';
import type { AccessOptions } from '../media/types.ts';
import { isFaultOfTask, type WorkerPool } from '../media/worker-pool.ts';
import type { Sample, WorkKind } from './import-work.ts';
import { plannedMaker } from './make-planned.ts';
import { isUnreadable } from './unreadable.ts';

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
  /** From the first byte that is located to the last that is written, in one of the threads. */
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
/** Each sample is made so often, if there is time. */
const rotations = 3;
/** Of a longer recording only so much of the beginning is made: two hours take 13 s of CPU time, and a trial must be short. */
const longMs = 120_000;

/**
 * Imports a few recordings of each kind into a folder for temporary files, with all threads busy as they are in an import, and
 * deletes them again. What still runs after 8 s is stopped.
 * @throws what an import would throw for a reason of this machine: a missing program, no space
 */
export async function tryImport(
  source: Source,
  kinds: readonly WorkKind[],
  { site, declarations }: { readonly site: string; readonly declarations: readonly Declaration[] },
  { createPool, access, clock }: TrialTools,
  scratch: string,
  signal: AbortSignal,
): Promise<Tried> {
  const samples = inTurn(kinds);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException('the trial takes too long', 'TimeoutError')), endMs);
  const stopping = AbortSignal.any([signal, late.signal]);
  const folder = join(scratch, 'trial');
  mkdirSync(folder, { recursive: true });
  const pool = createPool(stopping);
  const request = { access, joinSides: false, declarations, site };
  // Formats whose index stands at the end show nothing in their beginning: such a recording is made whole the next time.
  const whole = new Set<string>();
  const lengths = new Map(samples.map(({ sample }) => [sample.recordingId, sample.audioMs]));
  const shareOf = ({ recordingId }: { readonly recordingId: string }): number =>
    whole.has(recordingId) ? 1 : Math.min(1, longMs / Math.max(1, lengths.get(recordingId) ?? 0));
  const make = plannedMaker({ source, pool, request, sourceName: source.name, addedDigests: async () => [], keepsUnheard: false, shareOf });
  const trials: Trial[] = [];
  const failed = new Set<Sample>();
  const began = clock();
  // More threads than samples must be busy all the same, and each does one that does not count.
  const most = pool.size + rotations * Math.max(samples.length, pool.size);
  let begun = 0;

  const tryOne = async (sample: Sample, of: WorkKind, number: number, isFirst: boolean): Promise<void> => {
    const target = join(folder, String(number));
    const start = clock();
    try {
      const { recording, recordingId } = sample;
      const made = await make({ recordingId, supersedes: null, fingerprint: '', recording }, target, stopping);
      if (made.kind !== 'made') throw new Error('a trial mends nothing');
      const { audioMs, bytes, files } = made.result;
      if (audioMs === 0 && of.kind !== null && shareOf(sample) < 1) {
        whole.add(recordingId);
        return;
      }
      const sizeOf = (pick: (path: string) => boolean): number => files.reduce((sum, { path, sizeBytes }) => sum + (pick(path) ? sizeBytes : 0), 0);
      trials.push({
        of,
        isFirst,
        ms: clock() - start,
        audioMs,
        originalBytes: bytes,
        copyBytes: sizeOf((path) => path.startsWith('access-')),
        otherBytes: sizeOf((path) => !path.startsWith('access-') && !path.startsWith('original-')),
        files: files.length,
      });
    } catch (error) {
      signal.throwIfAborted();
      // What costs one recording costs one sample; what is wrong with this machine is told.
      if (!late.signal.aborted && !isFaultOfTask(error) && !isUnreadable(error)) throw error;
      failed.add(sample);
    } finally {
      rmSync(target, { recursive: true, force: true });
    }
  };
  const seat = async (): Promise<void> => {
    let loaded: number | null = null;
    while (begun < most && !stopping.aborted && (loaded === null || clock() - loaded < beginMs)) {
      const number = begun++;
      const next = samples[number % samples.length];
      if (next === undefined) return;
      if (failed.has(next.sample)) continue;
      await tryOne(next.sample, next.of, number, loaded === null);
      loaded ??= clock();
    }
  };
  try {
    const settled = await Promise.allSettled(Array.from({ length: Math.min(pool.size, most) }, seat));
    signal.throwIfAborted();
    for (const one of settled) if (one.status === 'rejected') throw one.reason;
    return { trials, jobs: pool.size, ms: clock() - began, failed: failed.size };
  } finally {
    clearTimeout(timer);
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  }
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
