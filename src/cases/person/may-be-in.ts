import type { Person, Spelling } from '../../core/identity/person.ts';
import type { NumberKey } from '../../core/numbers/number-keys.ts';
import { foldedText } from '../../core/words/fold-text.ts';
import { wordPattern } from '../../core/words/word-pattern.ts';
import { withoutEscapes } from '../messages/escapes.ts';

// The exact comparison of a text with a person takes a hundred times as long as these checks, and most texts are about others.

/** Returns false if nothing of a person is in a folded text, or in any part of it. */
type Check = (folded: string) => boolean;

/** Returns false only if a text, as written and without its escapes, has nothing of a person, and neither has any part of it: a line, a row, a cell. */
export function mayBeIn({ spellings }: Pick<Person, 'spellings'>, text: string): boolean {
  return isInAny(text, (folded) => spellings.some((by) => checkOf(by)(folded)));
}

/** Returns false only if neither a text nor any part of it has one of the words of a name. @param words expressions of `wordPattern` */
export function mayHaveWord(words: readonly (RegExp | null)[], text: string): boolean {
  return isInAny(text, (folded) => words.some((word) => word === null || word.test(folded)));
}

/**
 * Matches escapes that may be inside of a word or number: not those of quotes, white space and the signs of markup, which only separate words, and which the
 * checks skip as they are. `&amp;` may be the beginning of another entity.
 */
