import { byCodePoint } from '../../core/base/order.ts';
import type { Codec } from '../../core/model/format.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { type Canary, type CanaryCounts, type JudgedCanary, judgeCanary, readCanaries } from '../../media/canaries.ts';
import type { MediaTools } from '../../media/tools/types.ts';
import type { WorkerPool } from '../../media/workers/worker-pool.ts';

/** Canaries (test samples with known results) to be decoded in a thread. */
export interface CanaryTask {
  readonly kind: 'canaries';
  /** Absolute path of the folder of samples shipped with longplay. */
  readonly samples: string;
  readonly canaries: readonly Canary[];
}

/** Decodes the canaries of a task; runs in a worker. */
export async function runCanaryTask({ samples, canaries }: CanaryTask, tools: MediaTools, signal: AbortSignal): Promise<JudgedCanary[]> {
  const judged: JudgedCanary[] = [];
  for (const canary of canaries) judged.push(await judgeCanary(samples, canary, tools, signal));
  return judged;
}

/** Result of the canaries: counts for the log entry `canaries-checked`. */
export interface CanaryCheck extends CanaryCounts {
  readonly canaries: number;
}

/** Most canaries take milliseconds; those through FFmpeg a tenth of a second. */
const canariesPerTask = 8;

/**
 * Decodes the shipped canaries: those of the codecs in use, or all. A wrong result is an error of the run, not of a
 * recording; a missing decoder is a warning, and a decoder that the machine ended is unreachable.
 */
export async function* checkCanaries(
  samples: string,
  tools: { readonly pool: WorkerPool; readonly codecs: ReadonlyMap<string, Codec>; readonly inPlay: ReadonlySet<string> | null },
  signal: AbortSignal,
): AsyncGenerator<Verdict, CanaryCheck> {
  const { inPlay } = tools;
  const canaries = readCanaries(samples).filter(({ codec }) => inPlay === null || inPlay.has(codec));
  const runs: { readonly part: readonly Canary[]; readonly judged: Promise<JudgedCanary[]> }[] = [];
  for (let at = 0; at < canaries.length; at += canariesPerTask) {
    const part = canaries.slice(at, at + canariesPerTask);
    const task: CanaryTask = { kind: 'canaries', samples, canaries: part };
    const judged = tools.pool.run<JudgedCanary[]>(task);
    // Awaited in order below; until then a rejection must not count as unhandled.
    judged.catch(() => undefined);
    runs.push({ part, judged });
  }
  const counts = { same: 0, near: 0, notDecoded: 0, different: 0 };
  const missing = new Set<string>();
  const ended = new Set<string>();
  let [missed, troubles, reason] = [0, 0, ''];
  for (const { part, judged } of runs) {
    signal.throwIfAborted();
    for (const [index, { verdict, message, troubled }] of (await judged).entries()) {
      const canary = part[index];
      if (canary === undefined) throw new Error('more answers than canaries');
      counts[verdict]++;
      if (troubled) {
        ended.add(canary.codec);
        if (troubles++ === 0) reason = message;
      } else if (verdict === 'notDecoded') {
        missing.add(canary.codec);
        missed++;
      }
      if (verdict !== 'different') continue;
      const title = tools.codecs.get(canary.codec)?.title ?? canary.codec;
      yield errorVerdict('unplayable', 'V210', `decoder of ${canary.codec}`, `${title}: ${canary.file} decodes differently: ${message}`);
    }
  }
  if (missing.size > 0) yield untried([...missing].sort(byCodePoint), missed);
  // Reported once: the cause usually ends all decoders.
  if (troubles > 0)
    yield errorVerdict(
      'unreachable',
      'V214',
      'decoders',
      `${troubles} canaries could not be decoded, of ${[...ended].sort(byCodePoint).join(', ')}; the first: ${reason}`,
    );
  return { canaries: canaries.length, ...counts };
}

function untried(codecs: readonly string[], canaries: number): Verdict {
  const message = `${canaries} canaries of ${codecs.length} codecs were not decoded, FFmpeg is missing: ${codecs.join(', ')}`;
  return { ...errorVerdict('unverifiable', 'V211', 'decoders', message), severity: 'warning' };
}
