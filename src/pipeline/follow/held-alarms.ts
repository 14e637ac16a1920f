import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { HeldFile, HeldReason } from './settled-files.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How long a file may be held back before that is reported: a call may last for hours, and its header is finished only when it ends. */
const quietMs: Readonly<Record<HeldReason, number>> = {
  changing: 12 * hourMs,
  'temporary-name': hourMs,
  empty: hourMs,
  'unfinished-header': hourMs,
};

const reasons: Readonly<Record<HeldReason, string>> = {
  changing: 'its size or time still changes',
  'temporary-name': 'its name is that of a file that is still to be renamed',
  empty: 'it has no audio yet',
  'unfinished-header': 'its header says that it is not finished, and it no longer changes',
};

/** Reports files that are held back for a long time, each once. */
export interface HeldAlarms {
  /** Returns findings about files that are now held back for too long. @param nowMs time on the clock of the scans */
  take(held: readonly HeldFile[], nowMs: number): Finding[];
}

/** Creates the memory of reported files. It forgets a file that is no longer held back. */
export function createHeldAlarms(): HeldAlarms {
  let reported = new Set<string>();
  return {
    take: (held, nowMs) => {
      const long = held.filter(({ reason, sinceMs }) => nowMs - sinceMs >= quietMs[reason]);
      const fresh = long.filter(({ path }) => !reported.has(path));
      reported = new Set(long.map(({ path }) => path));
      return fresh.map(({ path, reason, sinceMs }) =>
        finding('P290', path, agree`held back for ${Math.floor((nowMs - sinceMs) / minuteMs)} minute[s]: ${reasons[reason]}`),
      );
    },
  };
}
