import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes P300 to P329 and W160 to W179: the statement of an archive, and the watch over its verifications. */
export const statementFindings = {
  P300: {
    severity: 'warning',
    title: 'a statement is not signed',
    meaning:
      'The statement was made from the log, but it is not signed: this machine does not have the key that signs the log, the log is damaged, or it is that of a replica that was not synchronised since the archive entered something.',
    next: 'Run `longplay report` on the machine that has the key; if the log is damaged, restore it from a copy first. In a replica, run it on the archive, or after `longplay replica sync ARCHIVE NAME`.',
  },
  P301: {
    severity: 'warning',
    title: 'a signed statement is not in the log',
    meaning: 'The statement is signed and its note is stored beside it. The log does not record it, because the archive could not be written.',
    next: 'Nothing if the archive is read-only here. Otherwise remove the cause and run `longplay report` again.',
  },
  W160: error(
    'no verification has ever succeeded',
    'The log has no verification of the whole archive that finished, read at least one bag and found no faults. In the log, a job that never ran looks the same as one that checks nothing.',
    'Run `longplay verify ARCHIVE`, then check that its timer is enabled.',
  ),
  W161: error(
    'the last success is too old',
    'The last verification that finished, read at least one bag and found no faults is older than allowed, and no later scheduled run found that nothing was due or overdue. The timer does not run, or every run fails.',
    'Check the timer and the output of its last runs (`systemctl list-timers`, `journalctl -u`).',
  ),
  W162: error(
    'the last verification read nothing',
    'The last verification finished without reading a single bag, although bags were due or it was to read all. It ran on an empty folder, or on a disk that was not mounted.',
    'Check that the disk with the bags is mounted and the path of the job is right, then run `longplay verify ARCHIVE`.',
  ),
  W163: error(
    'verifications start and do not finish',
    'Several verifications were started since the last one that finished. Each of them was stopped or killed, or failed.',
    'Look at their output; give the job more time, or a budget.',
  ),
  W164: error(
    'the archive cannot be reached',
    'The folder of the archive, or its log, is absent, empty or unreadable. Nothing is known about its condition.',
    'Check that its disk or share is mounted, and that the user of the watch can read it.',
  ),
  W165: error(
    'the clock is or was wrong',
    'The last log entries have a time later than now: the clock of this machine is slow, or that of the machine that wrote them was fast. These entries are ignored.',
    'Correct the clocks; the next verification replaces these entries.',
  ),
  W166: error(
    'bags were not read within the period',
    'Verifications run, but some bags are still overdue: the budget is too small, or the bags are skipped.',
    'See `longplay report ARCHIVE`; give the verification a larger budget or a longer period.',
  ),
  W167: error(
    'the last verification could not read everything',
    'The system refused to read some files. They may be intact, but nothing is known about them.',
    'Remove the cause that the verification named, then run it again.',
  ),
  W168: error(
    'damage has not been repaired',
    'A verification found damage, and no later one has found it repaired.',
    'Run `longplay verify ARCHIVE`, which lists the damage; repair it from a replica, then verify again. A bag that must not exist, e.g. one that was erased and came back (E109), counts until it is erased again, or removed and `longplay verify` finds nothing left of it.',
  ),
  W169: error(
    'fewer bags than expected',
    'The log has fewer bags than the watch expects: an older copy, or another archive, is in this place.',
    'Check which archive is there. If it is the right one, give --min-bags a smaller number.',
  ),
  W170: {
    severity: 'warning',
    title: 'the state of the log was not saved',
    meaning:
      'The watch saves the newest valid state of the log beside the keys, and could not write it. This machine will not notice if an older log replaces it.',
    next: 'Let the user of the watch write to the folder of LONGPLAY_KEYS: in a systemd unit with ReadWritePaths=, which `longplay schedule` sets.',
  },
  W171: error(
    'recordings or sealed items were left untried',
    'A verification that plays could not try some recordings, or could not open other sealed items, because a program, a password or a page of the keyring is missing. It is unknown whether they can be read, and no later verification has tried them. Such a run does not count as the last success.',
    'For a sealed archive run `longplay keyring sync --deep`, which restores damaged and missing pages from another copy of the keyring and names the pages that no copy has (K131). Otherwise provide the program or password that the warnings of the verification name. Then run `longplay verify ARCHIVE --play`.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
