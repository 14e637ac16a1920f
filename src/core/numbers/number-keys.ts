import type { PhoneValue } from '../model/recording.ts';
import { readNumber, userOfSip, withoutZero } from './number-reading.ts';
import { type NumberPlan, splitNumber, trunkPrefixesOf } from './numbering-plan.ts';

// One number has many spellings: +46701740605, 0046701740605, 070-174 06 05, sip:+46701740605@host, 4.67017E+10. What is stored says only what its own
// spelling says for certain; who asks names all spellings that may mean the number that is looked for. This is the one rule: the catalog indexes these
// keys, the page has them in its data, and cases ask it of each recording.
//
//   i46701740605  international, country known       d46701740605  digits as written, kind unknown
//   s701740605    the national part of what is or may be such a one   u467017e10    rounded by a spreadsheet: first digits and power of ten
//   n701740605    national, country unknown          e1740605      the last seven and eight digits of a longer one: how neighbours dial it
//
// 46701740605 is the same digits as +46701740605 and yet only possibly the same number: there are countries in which it is dialled as it stands.

/** How sure it is that two spellings mean one number: `possible`: the country, or what stands before the number, is not said; `damaged`: digits were lost. */
export type NumberCertainty = 'certain' | 'possible' | 'damaged';

/** The certainties, surest first. */
export const numberCertainties = ['certain', 'possible', 'damaged'] as const satisfies readonly NumberCertainty[];

/** A spelling to look for. */
export interface NumberKey {
  readonly key: string;
  readonly certainty: NumberCertainty;
  /** It is looked for as a whole also where beginnings of numbers are. */
  readonly whole: boolean;
}

/** A recorded number that may be the one asked for, and the spelling that says so. */
export interface NumberMatch {
  readonly key: string;
  readonly certainty: NumberCertainty;
  /** Country code that was assumed and under which it is another number; without it, it fits. Null: it fits as it was read. */
  readonly against: string | null;
}

/** Lengths of a number as it is dialled from the same place; shorter ones are extensions, and would be found at the end of too many. */
const localDigits = [7, 8] as const;
/** What North America dials before a number of another country is 011: without a country that is said, a national number that begins so. Source: North American Numbering Plan Administration. */
const abroad = '11';
/** Digits from which on bare ones may be a number with its country code. */
const withCountryDigits = 10;

/** The keys of a number as it was recorded; empty where there is no digit to go by, as with a masked one. */
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

/** The spellings of the number that a person asks for, surest first; empty where it is none. @param plan of the country that a national number is one of */
export function askedNumberKeys(text: string, plan: NumberPlan | null = null): readonly NumberKey[] {
  const written = readNumber(text, plan);
  if (written === null) return [];
  const keys = new Map<string, NumberKey>();
  const add = (certainty: NumberCertainty, names: readonly string[], whole = false): void => {
    for (const key of names) if (!keys.has(key)) keys.set(key, { key, certainty, whole });
  };
  const { kind, digits } = written;
  // Too short for more than an extension.
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
    // Written inside a country that is not named: it may be this one.
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
 * The surest way in which a recorded number is the one asked for; null: it is another. A country that is assumed makes a number certain, but hides none: what fits
 * without it is `possible`.
 */
export function matchNumber(asked: readonly NumberKey[], phone: PhoneValue, plan: NumberPlan | null = null): NumberMatch | null {
  if (phone.damage === 'masked') return matchMasked(asked, phone.raw);
  const best = bestUnder(asked, (under) => storedNumberKeys(phone, under), plan);
  // Digits that were certain once are not in a value that an export has changed.
  return best === null || phone.damage === null || phone.damage === 'guard-char' ? best : { ...best, certainty: 'damaged' };
}

/** The same of a spelling that nothing was done to. */
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

/** `070-174 xx xx`: the digits that the recorder left are compared with the ways to write the number. No index has it. */
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
  // Ten digits and more may be an international number that lost its plus.
  const split = kind === 'international' || digits.length >= withCountryDigits ? splitNumber(digits) : null;
  const national = split === null ? null : withoutZero(split.national);
  return [
    `${kind === 'digits' ? 'd' : 'i'}${digits}`,
    ...(national === null ? [] : [`s${national}`]),
    ...localEnds(national ?? digits).map((end) => `e${end}`),
  ];
}

/** What is dialled of a longer number from the same place. */
function localEnds(digits: string): string[] {
  return localDigits.filter((length) => digits.length > length).map((length) => digits.slice(-length));
}

/** `4,67017E+10` → `u467017e10`. */
function roundedKey(text: string): string[] {
  const [, whole, rest = '', power] = /^\s*\+?(\d)(?:[.,](\d+))?E\+?(\d{1,2})\s*$/i.exec(text) ?? [];
  const mantissa = `${whole ?? ''}${rest}`.replace(/0+$/, '');
  return whole === undefined || mantissa.length < 3 ? [] : [`u${mantissa}e${Number(power)}`];
}

/** What spreadsheets make of a number, from three digits up: with fewer every second number is the same. Most round, some cut. */
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
