import type { PhoneValue } from '../model/recording.ts';
import { readNumber, userOfSip, withoutZero } from './number-reading.ts';
import { type NumberPlan, splitNumber, trunkPrefixesOf } from './numbering-plan.ts';

// One number has many spellings: +46701740605, 0046701740605, 070-174 06 05, sip:+46701740605@host, 4.67017E+10. A stored number gives only the keys
// that its own spelling proves; a query gives all spellings that may mean the wanted number. This is the only rule: the catalog indexes these keys,
// the page has them in its data, and cases apply it to each recording.
//
//   i46701740605  international, country known       d46701740605  digits as written, kind unknown
//   s701740605    the national part of a number that is or may be international     u467017e10    rounded by a spreadsheet: first digits and power of ten
//   n701740605    national, country unknown          e1740605      the last seven and eight digits of a longer number: the local form
//
// 46701740605 has the same digits as +46701740605 and yet is only possibly the same number: in some countries 46701740605 is a local number.

/** Certainty that two spellings mean one number: `possible`: the country, or a prefix, is not stated; `damaged`: digits were lost. */
export type NumberCertainty = 'certain' | 'possible' | 'damaged';

/** The certainties, highest first. */
export const numberCertainties = ['certain', 'possible', 'damaged'] as const satisfies readonly NumberCertainty[];

/** A spelling to search for. */
export interface NumberKey {
  readonly key: string;
  readonly certainty: NumberCertainty;
  /** True if the key must match as a whole, even where beginnings of numbers are searched. */
  readonly whole: boolean;
}

/** A recorded number that may be the wanted one, and the spelling that shows it. */
export interface NumberMatch {
  readonly key: string;
  readonly certainty: NumberCertainty;
  /**
   * Country code that was assumed, and under which the found number is a different one; it matches only without this assumption. Null: it matches as
   * it was read.
   */
  readonly against: string | null;
}

/** Lengths of a locally dialled number. Shorter numbers are extensions, which would match the end of too many numbers. */
const localDigits = [7, 8] as const;
/**
 * North American prefix 011 for other countries, without its zero: if no country is given, a national number may begin with it. Source: North
 * American Numbering Plan Administration.
 */
const abroad = '11';
/** Number of digits from which a number without a plus may include the country code. */
const withCountryDigits = 10;

