import { type NumberPlan, numberPlan, splitNumber, trunkPrefixOf } from './numbering-plan.ts';
import type { PhoneValue } from './recording.ts';

// One number has many spellings: +46701740605, 0046701740605, 070-174 06 05, sip:+46701740605@host, 4.67017E+10. What is stored says only what its own
// spelling says for certain; who asks names all spellings that may mean the number that is looked for.
//
//   i46701740605  international, country known       d46701740605  digits as written, kind unknown
//   s701740605    the national part of what is or may be such a one   u467017e10    rounded by a spreadsheet: first digits and power of ten
//   n701740605    national, country unknown

/** How sure it is that two spellings mean one number: `possible`: the country, or what stands before the number, is not said; `damaged`: digits were lost. */
export type NumberCertainty = 'certain' | 'possible' | 'damaged';

/** A spelling to look for. */
export interface NumberKey {
  readonly key: string;
  readonly certainty: NumberCertainty;
}

/** Digits beyond these belong to no telephone number; the longest are E.164's 15 with an international prefix. */
const maxDigits = 24;

/** The keys of a number as it was recorded; empty where there is no digit to go by, as with a masked one. */
export function storedNumberKeys(phone: PhoneValue, plan: NumberPlan | null = null): readonly string[] {
  const text = phone.sip === null ? phone.raw : sipUser(phone.sip);
  switch (phone.damage) {
    case null:
      return [...new Set(keysAsWritten(text, plan))];
    case 'guard-char':
      return [
        ...new Set(
          keysAsWritten(
            text
              .trim()
              .replace(/^=?\s*["']?/, '')
              .replace(/"$/, ''),
            plan,
          ),
        ),
      ];
    case 'scientific':
      return roundedKey(text);
    case 'leading-zero-lost': {
      const digits = digitsOf(text.replace(/[.,]0+\s*$/, ''));
      return digits === null ? [] : [`d${digits}`];
    }
    default:
      return [];
  }
}

/** The spellings of the number that a person asks for, surest first; empty where it is none. @param plan of the country that a national number is one of */
export function askedNumberKeys(text: string, plan: NumberPlan | null = null): readonly NumberKey[] {
  const written = reading(text, plan);
  if (written === null) return [];
  const keys = new Map<string, NumberCertainty>();
  const add = (certainty: NumberCertainty, ...names: string[]): void => {
    for (const name of names) if (!keys.has(name)) keys.set(name, certainty);
  };
  const { kind, digits } = written;
  if (kind === 'international') {
    add('certain', `i${digits}`);
    add('possible', `d${digits}`);
    const split = splitNumber(digits);
    if (split !== null) {
      const part = withoutZero(split.national);
      const trunk = trunkPrefixOf(split.countryCode);
      // Written inside a country that is not named: it may be this one.
      add('possible', `n${part}`, `d${part}`, ...(trunk === '' ? [] : [`n${withoutZero(trunk + part)}`, `d${trunk}${part}`]));
      for (const each of [digits, part]) add('damaged', ...roundings(each));
    }
  } else if (kind === 'national') {
    add('certain', `n${digits}`);
    add('possible', `s${digits}`, `d${digits}`, `d0${digits}`);
    add('damaged', ...roundings(digits));
  } else {
    add('certain', `d${digits}`);
    // Too short for more than an extension.
    if (digits.length >= 7) {
      add('possible', `i${digits}`, `n${digits}`, `s${digits}`);
      const split = splitNumber(digits);
      if (split !== null) add('possible', `n${withoutZero(split.national)}`);
      add('damaged', ...roundings(digits));
    }
  }
  return [...keys].map(([key, certainty]) => ({ key, certainty }));
}

/** How sure it is that a recorded number is the one asked for; null: it is another. */
export function matchNumber(asked: readonly NumberKey[], phone: PhoneValue, plan: NumberPlan | null = null): NumberCertainty | null {
  const stored = new Set(storedNumberKeys(phone, plan));
  const found = asked.filter(({ key }) => stored.has(key)).map(({ certainty }) => certainty);
  const best = (['certain', 'possible', 'damaged'] as const).find((certainty) => found.includes(certainty)) ?? null;
  // Digits that were certain once are not in a value that an export has changed.
  return best === null || phone.damage === null || phone.damage === 'guard-char' ? best : 'damaged';
}

/** The plan of a country from its code; null where the text is none. */
export function planOf(countryCode: string): NumberPlan | null {
  const digits = /^\+?([1-9]\d{0,2})$/.exec(countryCode.trim())?.[1];
  return digits === undefined ? null : numberPlan(digits);
}

interface Reading {
  readonly kind: 'international' | 'national' | 'digits';
  readonly digits: string;
}

/** What a spelling says for itself. */
function reading(text: string, plan: NumberPlan | null): Reading | null {
  const plain = sipUser(text.trim()).replace(/^tel:/i, '').replace(/;.*$/, '');
  const isPlus = /^[\s(]*\+/.test(plain);
  // `+46 (0)70 …`: the zero is for those who dial inside the country.
  const digits = digitsOf(isPlus ? plain.replace(/\(0+\)/, '') : plain);
  if (digits === null) return null;
  if (isPlus) return { kind: 'international', digits };
  if (/^00[1-9]\d{6,14}$/.test(digits)) return { kind: 'international', digits: digits.slice(2) };
  if (plan !== null && digits.length >= 7) {
    const { countryCode, trunkPrefix } = plan;
    if (trunkPrefix !== '' && digits.startsWith(trunkPrefix))
      return { kind: 'international', digits: countryCode + digits.slice(trunkPrefix.length) };
    if (trunkPrefix === '') return { kind: 'international', digits: countryCode + digits };
  }
  if (/^0\d{4,}$/.test(digits)) return { kind: 'national', digits: withoutZero(digits) };
  return { kind: 'digits', digits };
}

function keysAsWritten(text: string, plan: NumberPlan | null): string[] {
  const written = reading(text, plan);
  if (written === null) return [];
  const { kind, digits } = written;
  if (kind === 'national') return [`n${digits}`];
  const split = kind === 'international' || digits.length >= 10 ? splitNumber(digits) : null;
  const national = split === null ? [] : [`s${withoutZero(split.national)}`];
  // Ten digits and more may be an international number that lost its plus.
  return [kind === 'digits' ? `d${digits}` : `i${digits}`, ...national];
}

/** Null where there is none, or where it holds anything that no telephone number is written with. */
function digitsOf(text: string): string | null {
  if (!/^[+\d\s()[\]./\-\u00a0\u2010-\u2015]*$/u.test(text)) return null;
  const digits = text.replace(/\D+/g, '');
  return digits === '' || digits.length > maxDigits ? null : digits;
}

/** The user part of a SIP address; other text as it is. */
function sipUser(text: string): string {
  return /^(?:sips?:)?([^@;?]*)@/i.exec(text)?.[1] ?? text.replace(/^sips?:/i, '');
}

/** Italy keeps its zero behind the country code, others lose it: both are found without. */
function withoutZero(national: string): string {
  return national.replace(/^0+(?=\d)/, '');
}

/** `4,67017E+10` → `u467017e10`. */
function roundedKey(text: string): string[] {
  const [, whole, rest = '', power] = /^\s*\+?(\d)(?:[.,](\d+))?E\+?(\d{1,2})\s*$/i.exec(text) ?? [];
  const mantissa = `${whole ?? ''}${rest}`.replace(/0+$/, '');
  return whole === undefined || mantissa.length < 3 ? [] : [`u${mantissa}e${Number(power)}`];
}

/** What spreadsheets make of a number, from three digits up: with fewer every second number is the same. */
function roundings(digits: string): string[] {
  if (!/^[1-9]\d{6,14}$/.test(digits)) return [];
  const value = Number(digits);
  return Array.from({ length: Math.min(10, digits.length - 3) }, (_, more) => value.toExponential(2 + more)).map((text) => {
    const [mantissa = '', power = ''] = text.split('e+');
    return `u${mantissa.replace('.', '').replace(/0+$/, '')}e${power}`;
  });
}
