import type { Work } from '../../core/base/work.ts';
import { count, nounFor } from '../../core/words/quantity.ts';
import type { Progress } from '../../pipeline/events/events.ts';
import type { CoreTimes, ReporterOptions } from './reporter.ts';
import { createTimeLeft } from './time-left.ts';
import { bytes, duration } from './units.ts';

/** Progress output: a live line on a terminal, otherwise a plain line every few seconds; when quiet, only on request. */
export interface ProgressLine {
  update(progress: Progress): void;
  /** Prints a plain line at once, even when quiet; prints nothing before the first progress. */
  tell(): void;
  /** Clears the live line so that something else can be printed. */
  clear(): void;
}

const terminalEveryMs = 100;
const journalEveryMs = 5_000;
const coresEveryMs = 2_000;
/**
 * Cost of an item apart from its bytes, expressed in bytes. Measured: a call of 2 s in 16 KB takes 13 ms of CPU time, 2 s of an hour-long call take 4
 * ms. With bytes alone many short calls at the end would not count, with items alone a few long ones would not.
 */
const itemBytes = 40_000;
/** Width of a terminal that reports no width, or 0. */
const usualColumns = 80;

/** Creates progress output on stderr, with rate, load of the machine's cores and, after one second, remaining time. */
export function createProgressLine({
  err,
  quiet,
  live,
  now,
  cores,
}: Pick<ReporterOptions, 'err' | 'quiet' | 'live' | 'now' | 'cores'>): ProgressLine {
  let newest: Progress | null = null;
  let phase = '';
  let began = 0;
  let shareAtStart = 0;
  let timeLeft = createTimeLeft();
  /** Time of the last update of `timeLeft`. */
  let taken: number | null = null;
  let workShare: number | null = null;
  let printed = Number.NEGATIVE_INFINITY;
  let shown = false;
  let coresBefore = cores();
  let coresAt = now();
  let busy: number | null = null;
  /** Measures the load of the cores over the last seconds: an average of a whole night would say nothing about the present. */
  const lookAtCores = (): void => {
    if (now() - coresAt < coresEveryMs) return;
    const times = cores();
    busy = busyShare(coresBefore, times);
    coresBefore = times;
    coresAt = now();
  };
  const partsOf = (progress: Progress): string[] => {
    lookAtCores();
    const seconds = (now() - began) / 1_000;
    const share = workShare ?? shareOf(progress);
    const left = taken === null ? leftByShare(share, shareAtStart, seconds) : leftSince(timeLeft.leftMs(), now() - taken);
    return progressParts(progress, { seconds, share, left, busy });
  };
  const clear = (): void => {
    if (shown) err.write('\r\u001b[K');
    shown = false;
  };
  return {
    update: (progress) => {
      newest = progress;
      if (progress.phase !== phase) {
        phase = progress.phase;
        began = now();
        [coresBefore, coresAt, busy] = [cores(), began, null];
        shareAtStart = shareOf(progress) ?? 0;
        [timeLeft, taken, workShare] = [createTimeLeft(), null, null];
        // A phase that ends at once prints nothing to a journal.
        printed = live ? Number.NEGATIVE_INFINITY : began;
      }
      if (progress.work !== undefined) {
        taken = now();
        timeLeft.take(progress.work, taken);
        // The remaining work may be more than was estimated, but the shown share must never decrease.
        workShare = Math.max(workShare ?? 0, doneShare(progress.work));
      }
      if (quiet || now() - printed < (live ? terminalEveryMs : journalEveryMs)) return;
      printed = now();
      const parts = partsOf(progress);
      if (live) {
        err.write(`\r\u001b[K${fitted(parts, Math.max(20, (err.columns || usualColumns) - 1))}`);
        shown = true;
      } else err.write(`${fitted(parts, Number.POSITIVE_INFINITY)}\n`);
    },
    tell: () => {
      if (newest === null) return;
      clear();
      err.write(`${fitted(partsOf(newest), Number.POSITIVE_INFINITY)}\n`);
    },
    clear,
  };
}

/** Returns the share of busy time; null if no time was counted. */
function busyShare(before: CoreTimes, after: CoreTimes): number | null {
  const whole = after.wholeMs - before.wholeMs;
  return whole <= 0 ? null : Math.min(1, Math.max(0, (after.busyMs - before.busyMs) / whole));
}

/** Returns the finished share of a phase, 0 to 1; null if unknown. */
function shareOf({ done, total, bytes, bytesTotal }: Progress): number | null {
  if (total === null || total === 0) return null;
  if (bytesTotal === null || bytesTotal === 0) return done / total;
  return Math.min(1, (done * itemBytes + Math.min(bytes, bytesTotal)) / (total * itemBytes + bytesTotal));
}

/** Returns the finished share of some work, 0 to 1, weighted by the usual costs of its kinds. */
function doneShare({ kinds }: Work): number {
  const [done, left] = kinds.reduce(([before, after], kind) => [before + kind.usualMs * kind.done, after + kind.usualMs * kind.left], [0, 0]);
  return done + left === 0 ? 0 : done / (done + left);
}

/** Returns the remaining time in ms, assuming that the rest takes as long in proportion as the finished share. */
function leftByShare(share: number | null, shareAtStart: number, seconds: number): number | null {
  return share !== null && share > shareAtStart && share < 1 ? ((1 - share) / (share - shareAtStart)) * seconds * 1_000 : null;
}

/** Returns what is now left of an estimated remaining time. @param passedMs time since the estimate */
function leftSince(leftMs: number | null, passedMs: number): number | null {
  return leftMs === null ? null : Math.max(0, leftMs - passedMs);
}

interface Sayings {
  /** Seconds since the phase began. */
  readonly seconds: number;
  readonly share: number | null;
  /** Remaining time in ms. */
  readonly left: number | null;
  readonly busy: number | null;
}

/** Returns the parts of the progress text, most important first. */
function progressParts(progress: Progress, { seconds, share, left, busy }: Sayings): string[] {
  const { phase, done, total, unit } = progress;
  const counted = `${count(done)}${total === null ? '' : ` of ${count(total)}`} ${nounFor(total ?? done, unit.replace(/s$/, '').replace(/ie$/, 'y'), unit)}`;
  const parts = [share === null ? `${phase}  ${counted}` : `${phase} ${Math.floor(share * 100)} %  ${counted}`];
  if (seconds < 1) return parts;
  if (left !== null) parts.unshift(`${duration(left)} left`);
  if (progress.bytes > 0) parts.push(`${bytes(progress.bytes / seconds)}/s`);
  if (progress.audioMs > 0) parts.push(`${(progress.audioMs / 60_000 / (seconds / 60) / 60).toFixed(1)} h of audio per minute`);
  if (busy !== null) parts.push(`cores ${Math.round(busy * 100)} % busy`);
  return parts;
}

/** Joins as many whole parts as fit, in order; truncates the first part if even that does not fit. */
function fitted(parts: readonly string[], columns: number): string {
  let line = (parts[0] ?? '').slice(0, columns);
  for (const part of parts.slice(1)) {
    if (line.length + 2 + part.length > columns) break;
    line += `, ${part}`;
  }
  return line;
}