/** Returns the keys of a recorded number; empty if it has no usable digit, e.g. a masked one. */
export function storedNumberKeys(phone: PhoneValue, plan: NumberPlan | null = null): readonly string[] {
  const text = phone.sip === null ? phone.raw : userOfSip(phone.sip);
  switch (phone.damage) {
    case null:
      return keysAsWritten(text, plan);
    case 'guard-char':
      return keysAsWritten(
        text
          .trim()
          .replace(/^=?\s*["']?/, '')
          .replace(/"$/, ''),
        plan,
      );
    case 'scientific':
      return roundedKey(text);
    case 'leading-zero-lost':
      return keysAsWritten(text.replace(/[.,]0+\s*$/, ''), plan);
    default:
      return [];
  }
}

/**
 * Returns the spellings of a wanted number, most certain first; empty if the text is not a number.
 * @param plan numbering plan for a national number
 */
export function queryNumberKeys(text: string, plan: NumberPlan | null = null): readonly NumberKey[] {
  const written = readNumber(text, plan);
  if (written === null) return [];
  const keys = new Map<string, NumberKey>();
  const add = (certainty: NumberCertainty, names: readonly string[], whole = false): void => {
    for (const key of names) if (!keys.has(key)) keys.set(key, { key, certainty, whole });
  };
  const { kind, digits } = written;
  // Too short for anything but an extension.
  const isNumber = kind !== 'digits' || digits.length >= localDigits[0];
  add('certain', [`${kind === 'international' ? 'i' : kind === 'national' ? 'n' : 'd'}${digits}`]);
  if (!isNumber) return [...keys.values()];
  const split = kind === 'international' || (kind === 'digits' && digits.length >= withCountryDigits) ? splitNumber(digits) : null;
  if (kind === 'international') add('possible', [`d${digits}`]);
  else if (kind === 'national') add('possible', [`s${digits}`, `d${digits}`, `d0${digits}`]);
  else add('possible', [`i${digits}`, `n${digits}`, `s${digits}`]);
  if (split !== null) {
    const part = withoutZero(split.national);
    const trunks = trunkPrefixesOf(split.countryCode).filter((trunk) => trunk !== '');
    // The number was written for use inside an unnamed country, which may be this one.
    add('possible', [`n${part}`, `d${part}`, ...trunks.flatMap((trunk) => [`n${withoutZero(trunk + part)}`, `d${trunk}${part}`])]);
  }
  if (split !== null) add('possible', [`n${abroad}${digits}`]);
  if (kind === 'national' && digits.startsWith(abroad) && digits.length >= abroad.length + withCountryDigits)
    add('possible', [`i${digits.slice(abroad.length)}`]);
  const national = split === null ? digits : withoutZero(split.national);
  add(
    'possible',
    localEnds(national).map((end) => `d${end}`),
    true,
  );
  if (kind === 'digits' && localDigits.some((length) => length === digits.length)) add('possible', [`e${digits}`], true);
  for (const each of new Set([digits, national])) add('damaged', roundings(each), true);
  return [...keys.values()];
}

/**
 * Returns the most certain match of a recorded number with the wanted one; null: it is another number. An assumed country can make a match certain
 * but never excludes one: a match without the assumption is `possible`.
 */
export function matchNumber(asked: readonly NumberKey[], phone: PhoneValue, plan: NumberPlan | null = null): NumberMatch | null {
  if (phone.damage === 'masked') return matchMasked(asked, phone.raw);
  const best = bestUnder(asked, (under) => storedNumberKeys(phone, under), plan);
  // A value that an export has changed is never certain.
  return best === null || phone.damage === null || phone.damage === 'guard-char' ? best : { ...best, certainty: 'damaged' };
}

/** Matches an undamaged spelling like `matchNumber`. */
export function matchSpelling(asked: readonly NumberKey[], text: string, plan: NumberPlan | null = null): NumberMatch | null {
  return bestUnder(asked, (under) => keysAsWritten(text, under), plan);
}

function bestUnder(asked: readonly NumberKey[], keys: (plan: NumberPlan | null) => readonly string[], plan: NumberPlan | null): NumberMatch | null {
  const best = bestOf(asked, keys(plan));
  if (best !== null || plan === null) return best;
  const without = bestOf(asked, keys(null));
  if (without === null) return null;
  return { ...without, certainty: without.certainty === 'certain' ? 'possible' : without.certainty, against: plan.countryCode };
}

function bestOf(asked: readonly NumberKey[], stored: readonly string[]): NumberMatch | null {
  const there = new Set(stored);
  const found = asked.filter(({ key }) => there.has(key));
  for (const certainty of numberCertainties) {
    const best = found.find((each) => each.certainty === certainty);
    if (best !== undefined) return { key: best.key, certainty, against: null };
  }
  return null;
}

/** Compares the remaining digits of a masked number, e.g. `070-174 xx xx`, with the spellings of the wanted one. No index contains masked numbers. */
function matchMasked(asked: readonly NumberKey[], raw: string): NumberMatch | null {
  const signs = raw.replace(/[^\d*xX•]/g, '');
  if (signs.length > 24 || (signs.match(/\d/g)?.length ?? 0) < 3) return null;
  const pattern = new RegExp(`^${signs.replace(/[*xX•]+/g, '\\d+')}$`);
  const fits = asked.find(({ key, whole }) => {
    const digits = key.slice(1);
    if (whole) return false;
    return pattern.test(digits) || (key.startsWith('i') && pattern.test(`00${digits}`)) || (key.startsWith('n') && pattern.test(`0${digits}`));
  });
  return fits === undefined ? null : { key: fits.key, certainty: 'damaged', against: null };
}

function keysAsWritten(text: string, plan: NumberPlan | null): string[] {
  const written = readNumber(text, plan);
  if (written === null) return [];
  const { kind, digits } = written;
  if (kind === 'national') return [`n${digits}`, ...localEnds(digits).map((end) => `e${end}`)];
  // Ten or more digits may be an international number that lost its plus.
  const split = kind === 'international' || digits.length >= withCountryDigits ? splitNumber(digits) : null;
  const national = split === null ? null : withoutZero(split.national);
  return [
    `${kind === 'digits' ? 'd' : 'i'}${digits}`,
    ...(national === null ? [] : [`s${national}`]),
    ...localEnds(national ?? digits).map((end) => `e${end}`),
  ];
}

/** Returns the locally dialled forms of a longer number. */
function localEnds(digits: string): string[] {
  return localDigits.filter((length) => digits.length > length).map((length) => digits.slice(-length));
}

/** Returns the key of `4,67017E+10`: `u467017e10`. */
function roundedKey(text: string): string[] {
  const [, whole, rest = '', power] = /^\s*\+?(\d)(?:[.,](\d+))?E\+?(\d{1,2})\s*$/i.exec(text) ?? [];
  const mantissa = `${whole ?? ''}${rest}`.replace(/0+$/, '');
  return whole === undefined || mantissa.length < 3 ? [] : [`u${mantissa}e${Number(power)}`];
}

/**
 * Returns the roundings of a number by spreadsheets, from three digits up: with fewer digits, every second number would match. Most spreadsheets
 * round, some truncate.
 */
function roundings(digits: string): string[] {
  if (!/^[1-9]\d{6,14}$/.test(digits)) return [];
  const value = Number(digits);
  const power = digits.length - 1;
  const mantissas = Array.from({ length: Math.min(10, digits.length - 2) }, (_, more) => {
    const [mantissa = '', exponent = ''] = value.toExponential(2 + more).split('e+');
    return [`${mantissa.replace('.', '').replace(/0+$/, '')}e${exponent}`, `${digits.slice(0, 3 + more).replace(/0+$/, '')}e${power}`];
  }).flat();
  return [...new Set(mantissas)].filter((text) => /^\d{3}/.test(text)).map((text) => `u${text}`);
}
