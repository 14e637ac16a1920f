import { betweenDigits, plainText } from '../words/fold-text.ts';
import { type NumberPlan, numberPlan } from './numbering-plan.ts';

/** What the spelling of a telephone number itself states. */
export interface NumberReading {
  /** `international`: with its country; `national`: after a zero, country unknown; `digits`: neither, so it may be either of them or an extension. */
  readonly kind: 'international' | 'national' | 'digits';
  /** International: with country code and without any prefix; national: without the leading zeros. */
  readonly digits: string;
}

/** Largest number of digits of a telephone number: E.164 allows 15, and an international prefix precedes them. */
const maxDigits = 24;
/** Smallest number of digits of a subscriber's number; shorter numbers are extensions. */
const subscriberDigits = 7;
/**
 * Number of digits from which a number that begins with the code of the given country, without a plus, includes that code; national numbers without
 * their zero are shorter.
 */
const withCodeDigits = 11;

/** Parses a spelling; null if it is not a number. @param plan numbering plan for a national number; null: unknown */
export function readNumber(text: string, plan: NumberPlan | null): NumberReading | null {
  const plain = userOfSip(plainText(text).trim()).replace(/^tel:/i, '').replace(/;.*$/, '');
  const isPlus = /^[\s(]*\+/.test(plain);
  // In `+46 (0)70 …` and `0046 (0)70 …` the zero is dialled only inside the country.
  const digits = digitsOf(/^[\s(]*(?:\+|00)/.test(plain) ? plain.replace(/\(0+\)/, '') : plain);
  if (digits === null) return null;
  if (isPlus) return { kind: 'international', digits };
  if (/^00[1-9]\d{6,14}$/.test(digits)) return { kind: 'international', digits: digits.slice(2) };
  const international = plan === null || digits.length < subscriberDigits ? null : withCountry(digits, plan);
  if (international !== null) return { kind: 'international', digits: international };
  if (/^0\d{4,}$/.test(digits)) return { kind: 'national', digits: withoutZero(digits) };
  return { kind: 'digits', digits };
}

/** Adds the country code to a number dialled inside a country; null if it is not clearly a complete one. */
function withCountry(digits: string, { countryCode, trunkPrefixes }: NumberPlan): string | null {
  // A North American number has ten digits, the first of which is 2 or higher; 011 precedes numbers of other countries. Source: North American
  // Numbering Plan Administration.
  if (countryCode === '1') {
    if (/^011[1-9]\d{6,14}$/.test(digits)) return digits.slice(3);
    return /^1?[2-9]\d{9}$/.test(digits) ? `1${digits.slice(-10)}` : null;
  }
  // The longest prefix that matches; a prefix of former networks counts only before a complete number.
  const [dialled] = trunkPrefixes
    .filter((prefix, at) => prefix !== '' && digits.startsWith(prefix) && (at === 0 || digits.length - prefix.length >= subscriberDigits))
    .sort((a, b) => b.length - a.length);
  if (dialled !== undefined) return countryCode + digits.slice(dialled.length);
  // Without a prefix only the length distinguishes a national number from a number of another country; long numbers of Italy begin with a zero.
  if (trunkPrefixes.includes('')) {
    const isOpen = digits.length >= withCodeDigits ? !digits.startsWith('0') : digits.length >= 10 && digits.startsWith(countryCode);
    return isOpen ? null : countryCode + digits;
  }
  return digits.startsWith(countryCode) && digits.length >= withCodeDigits && digits.length <= 15 ? digits : null;
}

/** Returns the plan of a country from its calling code, e.g. `+46`, `0046` or `46`; null if the text is not a calling code. */
export function planOf(callingCode: string): NumberPlan | null {
  const digits = /^(?:\+|00)?([1-9]\d{0,2})$/.exec(callingCode.trim())?.[1];
  return digits === undefined ? null : numberPlan(digits);
}

/**
 * Removes the leading zero of a national number. Italy keeps this zero after the country code, other countries drop it: all are searched without it.
 */
export function withoutZero(national: string): string {
  return national.replace(/^0+(?=\d)/, '');
}

/** Characters of telephone numbers. */
const telephoneSigns = new RegExp(`^[+\\d${betweenDigits}]*$`, 'u');

/** Returns the digits of a text; null if it has no digit, or a character that telephone numbers do not have. */
function digitsOf(text: string): string | null {
  if (!telephoneSigns.test(text)) return null;
  const digits = text.replace(/\D+/g, '');
  return digits === '' || digits.length > maxDigits ? null : digits;
}

/** Returns the user part of a SIP address; other text unchanged. */
export function userOfSip(text: string): string {
  return /^<?(?:sips?:)?([^@;?<>]*)@/i.exec(text)?.[1] ?? text.replace(/^sips?:/i, '');
}
