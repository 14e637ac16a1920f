import { limits } from '../../core/base/limits.ts';
import { runFfmpegBatch } from './batch.ts';
import type { FfmpegAsk } from './ffmpeg.ts';
import type { FfmpegLaunch } from './launch.ts';

/**
 * All that FFmpeg writes for an ask, made together with what others ask, in one process. Null: it is to be asked by itself, as nobody else asked or not
 * all went well. For whoever does nothing else meanwhile. @throws the reason of the signal of all
 */
export type Together = (ask: FfmpegAsk) => Promise<Uint8Array | null>;

/** Asks of several recordings that wait for one process of FFmpeg. */
export interface DecodeTogether {
  readonly decode: Together;
  /** Starts it with what was asked for so far: nobody else is coming. */
  flush(): void;
}

interface Waiting {
  readonly ask: FfmpegAsk;
  readonly resolve: (samples: Uint8Array | null) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Calls in a codec that FFmpeg alone decodes, and second opinions: one process for `limits.togetherMedia` of them, whose start takes 65 to 100 ms of
 * CPU time. Each has pipes of its own; where anything goes wrong all are asked again one by one, so that each failure is its own.
 */
export function createDecodeTogether(launch: FfmpegLaunch, signal: AbortSignal): DecodeTogether {
  /** Apart, since a complaint about a heedless one would send all of them away. */
  const [heeded, heedless]: [Waiting[], Waiting[]] = [[], []];

  async function run(asked: readonly Waiting[]): Promise<void> {
    try {
      const asks = asked.map(({ ask }) => ask);
      const made = asks.length > 1 ? await runFfmpegBatch(launch, asks, limits.togetherDecodedBytes, signal) : null;
      signal.throwIfAborted();
      for (const [index, { resolve }] of asked.entries()) resolve(made?.[index] ?? null);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
  function start(waiting: Waiting[]): void {
    const asked = waiting.splice(0);
    if (asked.length > 0) void run(asked);
  }

  return {
    decode: (ask) =>
      new Promise((resolve, reject) => {
        const waiting = ask.heedless === true ? heedless : heeded;
        waiting.push({ ask, resolve, reject });
        const likely = waiting.reduce((sum, { ask: { likelyBytes } }) => sum + likelyBytes, 0);
        if (waiting.length >= limits.togetherMedia || likely >= limits.togetherLikelyBytes) start(waiting);
      }),
    flush() {
      start(heeded);
      start(heedless);
    },
  };
}
