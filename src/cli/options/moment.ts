import { InvalidArgumentError } from 'commander';
import { didYouMean } from '../../core/words/nearest.ts';
import type { CalendarUnit } from '../../tables/values/time.ts';

/** A time as `--from` and `--to` take it. */
export type Moment =
  /** A UTC time, as the catalog has it. */
  | { readonly kind: 'utc'; readonly text: string }
  /** A clock's reading or the beginning of one. */
  | { readonly kind: 'clock'; readonly text: string }
  /** So long ago. */
  | { readonly kind: 'ago'; readonly text: string; readonly unit: CalendarUnit | 'hour'; readonly count: number }
  /** The beginning of a calendar unit, so many before that of today. */
  | { readonly kind: 'start'; readonly text: string; readonly unit: CalendarUnit; readonly count: number };

/** A relative time, counted from now. */
interface Resolved {
  /** As the catalog has it: no `Z`. */
  readonly utc: string;
  /** For people: what was taken. */
  readonly told: string;
}

/** Words, each the first moment of what it names. */
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

/** As the periods of `verify --every` are written; the most of each is a hundred years. */
const units: Readonly<Record<string, readonly [unit: CalendarUnit | 'hour', most: number]>> = {
  h: ['hour', 876_600],
  d: ['day', 36_525],
  w: ['week', 5_217],
  mo: ['month', 1_200],
  y: ['year', 100],
};

const forms =
  '2019, 2019-03, 2019-03-12, 2019-03-12T10:15:04, 2019-03-12T09:15:04Z (UTC), 2019-03-12T10:15:04+01:00, 36h, 7d, 2w, 6mo, 1y (so long ago), today, yesterday, this-week, last-month';

/** Reads a time or the beginning of one, with an offset or without, or one that is counted from now. @throws InvalidArgumentError */
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
 * The beginning of an ISO time as the catalog has it: no fraction of zero and no `Z`, so that `10:15:04` and `10:15:04.000Z` are one
 * moment. With an offset it is turned into UTC.
 */
function startOf(text: string): Moment {
  const parts = /^(\d{4}(-\d{2}(-\d{2}([T ]\d{2}(:\d{2}(:\d{2}(\.\d{1,3})?)?)?)?)?)?)(Z|[+-]\d{2}:\d{2})?$/.exec(text.trim());
  const [, start = '', , , time, minutes, , , offset] = parts ?? [];
  const offsetAlone = offset !== undefined && time === undefined;
  if (parts === null || offsetAlone || Number.isNaN(Date.parse(`${`${start}-01-01`.slice(0, 10)}T00:00Z`)))
    throw new InvalidArgumentError(`give a time: ${forms}.`);
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
 * The UTC time that is meant.
 * @param option as it was written, for what is told @param nowMs epoch ms @param zone IANA name, in which days begin; null: that of this machine
 */
export async function resolveMoment(
  moment: Exclude<Moment, { kind: 'utc' | 'clock' }>,
  option: string,
  nowMs: number,
  zone: string | null,
): Promise<Resolved> {
  // The calendar of all zones takes a while to load: only whoever counts from now needs it.
  const { clockText, startOfUnit, unitsBefore } = await import('../../tables/values/time.ts');
  const name = zone ?? machineZone();
  const now = Math.floor(nowMs / 1_000) * 1_000;
  const { kind, unit, count } = moment;
  const ms = kind === 'start' ? startOfUnit(now, name, unit, count) : unit === 'hour' ? now - count * 3_600_000 : unitsBefore(now, name, unit, count);
  const of = zone === null ? ', the zone of this machine' : '';
  return { utc: catalogText(ms), told: `${option} ${moment.text} is ${catalogText(ms)}Z (${clockText(ms, name)} in ${name}${of})` };
}

/** The zone of this machine; UTC where it names none that there is. */
export function machineZone(): string {
  // Node.js 20 gives undefined for a TZ that it does not know, whatever its type says.
  const timeZone: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return timeZone === undefined || timeZone === 'Etc/Unknown' ? 'UTC' : timeZone;
}
