import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { Codec } from '../../core/model/format.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { counted } from '../../core/words/quantity.ts';
import { type Canary, type CanaryCounts, type JudgedCanary, judgeCanaries, readCanaries } from '../../media/canaries.ts';
import { isOurs } from '../../media/measure/likeness.ts';
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
  return await judgeCanaries(samples, canaries, tools, signal);
}

/** Result of the canaries: counts for the log entry `canaries-checked`. */
export interface CanaryCheck extends CanaryCounts {
  readonly canaries: number;
}

/**
 * Canaries per task. Most canaries take milliseconds. Those that FFmpeg decoded when they were recorded form tasks of their own, as large as one FFmpeg process
 * takes: starting a process costs 65 to 100 ms of CPU time.
 */
const canariesPerTask = { ours: 8, ffmpeg: limits.togetherMedia };

/** Splits canaries into the parts that the threads decode. */
function partsOf(canaries: readonly Canary[]): readonly (readonly Canary[])[] {
  const chunks = (some: readonly Canary[], size: number): (readonly Canary[])[] =>
    some.flatMap((_canary, at) => (at % size === 0 ? [some.slice(at, at + size)] : []));
  const byFfmpeg = canaries.filter(({ decoder }) => !isOurs(decoder));
  const byUs = canaries.filter(({ decoder }) => isOurs(decoder));
  return [...chunks(byFfmpeg, canariesPerTask.ffmpeg), ...chunks(byUs, canariesPerTask.ours)];
}

/**
 * Decodes the shipped canaries: those of the codecs in use, or all. A wrong result is an error of the run, not of a recording. A missing decoder is a warning.
 * A decoder that the operating system killed is reported as unreachable.
 */
export async function* checkCanaries(
  samples: string,
  tools: { readonly pool: WorkerPool; readonly codecs: ReadonlyMap<string, Codec>; readonly inPlay: ReadonlySet<string> | null },
  signal: AbortSignal,
): AsyncGenerator<Verdict, CanaryCheck> {
  const { inPlay } = tools;
  const canaries = readCanaries(samples).filter(({ codec }) => inPlay === null || inPlay.has(codec));
  const runs: { readonly part: readonly Canary[]; readonly judged: Promise<JudgedCanary[]> }[] = [];
  for (const part of partsOf(canaries)) {
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
  // Reported once: the same cause usually ends all decoders.
  if (troubles > 0)
    yield errorVerdict(
      'unreachable',
      'V214',
      'decoders',
      agree`${troubles} canar[y|ies] could not be decoded, of ${[...ended].sort(byCodePoint).join(', ')}; the first: ${reason}`,
    );
  return { canaries: canaries.length, ...counts };
}

function untried(codecs: readonly string[], canaries: number): Verdict {
  const message = agree`${canaries} canar[y|ies] of ${counted(codecs.length, 'codec')} [was|were] not decoded, FFmpeg is missing: ${codecs.join(', ')}`;
  return { ...errorVerdict('unverifiable', 'V211', 'decoders', message), severity: 'warning' };
}
