import { setTimeout as timer } from 'node:timers/promises';

/** Pauses before a request is repeated. */
export interface Pauses {
  /** Longest pause before the second attempt; each further pause may take twice as long. */
  readonly firstMs: number;
  /** The same if the store asked for fewer requests. */
  readonly firstSlowMs: number;
  readonly mostMs: number;
}

/** Pauses between attempts; the AWS SDKs use similar ones. */
export const usualPauses: Pauses = { firstMs: 200, firstSlowMs: 1_000, mostMs: 20_000 };

/**
 * Waits before an attempt: exponential back-off, of which a random half is omitted, so that clients that failed together do not return together.
 * @param failures number of failed attempts so far, from 1
 */
export async function pause(failures: number, isSlow: boolean, { firstMs, firstSlowMs, mostMs }: Pauses, signal: AbortSignal): Promise<void> {
  const most = Math.min(mostMs, (isSlow ? firstSlowMs : firstMs) * 2 ** (failures - 1));
  await timer(most * (0.5 + Math.random() / 2), undefined, { signal });
}
