import { LongplayError } from '../../core/base/error.ts';
import { didYouMean } from '../../core/words/nearest.ts';

/** Run times of a timer in the local time of the machine, in the syntax of each kind of timer. */
export interface RunTime {
  /** systemd.time(7), as `OnCalendar=` takes it. */
  readonly onCalendar: string;
  /** crontab(5): minute, hour, day of month, month, day of week. */
  readonly cron: string;
  /** Longest interval between runs; a month has up to 31 days. */
  readonly everyDays: number;
  readonly hour: number;
  readonly minute: number;
}

const weekDays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const syntax = "write it as 'daily 02:00', 'weekly Sun 02:00' or 'monthly 1 02:00'; a month's day is 1 to 28";

/** Parses `daily 02:00`, `weekly Sun 02:00` or `monthly 1 02:00`. @throws LongplayError usage U302 */
export function parseRunTime(text: string): RunTime {
  const words = text
    .trim()
    .split(/\s+/)
    .map((word) => word.toLowerCase());
  const [often = '', ...rest] = words;
  const clock = /^(\d{1,2}):(\d{2})$/.exec(rest.at(-1) ?? '');
  const [hour, minute] = [Number(clock?.[1]), Number(clock?.[2])];
  if (clock === null || hour > 23 || minute > 59) throw notUnderstood(text, 'it does not end with a time of day');
  const at = `${pair(hour)}:${pair(minute)}:00`;
  const day = rest.length === 2 ? (rest[0] ?? '') : null;
  if (often === 'daily' && rest.length === 1) return { onCalendar: `*-*-* ${at}`, cron: `${minute} ${hour} * * *`, everyDays: 1, hour, minute };
  if (often === 'weekly' && day !== null) {
    const weekDay = weekDays.findIndex((name) => day.length >= 3 && dayNames[name]?.startsWith(day));
    if (weekDay < 0) throw notUnderstood(text, `'${day}' is not a day of the week`, didYouMean(day, Object.values(dayNames)));
    return { onCalendar: `${weekDays[weekDay]} *-*-* ${at}`, cron: `${minute} ${hour} * * ${weekDay}`, everyDays: 7, hour, minute };
  }
  // Not every month has a 29th day.
  if (often === 'monthly' && day !== null && /^(0?[1-9]|1\d|2[0-8])$/.test(day)) {
    return { onCalendar: `*-*-${pair(Number(day))} ${at}`, cron: `${minute} ${hour} ${Number(day)} * *`, everyDays: 31, hour, minute };
  }
  throw notUnderstood(text, 'it has none of the three forms', didYouMean(often, ['daily', 'weekly', 'monthly']));
}

const dayNames: Readonly<Record<string, string>> = {
  Sun: 'sunday',
  Mon: 'monday',
  Tue: 'tuesday',
  Wed: 'wednesday',
  Thu: 'thursday',
  Fri: 'friday',
  Sat: 'saturday',
};

function pair(value: number): string {
  return String(value).padStart(2, '0');
}

function notUnderstood(text: string, why: string, hint = ''): LongplayError {
  return new LongplayError('usage', 'U302', `--at '${text}': ${why}`, `${hint}${syntax}`);
}
