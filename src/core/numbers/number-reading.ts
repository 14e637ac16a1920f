import { betweenDigits, plainText } from '../words/fold-text.ts';
import { type NumberPlan, numberPlan } from './numbering-plan.ts';

/** What the spelling of a telephone number says for itself. */
export interface NumberReading {
  /** `international`: with its country; `national`: behind a zero, the country is not said; `digits`: neither, and it may be any of them, or an extension. */
  readonly kind: 'international' | 'national' | 'digits';
  /** International with country code and without any prefix; national without the zeros before it. */
  readonly digits: string;
}

/** Digits beyond these belong to no telephone number; the longest are E.164's 15 with an international prefix. */
const maxDigits = 24;
/** Digits that are a subscriber's number at the least, and no extension. */
const subscriberDigits = 7;
/** Bare digits that begin with the code of the country that is named are with it from this length on; national numbers without their zero are shorter. */
const withCodeDigits = 11;

/** Reads a spelling; null where it is no number. @param plan of the country that a national number is one of; null: not known */
export function readNumber(text: string, plan: NumberPlan | null): NumberReading | null {
  const plain = userOfSip(plainText(text).trim()).replace(/^tel:/i, '').replace(/;.*$/, '');
  const isPlus = /^[\s(]*\+/.test(plain);
  // `+46 (0)70 …`, `0046 (0)70 …`: the zero is for those who dial inside the country.
  const digits = digitsOf(/^[\s(]*(?:\+|00)/.test(plain) ? plain.replace(/\(0+\)/, '') : plain);
  if (digits === null) return null;
  if (isPlus) return { kind: 'international', digits };
  if (/^00[1-9]\d{6,14}$/.test(digits)) return { kind: 'international', digits: digits.slice(2) };
  const international = plan === null || digits.length < subscriberDigits ? null : withCountry(digits, plan);
  if (international !== null) return { kind: 'international', digits: international };
  if (/^0\d{4,}$/.test(digits)) return { kind: 'national', digits: withoutZero(digits) };
  return { kind: 'digits', digits };
}

/** A number dialled inside a country with the code of it; null where it does not show that it is a whole one. */
function withCountry(digits: string, { countryCode, trunkPrefixes }: NumberPlan): string | null {
  // Ten digits, the first from 2 on; 011 goes abroad. Source: North American Numbering Plan Administration.
  if (countryCode === '1') {
    if (/^011[1-9]\d{6,14}$/.test(digits)) return digits.slice(3);
    return /^1?[2-9]\d{9}$/.test(digits) ? `1${digits.slice(-10)}` : null;
  }
  // The longest that fits; one of old networks only before a whole number.
  const [dialled] = trunkPrefixes
    .filter((prefix, at) => prefix !== '' && digits.startsWith(prefix) && (at === 0 || digits.length - prefix.length >= subscriberDigits))
    .sort((a, b) => b.length - a.length);
  if (dialled !== undefined) return countryCode + digits.slice(dialled.length);
  // Without a prefix nothing tells a national number from one of another country but its length; those of Italy begin with a zero where they are long.
  if (trunkPrefixes.includes('')) {
    const isOpen = digits.length >= withCodeDigits ? !digits.startsWith('0') : digits.length >= 10 && digits.startsWith(countryCode);
    return isOpen ? null : countryCode + digits;
  }
  return digits.startsWith(countryCode) && digits.length >= withCodeDigits && digits.length <= 15 ? digits : null;
}

/** The plan of a country from its calling code, such as `+46`, `0046` or `46`; null where the text is none. */
export function planOf(callingCode: string): NumberPlan | null {
  const digits = /^(?:\+|00)?([1-9]\d{0,2})$/.exec(callingCode.trim())?.[1];
  return digits === undefined ? null : numberPlan(digits);
}

/** Italy keeps its zero behind the country code, others lose it: both are found without. */
export function withoutZero(national: string): string {
  return national.replace(/^0+(?=\d)/, '');
}

/** What telephone numbers are written with. */
const telephoneSigns = new RegExp(`^[+\\d${betweenDigits}]*$`, 'u');

/** Null where there is none, or where it holds anything that no telephone number is written with. */
function digitsOf(text: string): string | null {
  if (!telephoneSigns.test(text)) return null;
  const digits = text.replace(/\D+/g, '');
  return digits === '' || digits.length > maxDigits ? null : digits;
}

/** The user part of a SIP address; other text as it is. */
export function userOfSip(text: string): string {
  return /^<?(?:sips?:)?([^@;?<>]*)@/i.exec(text)?.[1] ?? text.replace(/^sips?:/i, '');
}
