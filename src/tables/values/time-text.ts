import { milliseconds, type WrittenTime } from './written-time.ts';

/** Matches ISO 8601 and RFC 3339 in the forms that databases write: `T` or a space, comma or dot, `Z`, `+02`, `+0200`, `+02:00`, and the basic form. */
const iso =
  /^(\d{4})(-?)(\d{2})\2(\d{2})(?:[T ]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?(?:\[[\w/+-]{1,64}\])?)?$/i;

/** Parses an ISO 8601 date and time; null if the text is not one. */
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

function offsetMinutes(text: string): number | null {
  const found = /^([+-])(\d{2}):?(\d{2})?$/.exec(text);
  if (found === null) return /^(Z|UTC|GMT)$/i.test(text) ? 0 : null;
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? 0);
  return found[1] === '-' ? 0 - minutes : minutes;
}

type Field = 'year' | 'month' | 'day' | 'hour' | 'hour12' | 'minute' | 'second' | 'fraction' | 'half' | 'offset';
interface PatternPart {
  readonly field: Field | null;
  /** Matches the expected text at the current position. */
  readonly match: RegExp;
}

/**
 * Month names that occur in exports, in lower case and without dots: English, German, Swedish, Danish, Norwegian, Finnish, Dutch, French, Spanish, Portuguese,
 * Italian, Polish, Czech, Hungarian, Turkish. Source: Unicode CLDR. No name means different months in different languages of this list.
 */
const monthNames: ReadonlyMap<string, number> = new Map(
  [
    'jan january januar januari janv janvier tammi tammikuuta tammikuu ene enero janeiro gen gennaio sty stycznia styczeń led ledna leden január oca ocak',
    'feb february februar februari févr fév février helmi helmikuuta helmikuu febrero fev fevereiro febbraio lut lutego luty úno února únor febr február şub şubat',
    'mar march mär mrz märz mars mrt maart maalis maaliskuuta maaliskuu marts marzo março marca marzec bře března březen márc március mart',
    'apr april avr avril huhti huhtikuuta huhtikuu abr abril aprile kwi kwietnia kwiecień dub dubna duben ápr április nis nisan',
    'may mai maj mei touko toukokuuta toukokuu mayo maio mag maggio maja kvě května květen máj május mayıs',
    'jun june juni juin kesä kesäkuuta kesäkuu junio junho giu giugno cze czerwca czerwiec čvn června červen jún június haz haziran',
    'jul july juli juil juillet heinä heinäkuuta heinäkuu julio julho lug luglio lip lipca lipiec čvc července červenec júl július tem temmuz',
    'aug august augusti août augustus elo elokuuta elokuu ago agosto sie sierpnia sierpień srp srpna srpen augusztus ağu ağustos',
    'sep sept september septembre syys syyskuuta syyskuu septiembre set setembro settembre wrz września wrzesień zář září szept szeptember eyl eylül',
    'oct october okt oktober octobre loka lokakuuta lokakuu octubre out outubro ott ottobre paź października październik říj října říjen október eki ekim',
    'nov november novembre marras marraskuuta marraskuu noviembre novembro lis listopada listopad listopadu kas kasım',
    'dec december dez dezember déc décembre des desember joulu joulukuuta joulukuu dic diciembre dezembro dicembre gru grudnia grudzień pro prosince prosinec ara aralık',
  ].flatMap((names, i) => names.split(' ').map((name) => [name, i + 1] as const)),
);

/**
 * Words for the halves of the day, before and after noon: English and most languages in Latin script, Swedish, German, Finnish, Czech, Slovenian, Hungarian,
 * Turkish, Albanian, Vietnamese, Malay, Lithuanian, Latvian, Greek, Bulgarian, Ukrainian, Arabic, Persian, Chinese, Japanese, Korean, Thai. Source: Unicode
 * CLDR 46 and 48, day periods am and pm, with forms of various lengths. Dots, white space and letter case are ignored.
 */
const halfDays: ReadonlyMap<string, 'am' | 'pm'> = new Map([
  ...'am fm vorm ap dop de öö pd sa pg priešpiet priekšp priekšpusdienā eparadites πμ проб дп ص قظ قبلازظهر 上午 午前 오전 ก่อนเที่ยง'
    .split(' ')
    .map((word) => [word, 'am'] as const),
  ...'pm em nachm ip odp pop du ös md ch ptg popiet pēcp pēcpusdienā epasdites μμ слоб пп م بظ بعدازظهر 下午 午後 오후 หลังเที่ยง'
    .split(' ')
    .map((word) => [word, 'pm'] as const),
]);

/** Matches one of these words, with dots, blanks and zero-width non-joiners (Persian) where languages write them: `p. m.`, `nachm.`. */
const halfDay = new RegExp(
  [...halfDays.keys()]
    .sort((a, b) => b.length - a.length)
    .map((word) => `${[...word].join('\\.?[\\s\\u200c]?')}\\.?`)
    .join('|'),
  'iuy',
);