const insideWords = /\\(?!["'\\/nrtbf])|&(?!(?:amp|lt|gt|quot);)(?:#|[a-z]{2,8};)|&amp;(?:#|amp;|[a-z]{2,8};)|%[0-9a-f]{2}/i;

/** Checks a text as written and without its escapes. Readers of JSON and XML remove one level of escapes from a cell before the search removes its own. */
function isInAny(text: string, check: Check): boolean {
  if (check(foldedText(text))) return true;
  if (!insideWords.test(text)) return false;
  const plain = withoutEscapes(text);
  if (check(foldedText(plain))) return true;
  const plainer = withoutEscapes(plain, 1);
  return plainer !== plain && check(foldedText(plainer));
}

const checks = new WeakMap<Spelling, Check>();

function checkOf(by: Spelling): Check {
  const known = checks.get(by);
  if (known !== undefined) return known;
  const parts = [checkOfWords(by), checkOfNumber(by)].filter((check) => check !== null);
  const made: Check = (folded) => parts.some((check) => check(folded));
  checks.set(by, made);
  return made;
}

/** Returns the check for a name or an id; null if the check for a number suffices. */
function checkOfWords({ words, id, number }: Spelling): Check | null {
  // As in `likeName`: shorter names, and addresses, are compared as a whole.
  if (words.join('').length < 3 || id.includes('@')) {
    if (number.length > 0) return null;
    const hasSigns = /[&<>"'\s]/.test(id);
    const plainId = id.replaceAll('\\', '');
    return (folded) =>
      folded.includes(id) || (hasSigns && /[\\&]/.test(folded)) || (folded.includes('\\') && folded.replaceAll('\\', '').includes(plainId));
  }
  const patterns = words.map(wordPattern).filter((pattern) => pattern !== null);
  // Long words are the rarest.
  patterns.sort((a, b) => b.source.length - a.source.length);
  return (folded) => patterns.every((pattern) => pattern.test(folded));
}

/** Number of digits at the end of a number that all of its spellings have. */
const mostEndDigits = 7;

/** Returns the check for a number; null if the spelling is none. */
function checkOfNumber({ number }: Spelling): Check | null {
  if (number.length === 0) return null;
  const exact = number.filter(({ key }) => !isRounded(key)).map(({ key }) => key.slice(1));
  const length = Math.min(mostEndDigits, ...exact.map((digits) => digits.length));
  const ends = [...new Set(exact.map((digits) => Number(digits.slice(-length))))];
  const rounded = new Set(number.filter(({ key }) => isRounded(key)).map(({ key }) => key));
  const starts = number.filter(({ key, whole }) => !whole && !isRounded(key)).map(({ key }) => key.slice(1));
  return (folded) => hasDigits(folded, ends, 10 ** length) || hasRounded(folded, rounded) || hasMasked(folded, starts);
}

function isRounded(key: NumberKey['key']): boolean {
  return key.startsWith('u');
}

const [zero, nine, parenthesis] = [0x30, 0x39, 0x28];

/** Returns true if the digits of a text, whatever is between them, have one of some ends of numbers. @param modulus ten to the power of their length */
function hasDigits(folded: string, ends: readonly number[], modulus: number): boolean {
  const [end = -1, ...others] = ends;
  const isEnd = (value: number): boolean => value === end || (others.length > 0 && others.includes(value));
  let value = 0;
  /** The same without the zeros of the last `(0)`, which are dialled only inside a country; -1: there are none among the last digits. */
  let without = -1;
  let digitsAfter = 0;
  for (let at = 0; at < folded.length; at++) {
    const code = folded.charCodeAt(at);
    if (!isDigit(code)) continue;
    const zeros = code === zero && folded.charCodeAt(at - 1) === parenthesis ? zerosAt(folded, at) : 0;
    if (zeros > 0) {
      // Two of them in one number are not worth a calculation.
      if (without >= 0) return true;
      [without, digitsAfter] = [value, 0];
      value = (value * 10 ** Math.min(zeros, mostEndDigits)) % modulus;
      at += zeros - 1;
    } else {
      value = (value * 10 + code - zero) % modulus;
      if (without >= 0) {
        without = ++digitsAfter >= mostEndDigits ? -1 : (without * 10 + code - zero) % modulus;
        if (isEnd(without)) return true;
      }
    }
    if (isEnd(value)) return true;
  }
  return false;
}

/** Returns the number of zeros at a position, if no other digit follows them; else 0. */
function zerosAt(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === zero) at++;
  return isDigit(text.charCodeAt(at)) ? 0 : at - from;
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

/** Returns true if a text has a number that a spreadsheet rounded, as `roundedKey` reads it. */
function hasRounded(folded: string, keys: ReadonlySet<string>): boolean {
  if (keys.size === 0 || !/\de\+?\d/.test(folded)) return false;
  for (const [, first = '', rest = '', power = ''] of folded.matchAll(/(\d)(?:[.,](\d+))?e\+?(\d{1,2})/g))
    if (keys.has(`u${`${first}${rest}`.replace(/0+$/, '')}e${Number(power)}`)) return true;
  return false;
}

/** Most digits of a number as it is dialled, with the prefix for other countries. */
const mostDialled = 32;

/**
 * Returns true if a text has a number that is masked, and that may be a whole text: the search compares only such numbers, see `damageOf`. What is before the
 * mask is then the beginning of the number as it is dialled.
 */
function hasMasked(folded: string, starts: readonly string[]): boolean {
  const isStart = (digits: string): boolean =>
    starts.some((start) => [start, `0${start}`, `00${start}`].some((dialled) => dialled.startsWith(digits)));
  for (const { index } of folded.matchAll(/[*x\u2022]{2}/g)) {
    let digits = '';
    let isJudged = false;
    for (let at = index - 1; digits.length <= mostDialled; at--) {
      const sign = folded[at] ?? '';
      // What may be before a whole text: a line end, an element, a quote, the bracket of a section or of a row.
      if (!isJudged && /^[\r\n([<>"']?$/.test(sign)) {
        if (isStart(digits)) return true;
        isJudged = true;
      }
      // White space may be escaped.
      if (/^[tnrbf]$/.test(sign) && folded[at - 1] === '\\') return true;
      if (!/^[\s+\d()-]$/.test(sign)) break;
      if (!isDigit(sign.charCodeAt(0))) continue;
      digits = sign + digits;
      isJudged = false;
    }
  }
  return false;
}
