/** Fields of a written time. Only their digits are checked. */
export interface WrittenTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** Offset from UTC in minutes as written, or null. */
  readonly offsetMin: number | null;
  readonly precision: 'ms' | 's' | 'min' | 'day';
}

/** ISO 8601 and RFC 3339 in the forms that databases write: `T` or a space, comma or dot, `Z`, `+02`, `+0200`, `+02:00`, and the basic form. */
const iso =
  /^(\d{4})(-?)(\d{2})\2(\d{2})(?:[T ]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?(?:\[[\w/+-]{1,64}\])?)?$/i;

/** Parses an ISO 8601 date and time, or returns null. */
export function readIso(text: string): WrittenTime | null {
  const found = iso.exec(text);
  if (found === null) return null;
  const [, year, , month, day, hour, minute, second, fraction, offset] = found;
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    millisecond: milliseconds(fraction),
    offsetMin: offset === undefined ? null : offsetMinutes(offset),
    precision: fraction !== undefined ? 'ms' : second !== undefined ? 's' : hour !== undefined ? 'min' : 'day',
  };
}

/** Returns the first three digits of a fraction: a time is truncated, not rounded, so that it never moves to the next second. */
function milliseconds(fraction: string | undefined): number {
  return Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
}

function offsetMinutes(text: string): number | null {
  const found = /^([+-])(\d{2}):?(\d{2})?$/.exec(text);
  if (found === null) return /^(Z|UTC|GMT)$/i.test(text) ? 0 : null;
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? 0);
  return found[1] === '-' ? 0 - minutes : minutes;
}

type Field = 'year' | 'month' | 'day' | 'hour' | 'hour12' | 'minute' | 'second' | 'fraction' | 'half' | 'offset';
interface PatternPart {
  readonly field: Field | null;
  /** Expected text, anchored at the position. */
  readonly match: RegExp;
}

/** Month names in exports, without dots, lower-case: English, German, Swedish, French. */
const monthNames: ReadonlyMap<string, number> = new Map(
  [
    'jan january januar januari janv janvier',
    'feb february februar februari févr fév février',
    'mar march mär mrz märz mars',
    'apr april avr avril',
    'may mai maj',
    'jun june juni juin',
    'jul july juli juil juillet',
    'aug august augusti août',
    'sep sept september septembre',
    'oct october okt oktober octobre',
    'nov november novembre',
    'dec december dez dezember déc décembre',
  ].flatMap((names, i) => names.split(' ').map((name) => [name, i + 1] as const)),
);

/** Tokens of a pattern; a longer one precedes its own prefix. */
const tokens: readonly (readonly [token: string, field: Field, match: RegExp])[] = [
  ['YYYY', 'year', /\d{4}/y],
  ['YY', 'year', /\d{2}/y],
  ['MMM', 'month', /\p{L}{3,10}\.?/uy],
  ['MM', 'month', /\d{2}/y],
  ['M', 'month', /\d{1,2}/y],
  ['DD', 'day', /\d{2}/y],
  ['D', 'day', /\d{1,2}/y],
  ['HH', 'hour', /\d{2}/y],
  ['H', 'hour', /\d{1,2}/y],
  ['hh', 'hour12', /\d{2}/y],
  ['h', 'hour12', /\d{1,2}/y],
  ['mm', 'minute', /\d{2}/y],
  ['m', 'minute', /\d{1,2}/y],
  ['ss', 'second', /\d{2}/y],
  ['s', 'second', /\d{1,2}/y],
  ['SSS', 'fraction', /\d{1,9}/y],
  ['A', 'half', /[ap]\.?\s?m\.?|[fe]\.?m\.?/iy], // fm, em: Swedish
  ['Z', 'offset', /Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?/iy],
];

const known = new Map<string, readonly PatternPart[]>();

/** Returns the parts of a pattern; `[T]` stands for the letters inside. Cached, because an export uses the same patterns a million times. */
function patternParts(pattern: string): readonly PatternPart[] {
  const kept = known.get(pattern);
  if (kept !== undefined) return kept;
  const parts: PatternPart[] = [];
  for (let at = 0; at < pattern.length; ) {
    const bracketed = /^\[([^\]]*)\]/.exec(pattern.slice(at));
    const token = bracketed === null ? tokens.find(([name]) => pattern.startsWith(name, at)) : undefined;
    if (token !== undefined) {
      parts.push({ field: token[1], match: token[2] });
      at += token[0].length;
    } else {
      const literal = bracketed?.[1] ?? String.fromCodePoint(pattern.codePointAt(at) ?? 0);
      // Any amount of white space, including no-break spaces: Excel and ICU disagree on what precedes PM.
      parts.push({ field: null, match: new RegExp(/^\s$/.test(literal) ? '\\s+' : escaped(literal), 'y') });
      at += bracketed === null ? literal.length : bracketed[0].length;
    }
  }
  if (known.size < 1_000) known.set(pattern, parts);
  return parts;
}

