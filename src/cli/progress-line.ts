import type { Progress } from '../pipeline/events.ts';
import type { ReporterOptions } from './reporter.ts';
import { bytes, count, duration } from './units.ts';

/** A live line on a terminal, a plain line every few seconds elsewhere, nothing when quiet. */
export interface ProgressLine {
  update(progress: Progress): void;
  /** Takes the live line away so that something else can be printed. */
  clear(): void;
}

const terminalEveryMs = 100;
const journalEveryMs = 5_000;

/** Progress on stderr, with rate and remaining time once a second has passed. */
export function createProgressLine({ err, quiet, now }: ReporterOptions): ProgressLine {
  if (quiet) return { update: () => undefined, clear: () => undefined };
  const live = err.isTTY === true;
  let phase = '';
  let began = 0;
  let doneAtStart = 0;
  let printed = Number.NEGATIVE_INFINITY;
  let shown = false;
  const clear = (): void => {
    if (shown) err.write('\r\u001b[K');
    shown = false;
  };
  return {
    update: (progress) => {
      if (progress.phase !== phase) {
        phase = progress.phase;
        began = now();
        doneAtStart = progress.done;
        // A phase that is over at once prints nothing in a journal.
        printed = live ? Number.NEGATIVE_INFINITY : began;
      }
      if (now() - printed < (live ? terminalEveryMs : journalEveryMs)) return;
      printed = now();
      const text = progressText(progress, (now() - began) / 1_000, doneAtStart);
      if (live) {
        err.write(`\r\u001b[K${text.slice(0, Math.max(20, (err.columns ?? 80) - 1))}`);
        shown = true;
      } else err.write(`${text}\n`);
    },
    clear,
  };
}

function progressText(progress: Progress, seconds: number, doneAtStart: number): string {
  const { done, total } = progress;
  const share = total === null || total === 0 ? '' : ` ${Math.floor((done / total) * 100)} %`;
  const parts = [`${progress.phase}${share}  ${count(done)}${total === null ? '' : ` of ${count(total)}`} ${progress.unit}`];
  if (seconds >= 1) {
    if (progress.bytes > 0) parts.push(`${bytes(progress.bytes / seconds)}/s`);
    if (progress.audioMs > 0) parts.push(`${(progress.audioMs / 60_000 / (seconds / 60) / 60).toFixed(1)} h of audio a minute`);
    const speed = (done - doneAtStart) / seconds;
    if (total !== null && speed > 0 && done < total) parts.push(`${duration(((total - done) / speed) * 1_000)} left`);
  }
  return parts.join(', ');
}
