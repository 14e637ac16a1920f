import type { Progress } from '../pipeline/events.ts';
import type { CoreTimes, ReporterOptions } from './reporter.ts';
import { bytes, count, duration } from './units.ts';

/** A live line on a terminal, a plain line every few seconds elsewhere, nothing when quiet. */
export interface ProgressLine {
  update(progress: Progress): void;
  /** Takes the live line away so that something else can be printed. */
  clear(): void;
}

const terminalEveryMs = 100;
const journalEveryMs = 5_000;
const coresEveryMs = 2_000;

/** Progress on stderr, with rate, how busy the machine's cores are, and remaining time once a second has passed. */
export function createProgressLine({ err, quiet, now, cores }: Pick<ReporterOptions, 'err' | 'quiet' | 'now' | 'cores'>): ProgressLine {
  if (quiet) return { update: () => undefined, clear: () => undefined };
  const live = err.isTTY === true;
  let phase = '';
  let began = 0;
  let doneAtStart = 0;
  let printed = Number.NEGATIVE_INFINITY;
  let shown = false;
  let coresBefore = cores();
  let coresAt = now();
  let busy: number | null = null;
  /** Over the last seconds: over a whole night it would say nothing of now. */
  const lookAtCores = (): void => {
    if (now() - coresAt < coresEveryMs) return;
    const times = cores();
    busy = busyShare(coresBefore, times);
    coresBefore = times;
    coresAt = now();
  };
  const clear = (): void => {
    if (shown) err.write('\r\u001b[K');
    shown = false;
  };
  return {
    update: (progress) => {
      if (progress.phase !== phase) {
        phase = progress.phase;
        began = now();
        [coresBefore, coresAt, busy] = [cores(), began, null];
        doneAtStart = progress.done;
        // A phase that is over at once prints nothing in a journal.
        printed = live ? Number.NEGATIVE_INFINITY : began;
      }
      if (now() - printed < (live ? terminalEveryMs : journalEveryMs)) return;
      printed = now();
      lookAtCores();
      const text = progressText(progress, (now() - began) / 1_000, doneAtStart, busy);
      if (live) {
        err.write(`\r\u001b[K${text.slice(0, Math.max(20, (err.columns ?? 80) - 1))}`);
        shown = true;
      } else err.write(`${text}\n`);
    },
    clear,
  };
}

/** Null where no time has passed that was counted. */
function busyShare(before: CoreTimes, after: CoreTimes): number | null {
  const whole = after.wholeMs - before.wholeMs;
  return whole <= 0 ? null : Math.min(1, Math.max(0, (after.busyMs - before.busyMs) / whole));
}

function progressText(progress: Progress, seconds: number, doneAtStart: number, busy: number | null): string {
  const { done, total } = progress;
  const share = total === null || total === 0 ? '' : ` ${Math.floor((done / total) * 100)} %`;
  const parts = [`${progress.phase}${share}  ${count(done)}${total === null ? '' : ` of ${count(total)}`} ${progress.unit}`];
  if (seconds >= 1) {
    if (progress.bytes > 0) parts.push(`${bytes(progress.bytes / seconds)}/s`);
    if (progress.audioMs > 0) parts.push(`${(progress.audioMs / 60_000 / (seconds / 60) / 60).toFixed(1)} h of audio a minute`);
    if (busy !== null) parts.push(`cores ${Math.round(busy * 100)} % busy`);
    const speed = (done - doneAtStart) / seconds;
    if (total !== null && speed > 0 && done < total) parts.push(`${duration(((total - done) / speed) * 1_000)} left`);
  }
  return parts.join(', ');
}
