import { limits } from '../../core/base/limits.ts';
import { runFfmpegBatch } from './batch.ts';
import type { FfmpegRequest } from './ffmpeg.ts';
import type { FfmpegLaunch } from './launch.ts';

/**
 * Returns FFmpeg's whole output for a request, from a process that it shares with other requests. Null: the request must be decoded separately, because there
 * was no other request or an error occurred. For callers that do nothing else meanwhile.
 * @throws the reason of the common signal
 */
export type Together = (ask: FfmpegRequest) => Promise<Uint8Array | null>;

/** Collects requests of several recordings for one FFmpeg process. */
export interface DecodeTogether {
  readonly decode: Together;
  /** Starts the process with the requests so far, because no further one will come. */
  flush(): void;
}

interface Waiting {
  readonly ask: FfmpegRequest;
  readonly resolve: (samples: Uint8Array | null) => void;
  readonly reject: (reason: unknown) => void;
}

type Output = Uint8Array | null;

/** Runs FFmpeg on several requests. @returns null after any error, as `runFfmpegBatch`, and for a single request */
type RunBatch = (asks: readonly FfmpegRequest[]) => Promise<readonly Uint8Array[] | null>;

/**
 * Returns FFmpeg's output for each request; null for requests that must be decoded separately. After an error, each half is tried by itself, and then the
 * halves of the bad half, as long as one half succeeds: one bad stream among 16 costs 4 + 4 processes instead of 16. If both halves fail, there are several bad
 * streams, and all of them are decoded separately.
 */
async function outputsOf(asks: readonly FfmpegRequest[], runBatch: RunBatch): Promise<readonly Output[]> {
  const began = performance.now();
  const made = await runBatch(asks);
  if (made !== null) return made;
  const middle = asks.length >> 1;
  // A stall would take its whole time again in each half.
  let open = performance.now() - began < limits.ffmpegStallMs ? [asks.slice(0, middle), asks.slice(middle)] : [];
  const done = new Map<FfmpegRequest, Uint8Array>();
  while (open.length > 0) {
    const failed: (readonly FfmpegRequest[])[] = [];
    for (const half of open) {
      const outputs = await runBatch(half);
      if (outputs === null) failed.push(half);
      for (const [index, output] of (outputs ?? []).entries()) if (half[index] !== undefined) done.set(half[index], output);
    }
    const [one = []] = failed;
    open = failed.length === 1 && one.length > 2 ? [one.slice(0, one.length >> 1), one.slice(one.length >> 1)] : [];
  }
  return asks.map((ask) => done.get(ask) ?? null);
}

/**
 * Creates a collector for codecs that only FFmpeg decodes, and for second opinions: one process for `limits.togetherMedia` of them, because starting one takes
 * 65 to 100 ms of CPU time. Each request has pipes of its own. After an error, the requests in the affected half are decoded again, down to single ones, so
 * that each failure is attributed correctly.
 */
export function createDecodeTogether(launch: FfmpegLaunch, signal: AbortSignal): DecodeTogether {
  /** Requests whose messages are ignored are separate, because one message would cancel all other requests. */
  const [heeded, heedless]: [Waiting[], Waiting[]] = [[], []];
  const runBatch: RunBatch = async (asks) => (asks.length > 1 ? await runFfmpegBatch(launch, asks, limits.togetherDecodedBytes, signal) : null);

  async function run(asked: readonly Waiting[]): Promise<void> {
    try {
      const asks = asked.map(({ ask }) => ask);
      const made = await outputsOf(asks, runBatch);
      signal.throwIfAborted();
      for (const [index, { resolve }] of asked.entries()) resolve(made[index] ?? null);
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
