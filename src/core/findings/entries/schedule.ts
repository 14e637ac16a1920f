import type { FindingEntry } from './types.ts';

const warning = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'warning', title, meaning, next });
const note = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'note', title, meaning, next });
const usage = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes W100 to W149: the verification schedule and its timers. */
export const scheduleFindings = {
  W100: warning(
    'the budget is too small for the period',
    'Each run must read a certain share of the archive, and the budget allows less. Bags will become overdue, the oldest first.',
    'Raise --budget, run the timer more often, or use a longer --every; the message states the period that the budget allows.',
  ),
  W101: warning(
    'bags are overdue',
    'These bags were not read completely within the period. Later damage would be unnoticed. If the clock of the machine was set back or forward, the time in between counts as passed.',
    'Run `longplay verify ARCHIVE --every PERIOD` without a budget, or raise the budget; find out why runs were missed.',
  ),
  W102: warning(
    'bags were not decoded in time',
    'These bags were not decoded within the period of --play-every. Their bytes may still be intact: reading them checks that.',
    'Run `longplay verify ARCHIVE --play`, or raise the budget.',
  ),
  W103: {
    severity: 'error',
    title: 'known damage has not been repaired',
    meaning: 'A verification found these bags damaged. A bag counts as damaged until a later verification of it in the same place finds it intact.',
    next: 'Restore the files from another copy of the archive, or repair from a replica; the next run reads these bags first.',
  },
  W104: warning(
    'the clock of the machine was wrong',
    'The times of log entries contradict their order. Times later than now are ignored; time that passed twice by the clock counts twice. A wrong clock therefore makes bags due sooner, never later.',
    'Synchronise the machine with the network (NTP) before timers start, and correct its clock.',
  ),
  W110: note(
    'the timers run as root',
    "root made the units and named no other user for them. The units keep only the capability to read and write other users' files.",
    'Give the user who owns the archive with --user.',
  ),
  W111: warning(
    'the keys belong to another user',
    'The folder of signing keys belongs to the user who made the units, but the units run as another user. A run that cannot read its key logs nothing and ends with 5.',
    'Set LONGPLAY_KEYS to the key folder of the user who runs the units, then make the units again.',
  ),
  W112: warning(
    'failed runs are not reported',
    'The services have no OnFailure= unit. systemd records their failure, but nothing reports it.',
    'Give a unit that sends a message with --on-failure.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;

/** Codes U300 to U309: invalid options of a schedule. Nothing was done; exit 2. */
export const scheduleUsageFindings = {
  U300: usage(
    'invalid period',
    'A period is a number and a unit: h (hours), d (days), w (weeks), mo (30.4375 days) or y (365.25 days), from one hour to 100 years.',
    "Write a period as '90d', '12w', '6mo' or '1y'.",
  ),
  U301: usage(
    'invalid budget',
    'A budget is a time (s, m, h, d), a size (B, kB, MB, GB, TB in powers of ten; KiB, MiB, GiB, TiB in powers of two), or one of each separated by a comma.',
    "Write a budget as '2h', '90m', '500GB' or '2h,500GB'.",
  ),
  U302: usage(
    'invalid time for the runs',
    'Timers run daily, weekly or monthly at one time of day, in the local time of the machine.',
    "Write the time as 'daily 02:00', 'weekly Sun 02:00' or 'monthly 1 02:00'. For other intervals change OnCalendar= in the timer.",
  ),
  U303: usage(
    'invalid user, unit or name',
    'A user has letters, digits, `-`, `_`, `.`; a unit ends with its type, e.g. alarm@%n.service; the name of the units has letters, digits, `-`, `_`.',
    'Correct the name that the message shows.',
  ),
  U304: usage(
    'a path that a unit cannot contain',
    'The path has a line feed or another control character.',
    'Rename the folder, or use a symbolic link to it.',
  ),
  U305: usage(
    'a different file with that name exists',
    'The folder of --out has a unit with the same name and other content: it was changed by hand, or made for another archive. Nothing was written.',
    'Compare the two, and remove the old one or name another folder. --name gives the units of another archive other names.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
