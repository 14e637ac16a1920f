import { type DurationUnit, parseDuration } from '../../src/tables/values/duration.ts';
import { decideDayMonth, parseTime } from '../../src/tables/values/time.ts';

/** How the times of a column appear to be written. */
export interface TimeGuess {
  readonly format: string;
  /** True if no value shows whether day or month comes first. */
  readonly dayMonthOpen: boolean;
  /** True if some value is local time: it has no offset and is not a count of seconds. */
  readonly local: boolean;
}

const clocks = ['', ' HH:mm', ' HH:mm:ss', ' HH:mm:ss.SSS', ' h:mm A', ' h:mm:ss A', ' H:mm', ' H:mm:ss'];
const dates = {
  DMY: ['DD.MM.YYYY', 'D.M.YYYY', 'DD/MM/YYYY', 'D/M/YYYY', 'DD-MM-YYYY', 'D-M-YYYY', 'D MMM YYYY', 'D-MMM-YYYY', 'DD.MM.YY', 'DD/MM/YY'],
  MDY: ['MM/DD/YYYY', 'M/D/YYYY', 'MM-DD-YYYY', 'M-D-YYYY', 'MMM D YYYY', 'MM/DD/YY', 'M/D/YY'],
  YMD: ['YYYY/MM/DD', 'YYYY.MM.DD', 'YYYYMMDD'],
} as const;

/** Returns how most of the values are written as times; null if fewer than four in five of them are times. */
export function guessTime(values: readonly string[]): TimeGuess | null {
  if (values.length === 0) return null;
  const order = decideDayMonth(values);
  const patterns = (order === null ? (['DMY', 'MDY', 'YMD'] as const) : ([order, 'YMD'] as const)).flatMap((each) =>
    dates[each].flatMap((date) => clocks.map((clock) => date + clock)),
  );
  const epoch = epochFormat(values);
  let best = { format: '', count: 0, local: false };
  for (const format of ['iso', ...(epoch === null ? [] : [epoch]), ...patterns]) {
    const read = values.map((value) => parseTime(value, { format, zone: null })).filter(({ certainty }) => certainty !== 'unreadable');
    const known = read.filter(({ certainty }) => certainty !== 'sentinel');
    if (known.length === 0 || read.length <= best.count) continue;
    best = { format, count: read.length, local: known.some(({ certainty }) => certainty === 'unzoned') };
  }
  if (best.count * 5 < values.length * 4) return null;
  const dayMonthOpen = order === null && /^(?:D{1,2}[./-]M|M{1,2}[/-]D)/.test(best.format);
  return { format: best.format, dayMonthOpen, local: best.local };
}

/** Returns the format of counts since 1970 that lie between 1990 and 2060; null for other numbers. Shorter numbers may mean anything. */
function epochFormat(values: readonly string[]): string | null {
  const digits = values.map((value) => /^(\d+)(?:[.,]\d+)?$/.exec(value.trim())?.[1]?.length ?? 0);
  for (const [length, format] of [
    [10, 'epoch-s'],
    [9, 'epoch-s'],
    [13, 'epoch-ms'],
    [12, 'epoch-ms'],
    [16, 'epoch-us'],
  ] as const) {
    if (digits.every((each) => each === length)) return format;
  }
  return null;
}

/** Returns the unit in which durations appear to be written, and whether the values themselves show it; null if they are not durations. */
export function guessDuration(heading: string, values: readonly string[]): { readonly unit: DurationUnit; readonly shown: boolean } | null {
  if (values.length === 0) return null;
  const readable = (unit: DurationUnit): boolean => values.filter((value) => parseDuration(value, unit) !== null).length * 5 >= values.length * 4;
  if (readable('h:mm:ss')) return { unit: 'h:mm:ss', shown: true };
  if (readable('auto-clock')) return { unit: 'auto-clock', shown: true };
  if (!readable('s')) return null;
  if (/(?:^|[^a-z])(?:ms|msec|millis\w*)$/i.test(heading) || /milli/i.test(heading)) return { unit: 'ms', shown: true };
  if (/sec|sek/i.test(heading)) return { unit: 's', shown: true };
  const whole = values.map((value) => Number(value.trim().replace(',', '.'))).sort((a, b) => a - b);
  // A median above ten hours cannot be calls in seconds.
  return { unit: (whole[Math.floor(whole.length / 2)] ?? 0) > 36_000 ? 'ms' : 's', shown: false };
}

const directionWords = {
  in: ['in', 'inbound', 'incoming', 'inkommande', 'ingaende', 'eingehend', 'entrant', 'i'],
  out: ['out', 'outbound', 'outgoing', 'ut', 'utgående', 'utgaende', 'ausgehend', 'sortant', 'o'],
  internal: ['internal', 'intern', 'internt', 'interne'],
};

/** Sorts the values of a direction column into lists; values whose meaning is unknown are returned as `open`. */
export function guessDirections(values: readonly string[]): Record<'in' | 'out' | 'internal' | 'open', readonly string[]> {
  const different = [...new Set(values.map((value) => value.trim()))].sort();
  const kindOf = (value: string): 'in' | 'out' | 'internal' | 'open' =>
    (['in', 'out', 'internal'] as const).find((kind) => directionWords[kind].includes(value.toLowerCase())) ?? 'open';
  const of = (kind: 'in' | 'out' | 'internal' | 'open'): readonly string[] => different.filter((value) => kindOf(value) === kind);
  return { in: of('in'), out: of('out'), internal: of('internal'), open: of('open') };
}