function escaped(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Returns true if a pattern has an hour of the 12-hour clock without AM or PM: its times are ambiguous. */
export function lacksHalfDay(pattern: string): boolean {
  const fields = patternParts(pattern).map((part) => part.field);
  return fields.includes('hour12') && !fields.includes('half');
}

/** Parses a time by a pattern of `TimeSpec.format`, or returns null if the whole text does not match. */
export function readPattern(text: string, pattern: string): WrittenTime | null {
  const fields = new Map<Field, string>();
  let at = 0;
  for (const part of patternParts(pattern)) {
    part.match.lastIndex = at;
    const found = part.match.exec(text)?.[0];
    if (found === undefined) return null;
    if (part.field !== null) fields.set(part.field, found);
    at += found.length;
  }
  if (at !== text.length || lacksHalfDay(pattern)) return null;
  const year = fields.get('year');
  const month = monthNumber(fields.get('month'));
  const hour = hourOfDay(fields.get('hour'), fields.get('hour12'), fields.get('half'));
  if (year === undefined || month === null || hour === null) return null;
  const offset = fields.get('offset');
  return {
    // POSIX: 69 to 99 are 1969 to 1999.
    year: year.length === 2 ? Number(year) + (Number(year) >= 69 ? 1900 : 2000) : Number(year),
    month,
    day: Number(fields.get('day') ?? Number.NaN),
    hour,
    minute: Number(fields.get('minute') ?? 0),
    second: Number(fields.get('second') ?? 0),
    millisecond: milliseconds(fields.get('fraction')),
    offsetMin: offset === undefined ? null : offsetMinutes(offset),
    precision: fields.has('fraction') ? 'ms' : fields.has('second') ? 's' : fields.has('hour') || fields.has('hour12') ? 'min' : 'day',
  };
}

function monthNumber(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d/.test(text)) return Number(text);
  return monthNames.get(text.normalize('NFC').toLowerCase().replace('.', '')) ?? null;
}

function hourOfDay(hour: string | undefined, hour12: string | undefined, half: string | undefined): number | null {
  if (hour12 === undefined) return Number(hour ?? 0);
  if (half === undefined || Number(hour12) < 1 || Number(hour12) > 12) return null;
  return (Number(hour12) % 12) + (/^[pe]/i.test(half) ? 12 : 0);
}

/** Returns milliseconds since 1970 of an epoch with or without decimals, or null. Decimals beyond the millisecond are truncated. */
export function readEpoch(text: string, unit: 's' | 'ms' | 'us'): { readonly ms: number; readonly precision: 'ms' | 's' } | null {
  const found = /^(-?)(\d{1,17})(?:[.,](\d{1,18}))?$/.exec(text);
  if (found === null) return null;
  const [, sign, whole = '', fraction] = found;
  const magnitude = unit === 's' ? Number(whole) * 1000 + milliseconds(fraction) : unit === 'ms' ? Number(whole) : Math.floor(Number(whole) / 1000);
  return { ms: sign === '-' ? 0 - magnitude : magnitude, precision: unit === 's' && fraction === undefined ? 's' : 'ms' };
}

/**
 * Returns the local time of an Excel serial day, or null. Days count from 1899-12-30 and are valid from 1900-03-01 on: Excel treats 1900 as a leap year. The number of decimals
 * gives the precision: five or more for a second, eight for a millisecond. Source: ECMA-376 part 1, section 18.17.4.
 */
export function readExcel(text: string): WrittenTime | null {
  const found = /^(\d{1,7})(?:[.,](\d{1,16}))?$/.exec(text);
  if (found === null) return null;
  const decimals = found[2]?.length ?? 0;
  const precision = decimals === 0 ? 'day' : decimals < 5 ? 'min' : decimals < 8 ? 's' : 'ms';
  const days = Number(found[1]) - 25_569; // 1970-01-01 is day 25569
  const unit = precision === 'ms' ? 1 : 1_000;
  const ms = Math.round((Number(`0.${found[2] ?? 0}`) * 86_400_000) / unit) * unit;
  const date = new Date(days * 86_400_000 + ms);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
    offsetMin: null,
    precision,
  };
}
