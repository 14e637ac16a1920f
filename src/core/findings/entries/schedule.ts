import type { FindingEntry } from './types.ts';

const warning = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'warning', title, meaning, next });
const note = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'note', title, meaning, next });
const usage = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes W100 to W149: when the bags are read, and by whom. */
export const scheduleFindings = {
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
    title: 'known damage waits for repair',
    meaning: 'A verification found these bags damaged. That stands until a later verification of the same bag in the same place finds it well.',
    next: 'Bring the files back from another copy of the archive, or repair from a replica; the next run reads these bags first.',
  },
  W104: warning(
    'the clock of the machine went wrong',
    'Entries of the log carry times that cannot be true in their order. Times later than now are not believed; time that was shown twice counts twice. So a clock that lies makes bags due sooner, never later.',
    'Let the machine take its time from the network (NTP) before timers start, and correct its clock.',
  ),
  W110: note(
    'the timers run as root',
    'No other user was named, and it is root who asked for the units. They keep only the capability to read and write the files of others.',
    'Name the user that the archive belongs to with --user.',
  ),
  W111: warning(
    'the keys are those of another user',
    'The units run as a user other than the one who asked for them, and the folder of the signing keys is of the latter. A run that cannot read its key enters nothing in the log and ends with 5.',
    'Set LONGPLAY_KEYS to the folder of keys that the user of the units owns, then make the units again.',
  ),
  W112: warning(
    'no failure of a run is reported',
    'The services have no OnFailure= unit. systemd notes their failure, and nothing reports it.',
    'Name a unit that sends a message with --on-failure.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;

/** Codes U300 to U309: what a schedule cannot be asked for. Nothing was done; exit 2. */
export const scheduleUsageFindings = {
  U300: usage(
    'a period is not understood',
    'A period is a number and a unit: h (hours), d (days), w (weeks), mo (30.4375 days) or y (365.25 days), from one hour to 100 years.',
    "Write it as '90d', '12w', '6mo' or '1y'.",
  ),
  U301: usage(
    'a budget is not understood',
    'A budget is a time (s, m, h, d), a size (B, kB, MB, GB, TB in powers of ten; KiB, MiB, GiB, TiB in powers of two), or one of each with a comma between.',
    "Write it as '2h', '90m', '500GB' or '2h,500GB'.",
  ),
  U302: usage(
    'the time of the runs is not understood',
    'Timers run daily, weekly or monthly at one time of the day, in the local time of the machine.',
    "Write it as 'daily 02:00', 'weekly Sun 02:00' or 'monthly 1 02:00'. Other rhythms: change OnCalendar= in the timer.",
  ),
  U303: usage(
    'a user, a unit or a name that cannot be',
    'A user has letters, digits, `-`, `_`, `.`; a unit ends with its type, as in alarm@%n.service; the name of the units has letters, digits, `-`, `_`.',
    'Correct it.',
  ),
  U304: usage(
    'a path that no unit can hold',
    'The path has a line feed or another control character.',
    'Rename the folder, or name it by a symbolic link.',
  ),
  U305: usage(
    'a file of that name is there already',
    'A unit of the same name and with other contents lies in the folder of --out: it was changed by hand, or made for another archive. Nothing was written.',
    'Compare the two, remove the old one or name another folder; --name gives the units of another archive other names.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
