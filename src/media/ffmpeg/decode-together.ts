import { limits } from '../../core/base/limits.ts';
import { runFfmpegBatch } from './batch.ts';
import type { FfmpegRequest } from './ffmpeg.ts';
import type { FfmpegLaunch } from './launch.ts';

/**
 * Returns FFmpeg's whole output for a request, made with other requests in one process. Null: it must be decoded separately, because there was no other request or
 * an error occurred. For callers that do nothing else meanwhile. @throws the reason of the common signal
 */
export type Together = (ask: FfmpegRequest) => Promise<Uint8Array | null>;

/** Collects requests of several recordings for one FFmpeg process. */
export interface DecodeTogether {
  readonly decode: Together;
  /** Starts it with the requests so far: no further one will come. */
  flush(): void;
}

interface Waiting {
  readonly ask: FfmpegRequest;
  readonly resolve: (samples: Uint8Array | null) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Creates a collector for codecs that only FFmpeg decodes, and for second opinions: one process for `limits.togetherMedia` of them, because starting one takes 65 to 100 ms of
 * CPU time. Each has its own pipes; after any error all are decoded again one by one, so that each failure is attributed correctly.
 */
export function createDecodeTogether(launch: FfmpegLaunch, signal: AbortSignal): DecodeTogether {
  /** Separate, because a message about a request whose messages are ignored would cancel all others. */
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
