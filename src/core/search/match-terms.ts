import { type NumberCertainty, type NumberKey, numberCertainties } from '../numbers/number-keys.ts';
import { foldedWords } from '../words/fold-text.ts';
import type { SearchTerm } from './search-terms.ts';

// Finds a term in a recording. `src/store/catalog/match-expression.ts` expresses the same in the language of the index; a property test compares
// both.

/** Returns true if a text has the words of a term, regardless of its number. @param words `searchedWords` with a blank before and after */
export function holdsTermWords(words: string, { words: phrase, begins, apart, joined }: SearchTerm): boolean {
  if (words.includes(asPart(phrase, begins)) || (joined !== '' && words.includes(asPart(joined, begins)))) return true;
  return apart.length > 1 && apart.every((word, index) => words.includes(asPart(word, begins && index === apart.length - 1)));
}

function asPart(words: string, begins: boolean): string {
  return begins ? ` ${words}` : ` ${words} `;
}

/**
 * Returns the highest certainty with which keys include a term's number; null: they do not.
 * @param keys keys of stored numbers, with a blank before and after each
 */
export function certaintyOfKeys(keys: string, { numbers, begins }: SearchTerm, mark = ''): NumberCertainty | null {
  let surest: NumberCertainty | null = null;
  for (const { key, whole, certainty } of numbers) {
    if (surest !== null && numberCertainties.indexOf(certainty) >= numberCertainties.indexOf(surest)) continue;
    if (keys.includes(asPart(`${mark}${key}`, begins && !whole))) surest = certainty;
  }
  return surest;
}

/**
 * Returns how certainly a recording matches a term by its words, its number, or another spelling of its words; null: it does not match.
 * @param keys as in `certaintyOfKeys`
 */
export function certaintyOfTerm(words: string, keys: string, term: SearchTerm, mark = ''): NumberCertainty | null {
  if (holdsTermWords(words, term)) return 'certain';
  const byNumber = certaintyOfKeys(keys, term, mark);
  if (byNumber === 'certain' || byNumber === 'possible') return byNumber;
  return holdsAlike(words, term) ? 'possible' : byNumber;
}

/** Returns true if a text has another spelling of the words. @param words as in `holdsTermWords` */
export function holdsAlike(words: string, { alike, begins }: SearchTerm): boolean {
  return alike.some((spelling) => words.includes(asPart(spelling, begins)));
}

/** Returns the certainty of a result: that of its least certain term. Null: certain. */
export function leastCertainty(found: readonly (NumberCertainty | null)[]): 'possible' | 'damaged' | null {
  if (found.includes('damaged')) return 'damaged';
  return found.includes('possible') ? 'possible' : null;
}

/**
 * Returns true if each searched word is the beginning of a word of a text. An empty search matches nothing.
 * @param words `foldedWords` of the text
 */
export function holdsBeginnings(words: string, asked: readonly string[]): boolean {
  const line = ` ${words}`;
  return asked.length > 0 && asked.every((word) => line.includes(` ${word}`));
}

/** Returns the words that a search text for one field consists of, for `holdsBeginnings`. */
export function beginningsOf(text: string): readonly string[] {
  return foldedWords(text.slice(0, maxFieldChars))
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, maxFieldWords);
}

/** Largest number of characters that are searched in a field; nobody types more. */
const maxFieldChars = 1_000;
const maxFieldWords = 32;

/** Marks a word as the key of a number: no other word contains this sign. */
export const keyMark = '=';

/** Returns true if a line matches a term. The line has words and then marked keys, with a blank before and after each. */
export function holdsTerm(line: string, term: SearchTerm): boolean {
  return certaintyOfTerm(line, line, term, keyMark) !== null;
}

/** Returns texts of which every line that matches the term contains at least one, for a fast preliminary search. Empty: there are no such texts. */
export function hintsOf({ words, begins, numbers, apart, joined, alike }: SearchTerm): readonly string[] {
  const phrases = [words, joined, ...alike].filter((each) => each !== '').map((each) => asPart(each, begins));
  const parts = apart.length > 1 ? [` ${apart.reduce((longest, part) => (part.length > longest.length ? part : longest))}`] : [];
  if (numbers.length === 0) return [...phrases, ...parts];
  const exact = ({ key }: NumberKey): boolean => !key.startsWith('u');
  const end = commonEnd(numbers.filter(exact).map(({ key }) => key.slice(1)));
  if (end.length < leastHint) return [];
  const rounded = numbers.filter((number) => !exact(number)).map(({ key }) => ` ${keyMark}${key.slice(0, leastHint)}`);
  // If a number is typed in one piece, its keys have the same ending as its words.
  return [...new Set([end, ...rounded, ...phrases.filter((phrase) => !phrase.includes(end)), ...parts])];
}

/** Smallest length of such a text: shorter ones occur in nearly every line. */
const leastHint = 4;

function commonEnd([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.endsWith(first.slice(first.length - length))) length--;
  return first.slice(first.length - length);
}
