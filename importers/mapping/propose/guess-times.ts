import type { TimeValue } from '../../../src/core/model/recording.ts';
import { decideDayMonth, parseTime } from '../../../src/tables/values/time.ts';

/** How the times in a column appear to be written. */
export interface TimeGuess {
  readonly format: string;
  /** True if no value shows whether day or month comes first. */
  readonly dayMonthOpen: boolean;
  /** True if any value is a local time: it has no offset and is not a count of seconds. */
  readonly local: boolean;
  /** True if the values are bare numbers that count from some moment; ids and telephone numbers may look the same. */
  readonly counted: boolean;
  /** True if the values have no time of day. */
  readonly dayOnly: boolean;
  /** True if many values are hours of a clock without AM and PM, and none exceeds 12. */
  readonly halfDayOpen: boolean;
  /** True if years have two digits; days may look the same. */
  readonly shortYear: boolean;
  /** Number of values that could be read. */
  readonly read: number;
  readonly of: number;
}

/** Number of values that are tried in each format; then all values are read in the format that reads most of them. */
const triedValues = 40;
/** Years of recorders that keep files: a value outside these years is not a time of a call. */
const plausible = { writtenFrom: Date.UTC(1980, 0, 1), from: Date.UTC(1990, 0, 1), to: Date.UTC(2040, 0, 1) } as const;
/** Number of times from which a clock that never exceeds twelve is suspected of lacking AM and PM; fewer suffice if the clock has no leading zeros. */
const halfDayValues = { unpadded: 6, padded: 24 } as const;

const clocks = [
  '',
  'HH:mm',
  'HH:mm:ss',
  'HH:mm:ss.SSS',
  'h:mm A',
  'h:mm:ss A',
  'H:mm',
  'H:mm:ss',
  'HHmmss',
  'HH.mm.ss',
  'H.mm.ss',
  'HH.mm',
  'A h:mm:ss',
  'H時m分s秒',
];
const dates = {
  DMY: [
    'DD.MM.YYYY',
    'D.M.YYYY',
    'DD/MM/YYYY',
    'D/M/YYYY',
    'DD-MM-YYYY',
    'D-M-YYYY',
    'D MMM YYYY',
    'D-MMM-YYYY',
    'D. MMM YYYY',
    'DD.MM.YY',
    'DD/MM/YY',
    'D. M. YYYY',
  ],
  MDY: ['MM/DD/YYYY', 'M/D/YYYY', 'MM-DD-YYYY', 'M-D-YYYY', 'MMM D YYYY', 'MMM D, YYYY', 'MM/DD/YY', 'M/D/YY'],
  YMD: ['YYYY-MM-DD', 'YYYY/MM/DD', 'YYYY/M/D', 'YYYY-M-D', 'YYYY.MM.DD', 'YYYY.MM.DD.', 'YYYY. MM. DD.', 'YYYYMMDD', 'YYYY年M月D日'],
} as const;
const counts = ['epoch-s', 'epoch-ms', 'epoch-us', 'gregorian-s', 'filetime', 'dotnet-ticks'];

/** Whether day or month comes first in the dates of a table. */
export type DayMonth = 'DMY' | 'MDY';

/**
 * Returns how most of the values are written as times; null if fewer than four in five of them are times in plausible years.
 * @param shown whether day or month comes first, as shown by other columns or the names of files; null if unknown
 */
export function guessTime(values: readonly string[], shown: DayMonth | null): TimeGuess | null {
  const given = values.filter((value) => value.trim() !== '');
  if (given.length === 0) return null;
  const order = decideDayMonth(given) ?? shown;
  const counted = given.every((value) => /^\s*\d{9,18}(?:[.,]\d{1,9})?\s*$/.test(value));
  const tried = given.slice(0, triedValues);
  let best: { format: string; count: number } | null = null;
  for (const format of counted ? [...counts, 'YYYYMMDDHHmmss'] : writtenFormats(tried, order)) {
    const count = tried.filter((value) => isRead(parseTime(value, { format, zone: null }), counted)).length;
    if (count > (best?.count ?? 0)) best = { format, count };
    if (count === tried.length) break;
  }
  if (best === null) return null;
  const { format } = best;
  const read = given.map((value) => parseTime(value, { format, zone: null })).filter((time) => isRead(time, counted));
  const known = read.filter(({ certainty }) => certainty !== 'sentinel');
  if (known.length === 0 || read.length * 5 < given.length * 4) return null;
  const isDay = known.every(({ precision }) => precision === 'day');
  const hours = known.flatMap(({ local }) => (local === null ? [] : [Number(local.slice(11, 13))]));
  return {
    format,
    dayMonthOpen: order === null && /^(?:D{1,2}[/-]M|M{1,2}[/-]D)/.test(format),
    local: known.some(({ certainty }) => certainty === 'unzoned'),
    counted: counts.includes(format),
    dayOnly: isDay,
    halfDayOpen:
      !isDay &&
      /[Hi]/.test(format) &&
      hours.length >= halfDayValues[/(?<!H)H(?!H)/.test(format) ? 'unpadded' : 'padded'] &&
      hours.every((hour) => hour >= 1 && hour <= 12),
    shortYear: /(?<!Y)YY(?!Y)/.test(format),
    read: read.length,
    of: given.length,
  };
}

function isRead(time: TimeValue, counted: boolean): boolean {
  if (time.certainty === 'sentinel') return !counted;
  const ms = momentOf(time);
  return ms !== null && ms >= (counted ? plausible.from : plausible.writtenFrom) && ms < plausible.to;
}

/** Returns the moment of a time in epoch ms, reading a local time as if it were UTC; null if it has none. */
export function momentOf({ utc, local }: TimeValue): number | null {
  const ms = utc !== null ? Date.parse(utc) : local !== null ? Date.parse(`${local}Z`) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** Patterns by the order of their fields, each with the separators that a value must have. */
const patterns = (['DMY', 'MDY', 'YMD'] as const).map((order) => ({
  order,
  all: dates[order]
    .flatMap((date) => clocks.flatMap((clock) => (clock === '' ? [date] : [`${date} ${clock}`, `${date}, ${clock}`])))
    .map((pattern) => ({ pattern, signs: [...new Set(pattern.replaceAll(/[A-Za-z]/g, ''))] })),
}));

/** Returns the formats to try, likelier ones first. */
function writtenFormats(values: readonly string[], order: DayMonth | null): readonly string[] {
  const sample = values.find((value) => /\d/.test(value) && value.length >= 6 && value.length <= 40)?.trim();
  if (sample === undefined) return [];
  const signs = new Set(sample.replaceAll(/\s/g, ' '));
  const orders = order === null ? ['YMD', 'DMY', 'MDY'] : [order, 'YMD'];
  const fitting = orders
    .flatMap((each) => patterns.find((known) => known.order === each)?.all ?? [])
    .filter((each) => each.signs.every((sign) => signs.has(sign)))
    .map(({ pattern }) => pattern);
  return ['iso', 'rfc2822', ...fitting, 'YYYYMMDDHHmmss'];
}

/** Returns true if the values are times of day without a date. */
export function areClocks(values: readonly string[]): boolean {
  const given = values.filter((value) => value.trim() !== '');
  const clock =
    /^\s*(?:(?:[ap]m|午前|午後)\s?)?(?:[01]?\d|2[0-3])[:.][0-5]\d(?:[:.][0-5]\d(?:[.,]\d{1,6})?)?(?:\s?[ap]\.?\s?m\.?)?\s*$|^(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/i;
  return given.length > 0 && given.filter((value) => clock.test(value)).length * 5 >= given.length * 4;
}
