import { InvalidArgumentError } from 'commander';
import { isDay } from '../../core/time/calendar-day.ts';
import { didYouMean } from '../../core/words/nearest.ts';
import type { CalendarUnit } from '../../tables/values/time.ts';

/** A time in the forms that `--from` and `--to` accept. */
export type Moment =
  /** A UTC time, as in the catalog. */
  | { readonly kind: 'utc'; readonly text: string }
  /** A local time or a prefix of one. */
  | { readonly kind: 'clock'; readonly text: string }
  /** A length of time before now. */
  | { readonly kind: 'ago'; readonly text: string; readonly unit: CalendarUnit | 'hour'; readonly count: number }
  /** The beginning of a calendar unit that is `count` units before the current one. */
  | { readonly kind: 'start'; readonly text: string; readonly unit: CalendarUnit; readonly count: number };

/** A relative time after its resolution. */
interface Resolved {
  /** In the form of the catalog, but without `Z`. */
  readonly utc: string;
  /** Description of the result. */
  readonly told: string;
}

/** Words for times; each stands for the beginning of the unit that it names. */
const words: Readonly<Record<string, readonly [unit: CalendarUnit, count: number]>> = {
  today: ['day', 0],
  yesterday: ['day', 1],
  'this-week': ['week', 0],
  'last-week': ['week', 1],
  'this-month': ['month', 0],
  'last-month': ['month', 1],
  'this-year': ['year', 0],
  'last-year': ['year', 1],
};

/** Units of periods, as in `verify --every`, with the largest number of each: a hundred years. */
const units: Readonly<Record<string, readonly [unit: CalendarUnit | 'hour', most: number]>> = {
  h: ['hour', 876_600],
  d: ['day', 36_525],
  w: ['week', 5_217],
  mo: ['month', 1_200],
  y: ['year', 100],
};

const forms =
  '2019, 2019-03, 2019-03-12, 2019-03-12T10:15:04, 2019-03-12T09:15:04Z (UTC), 2019-03-12T10:15:04+01:00, 36h, 7d, 2w, 6mo, 1y (so long ago), today, yesterday, this-week, last-month';

/** Parses a time or a prefix of one, with or without an offset, or a time relative to now. @throws InvalidArgumentError */
export function parseMoment(written: string): Moment {
  const text = written
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  const named = Object.hasOwn(words, text) ? words[text] : undefined;
  if (named !== undefined) return { kind: 'start', text, unit: named[0], count: named[1] };
  const [, number, letters = ''] = /^(\d{1,6})-?([a-z]+)$/.exec(text) ?? [];
  if (number !== undefined) return { kind: 'ago', text: `${Number(number)}${letters}`, ...countOf(Number(number), letters) };
  if (/^[a-z-]+$/.test(text)) throw new InvalidArgumentError(`${didYouMean(text, Object.keys(words))}give a time: ${forms}.`);
  return startOf(written);
}

function countOf(count: number, letters: string): { readonly unit: CalendarUnit | 'hour'; readonly count: number } {
  if (letters === 'm' || letters === 'min') throw new InvalidArgumentError("months are 'mo', and there are no minutes: 36h, 7d, 2w, 6mo, 1y.");
  const found = Object.hasOwn(units, letters) ? units[letters] : undefined;
  if (found === undefined) throw new InvalidArgumentError("the units are 'h', 'd', 'w', 'mo' and 'y': 36h, 7d, 2w, 6mo, 1y.");
  const [unit, most] = found;
  if (count < 1 || count > most) throw new InvalidArgumentError(`give 1 to ${most} of this unit.`);
  return { unit, count };
}

/**
 * Parses the beginning of an ISO time to the form of the catalog, without zero fractions and without `Z`, so that `10:15:04` and `10:15:04.000Z`
 * become equal. A time with an offset is converted to UTC.
 */
function startOf(text: string): Moment {
  const parts = /^(\d{4}(-\d{2}(-\d{2}([T ]\d{2}(:\d{2}(:\d{2}(\.\d{1,3})?)?)?)?)?)?)(Z|[+-]\d{2}:\d{2})?$/.exec(text.trim());
  const [, start = '', , , time, minutes, , , offset] = parts ?? [];
  const offsetAlone = offset !== undefined && time === undefined;
  if (parts === null || offsetAlone || Number.isNaN(Date.parse(`${`${start}-01-01`.slice(0, 10)}T00:00Z`)))
    throw new InvalidArgumentError(`give a time: ${forms}.`);
  if (start.length >= 10 && !isDay(start.slice(0, 10))) throw new InvalidArgumentError(`there is no day ${start.slice(0, 10)}.`);
  const plain = start.replace(' ', 'T');
  if (offset === undefined || offset === 'Z') return { kind: offset === undefined ? 'clock' : 'utc', text: plain };
  const moment = new Date(`${plain}${minutes === undefined ? ':00' : ''}${offset}`);
  if (Number.isNaN(moment.getTime())) throw new InvalidArgumentError('there is no such time.');
  return { kind: 'utc', text: catalogText(moment.getTime()) };
}

function catalogText(ms: number): string {
  return new Date(ms).toISOString().replace(/(\.000)?Z$/, '');
}

/**
 * Resolves a time to UTC.
 * @param option name of the option, for the description
 * @param nowMs epoch ms
 * @param zone IANA name of the zone for days; null: the zone of this machine
 */
export async function resolveMoment(
  moment: Exclude<Moment, { kind: 'utc' | 'clock' }>,
  option: string,
  nowMs: number,
  zone: string | null,
): Promise<Resolved> {
  // Loading the calendar of all zones takes a while, and only relative times need the calendar.
  const { clockText, startOfUnit, unitsBefore } = await import('../../tables/values/time.ts');
  const name = zone ?? machineZone();
  const now = Math.floor(nowMs / 1_000) * 1_000;
  const { kind, unit, count } = moment;
  const ms = kind === 'start' ? startOfUnit(now, name, unit, count) : unit === 'hour' ? now - count * 3_600_000 : unitsBefore(now, name, unit, count);
  const of = zone === null ? ', the zone of this machine' : '';
  return { utc: catalogText(ms), told: `${option} ${moment.text} is ${catalogText(ms)}Z (${clockText(ms, name)} in ${name}${of})` };
}

/** Returns the zone of this machine; UTC if it is invalid. */
export function machineZone(): string {
  // Node.js 20 returns undefined, despite the type, for an unknown TZ.
  const timeZone: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return timeZone === undefined || timeZone === 'Etc/Unknown' ? 'UTC' : timeZone;
}