/** Tokens of a pattern. A longer token comes before any token that is its prefix. */
const tokens: readonly (readonly [token: string, field: Field, match: RegExp])[] = [
  ['YYYY', 'year', /\d{4}/y],
  ['YY', 'year', /\d{2}/y],
  ['MMM', 'month', /\p{L}{3,13}\.?/uy],
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
  ['A', 'half', halfDay],
  ['Z', 'offset', /Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?/iy],
];

const known = new Map<string, readonly PatternPart[]>();

/** Returns the parts of a pattern. `[T]` stands for the letters in brackets. The result is cached, because an export uses the same pattern a million times. */
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
      // Matches any amount of white space, including no-break spaces, because Excel and ICU disagree on the space before PM.
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

/** Returns true if a pattern has an hour of the 12-hour clock without AM or PM, so that its times are ambiguous. */
export function lacksHalfDay(pattern: string): boolean {
  const fields = patternParts(pattern).map((part) => part.field);
  return fields.includes('hour12') && !fields.includes('half');
}

/** Digits of the tokens that always have as many: a pattern of these and of single characters matches texts of one length. */
const fixedDigits: ReadonlyMap<string, number> = new Map([
  ['YYYY', 4],
  ['MM', 2],
  ['DD', 2],
  ['HH', 2],
  ['mm', 2],
  ['ss', 2],
]);

/** A pattern in which every field has its place. */
interface FixedPattern {
  readonly length: number;
  /** Positions of the fields; -1 for one that the pattern lacks. */
  readonly at: Readonly<Record<'YYYY' | 'MM' | 'DD' | 'HH' | 'mm' | 'ss', number>>;
  /** Positions and codes of the characters between them. */
  readonly between: readonly (readonly [at: number, code: number])[];
}

const fixedPatterns = new Map<string, FixedPattern | null>();

/** Returns the places of the fields of a pattern such as `YYYY-MM-DD HH:mm:ss`; null if a part of it may have several lengths. */
function fixedPattern(pattern: string): FixedPattern | null {
  const kept = fixedPatterns.get(pattern);
  if (kept !== undefined) return kept;
  const made = placesIn(pattern);
  if (fixedPatterns.size < 1_000) fixedPatterns.set(pattern, made);
  return made;
}

function placesIn(pattern: string): FixedPattern | null {
  const at = { YYYY: -1, MM: -1, DD: -1, HH: -1, mm: -1, ss: -1 };
  const between: [number, number][] = [];
  let length = 0;
  for (let from = 0; from < pattern.length; ) {
    const token = tokens.find(([name]) => pattern.startsWith(name, from))?.[0];
    if (token === undefined) {
      const code = pattern.charCodeAt(from++);
      // White space next to white space: the first takes all of it, and such a pattern matches nothing.
      if (code === 0x5b || code < 0x20 || code > 0x7e || (code === 0x20 && pattern[from] === ' ')) return null;
      between.push([length++, code]);
      continue;
    }
    const digits = fixedDigits.get(token);
    if (digits === undefined || at[token as keyof typeof at] !== -1) return null; // a key of `fixedDigits`, all of which are in `at`
    at[token as keyof typeof at] = length;
    length += digits;
    from += token.length;
  }
  return at.YYYY < 0 || at.MM < 0 || at.DD < 0 ? null : { length, at, between };
}

/** Returns the number that digits at a position write; NaN if one of them is no digit. */
function digitsAt(text: string, at: number, count: number): number {
  let number = 0;
  for (let place = at; place < at + count; place++) {
    const digit = text.charCodeAt(place) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

/** Parses a time whose fields are in their places; null if they are not, which does not mean that the text does not match: white space may be wider. */
function readFixed(text: string, { length, at, between }: FixedPattern): WrittenTime | null {
  if (text.length !== length) return null;
  for (const [place, code] of between) if (text.charCodeAt(place) !== code) return null;
  const two = (place: number): number => (place < 0 ? 0 : digitsAt(text, place, 2));
  const [year, month, day] = [digitsAt(text, at.YYYY, 4), two(at.MM), two(at.DD)];
  const [hour, minute, second] = [two(at.HH), two(at.mm), two(at.ss)];
  if (Number.isNaN(year + month + day + hour + minute + second)) return null;
  const precision = at.ss >= 0 ? 's' : at.HH >= 0 ? 'min' : 'day';
  return { year, month, day, hour, minute, second, millisecond: 0, offsetMin: null, precision };
}

/** Parses a time by a pattern of `TimeSpec.format`; null if the whole text does not match. */
export function readPattern(text: string, pattern: string): WrittenTime | null {
  const places = fixedPattern(pattern);
  const placed = places === null ? null : readFixed(text, places);
  return placed ?? readParts(text, pattern);
}

function readParts(text: string, pattern: string): WrittenTime | null {
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
    // POSIX: 69 to 99 mean 1969 to 1999.
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
  return (
    (Number(hour12) % 12) +
    (halfDays.get(
      half
        .normalize('NFC')
        .toLowerCase()
        .replace(/[.\s\u200c]/g, ''),
    ) === 'pm'
      ? 12
      : 0)
  );
}
