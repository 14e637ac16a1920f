import type { FindingEntry } from './types.ts';

const warning = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'warning', title, meaning, next });

/** Codes W100 to W149: when the bags are read, and by whom. */
export const scheduleFindings: Readonly<Record<string, FindingEntry>> = {
  W100: warning(
    'the budget does not keep the period',
    'At an even pace each run must read a certain share of the archive, and the budget lets it read less. Bags will become overdue, the oldest first.',
    'Raise --budget, let the timer run more often, or take a longer --every; the message names the period that the budget keeps.',
  ),
  W101: warning(
    'bags are overdue',
    'They were not read in full within the period. Damage that came since then is not known. Where the clock of the machine was set back or forward, the time in between counts as passed.',
    'Run `longplay verify ARCHIVE --every PERIOD` without a budget, or raise the budget; find out why runs were missed.',
  ),
  W102: warning(
    'bags were not decoded in time',
    'They were not decoded within the period of --play-every. Their bytes may be in order all the same: that is what reading shows.',
    'Run `longplay verify ARCHIVE --play`, or raise the budget.',
  ),
  W103: {
    severity: 'error',
    title: 'known damage waits to be mended',
    meaning: 'A verification found these bags damaged. That stands until a later verification of the same bag in the same place finds it well.',
    next: 'Bring the files back from another copy of the archive, or repair from a replica; the next run reads these bags first.',
  },
  W104: warning(
    'the clock of the machine went wrong',
    'Entries of the log carry times that cannot be true in their order. Times later than now are not believed; time that was shown twice counts twice. So a clock that lies makes bags due sooner, never later.',
    'Let the machine take its time from the network (NTP) before timers start, and mend its clock.',
  ),
};
