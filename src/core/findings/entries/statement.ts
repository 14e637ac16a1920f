import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes P300 to P329 and W160 to W179: the statement of an archive, and the watch over its verifications. */
export const statementFindings = {
  P300: {
    severity: 'warning',
    title: 'a statement is not signed',
    meaning:
      'The statement follows from the log as it is, and it is not signed: this machine does not hold the key that signs the log, or the log is damaged.',
    next: 'Run `longplay report` on the machine that holds the key; where the log is damaged, bring it back from a copy first.',
  },
  P301: {
    severity: 'warning',
    title: 'a signed statement is not entered in the log',
    meaning: 'The statement is signed and its note lies beside it. The log does not tell of it, because the archive could not be written.',
    next: 'Nothing, if the archive may only be read here. Otherwise remove the cause and run `longplay report` again.',
  },
  W160: error(
    'no verification has ever succeeded',
    'The log names no verification of the whole that came to its end, read at least one bag and found nothing wrong. A job that never ran looks the same as one that checks nothing.',
    'Run `longplay verify ARCHIVE`, then see that the timer that should do it is switched on.',
  ),
  W161: error(
    'the last success is too old',
    'The last verification that came to its end, read at least one bag and found nothing wrong is older than was allowed, and no scheduled run since had nothing due while nothing was overdue. The timer does not run, or every run fails.',
    'Look at the timer and at what its last runs printed (`systemctl list-timers`, `journalctl -u`).',
  ),
  W162: error(
    'the last verification read nothing',
    'It came to its end without having read a single bag, though there are bags whose period is over, or it was to read all. It ran over an empty folder, or over a disk that was not there.',
    'Check whether the disk with the bags is mounted and the path of the job is right, then run `longplay verify ARCHIVE`.',
  ),
  W163: error(
    'verifications start and do not end',
    'Since one came to its end, several were started. They are stopped, killed or fail each time.',
    'Look at what they printed; give the job more time, or a budget.',
  ),
  W164: error(
    'the archive cannot be reached',
    'Its folder is absent, empty, or cannot be read, or its log cannot. Nothing can be said about it, least of all that it is well.',
    'Check whether its disk or share is mounted, and whether the user of the watch may read it.',
  ),
  W165: error(
    'the clock is wrong, or was',
    'The last entries of the log carry a time later than now: the clock of this machine is behind, or that of the machine that wrote them was ahead. They count as if they had never happened.',
    'Set the clocks right; the next verification makes up for it.',
  ),
  W166: error(
    'bags were not read within the period',
    'Verifications run, and for some bags the period is over all the same: the budget is too small, or they are passed over.',
    'See `longplay report ARCHIVE`; give the verification a larger budget or a longer period.',
  ),
  W167: error(
    'the last verification could not read everything',
    'The system would not give some files. They may be well, and nothing is known of them.',
    'Remove the cause that the verification named, then run it again.',
  ),
  W168: error(
    'damage stands',
    'A verification found damage, and none since has found it repaired.',
    'Run `longplay verify ARCHIVE`, which names it; repair it from a replica, then verify again.',
  ),
  W169: error(
    'there are fewer bags than there should be',
    'The log names fewer bags than the watch was told to expect: an older copy, or another archive, lies in this place.',
    'Check what lies there. Give --min-bags a smaller number if it is as it should be.',
  ),
  W170: {
    severity: 'warning',
    title: 'what was seen of the log is not remembered',
    meaning:
      'The watch keeps the newest state of a log that it saw well beside the keys, and could not write it. An older log in its place will not be noticed by this machine.',
    next: 'Let the user of the watch write into the folder of LONGPLAY_KEYS: in a unit of systemd by ReadWritePaths=, which `longplay schedule` sets.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
