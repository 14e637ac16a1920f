import { parseTime } from '../../../src/tables/values/time.ts';
import { momentOf } from './guess-times.ts';

const year = String.raw`(?:19[89]|20[0-3])\d`;
const [month, day] = ['(?:0[1-9]|1[0-2])', String.raw`(?:0[1-9]|[12]\d|3[01])`];
const [hour, sixty] = [String.raw`(?:[01]\d|2[0-3])`, String.raw`[0-5]\d`];

/** Orders of year, month and day, the unmistakable one first. One sign or none separates these, and likewise hour, minute and second. */
const orders = [
  { fields: ['YYYY', 'MM', 'DD'], match: nameTime(year, month, day), dayMonthOpen: false },
  { fields: ['DD', 'MM', 'YYYY'], match: nameTime(day, month, year), dayMonthOpen: true },
  { fields: ['MM', 'DD', 'YYYY'], match: nameTime(month, day, year), dayMonthOpen: true },
] as const;

function nameTime(a: string, b: string, c: string): RegExp {
  const date = String.raw`${a}(?<dash>[-_.]?)${b}\k<dash>${c}`;
  const joint = '(?<joint>_-_| - |__|--|[-_ T.]?)';
  return new RegExp(String.raw`(?<!\d)${date}${joint}${hour}(?<sign>[-.:_;]?)${sixty}\k<sign>${sixty}(?!\d)`);
}

/** A time in a name. */
export interface NameTime {
  /** Its form in the notation of a template, e.g. `YYYYMMDD-HHmmss`. */
  readonly form: string;
  readonly at: number;
  readonly length: number;
  readonly dayMonthOpen: boolean;
}

/** Returns the first time in a name, or null. */
export function findNameTime(name: string): NameTime | null {
  // Most names have fewer digits than a date and a time of day.
  if (name.replaceAll(/\D/g, '').length < 14) return null;
  for (const { fields, match, dayMonthOpen } of orders) {
    const found = match.exec(name);
    const { dash = '', joint = '', sign = '' } = found?.groups ?? {};
    // If no separator divides date and time, no other separator may occur: the time is then fourteen digits.
    if (found === null || (joint === '' && (dash !== '' || sign !== ''))) continue;
    return { form: `${fields.join(dash)}${joint}HH${sign}mm${sign}ss`, at: found.index, length: found[0].length, dayMonthOpen };
  }
  return null;
}

/** Returns the time in a name in epoch ms, read as if it were UTC; null if there is none, or day and month could be exchanged. */
export function timeInName(name: string): number | null {
  const found = findNameTime(name);
  if (found === null || found.dayMonthOpen) return null;
  return momentOf(parseTime(name.slice(found.at, found.at + found.length), { format: found.form, zone: null }));
}
