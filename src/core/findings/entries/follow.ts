import type { FindingEntry } from './types.ts';

/** Codes P290 to P299: an import that follows a running recorder. */
export const followFindings = {
  P290: {
    severity: 'warning',
    title: 'a file has been held back for a long time',
    meaning:
      '`longplay import --follow` imports a file when it is finished. This one is not: its size or time still changes, it has a temporary name, it has no audio, or its header says that the recorder has not closed it. A recorder that was killed leaves such files unfinished for good.',
    next: 'Look at the file. If it will never be finished, import it as it is after the recorder is switched off: run the same command without `--follow`. If the name only looks temporary, rename it.',
  },
  P291: {
    severity: 'warning',
    title: 'a followed recorder has finished no recording within the expected period',
    meaning:
      'No file that could be a recording was finished within the period of `--expect-calls`. Either there were no calls, or the recorder does not record, or its folder is no longer the one that is followed. The finding is repeated after each further period; the metric `longplay_follow_silent` is 1 until a recording is finished.',
    next: 'Make a test call and see whether its file appears in the folder. Choose a longer period if nights or weekends are quiet.',
  },
  P292: {
    severity: 'warning',
    title: 'a round of a follow run failed and will be repeated',
    meaning:
      'The source or the archive could not be used: a share is unreachable, another command holds the lock of the archive, the disk is full, or the source has no row of a known recorder yet. Nothing was lost. The round is repeated after 10 seconds, then at growing intervals of up to 5 minutes.',
    next: 'Remove the cause that the message names, unless it passes by itself. For a folder of audio files without any table give `--importer loose-files`.',
  },
  P293: {
    severity: 'note',
    title: 'files of a followed recorder are in the future',
    meaning:
      'The time of the newest file is later than the clock of this machine, and the message has both in UTC: one of the two clocks is wrong. longplay measures the settle time, during which size and time of a finished file do not change, with the clock of this machine alone. So nothing is imported too early or too late.',
    next: 'Compare the clocks of both machines (`timedatectl`). The times of the calls are those that the recorder wrote.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
