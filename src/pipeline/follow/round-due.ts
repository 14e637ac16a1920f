/** When a round of imports begins. */
export interface LandLimits {
  /** Least time between the beginnings of two rounds; null: none. */
  readonly ms: number | null;
  /** Bytes of finished files that begin a round earlier; null: none. */
  readonly bytes: number | null;
  /** Number of finished files that begins a round earlier. */
  readonly files: number;
}

/** What a round would find. Times are on the clock of the scans. */
export interface PendingWork {
  /** Files that settled since the last round began, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Time at which a recording has waited long enough for its other half; null if none waits. */
  readonly waitOverMs: number | null;
  /** Time at which the last round began; null if none did. */
  readonly lastRoundMs: number | null;
  /** Earliest time of the next attempt after a failed round; null if the last round did not fail. */
  readonly retryMs: number | null;
}

/** Returns true if a round should begin now. A round without work never begins. */
export function isRoundDue({ files, bytes, waitOverMs, lastRoundMs, retryMs }: PendingWork, land: LandLimits, nowMs: number): boolean {
  if (retryMs !== null) return nowMs >= retryMs;
  const isWaitOver = waitOverMs !== null && nowMs >= waitOverMs;
  if (files === 0 && !isWaitOver) return false;
  if (lastRoundMs === null || land.ms === null || nowMs - lastRoundMs >= land.ms) return true;
  return files >= land.files || (land.bytes !== null && bytes >= land.bytes);
}

/** Shortest and longest time until a failed round is repeated. */
const [firstRetryMs, lastRetryMs] = [10_000, 300_000];

/** Returns the time until the next attempt. @param failures number of consecutive failures, from 1 */
export function retryAfterMs(failures: number): number {
  return Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 10));
}
