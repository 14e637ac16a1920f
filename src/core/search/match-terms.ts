import { type NumberCertainty, type NumberKey, numberCertainties } from '../numbers/number-keys.ts';
import { foldedWords } from '../words/fold-text.ts';
import type { SearchTerm } from './search-terms.ts';

// How a term is found in a recording. `src/store/catalog/match-expression.ts` says the same in the language of the index; a property test holds both together.

/** True where the words of a term stand in a text, whatever number it is. @param words `searchedWords` with a blank before and behind them */
export function holdsTermWords(words: string, { words: phrase, begins, apart, joined }: SearchTerm): boolean {
  if (words.includes(asPart(phrase, begins)) || (joined !== '' && words.includes(asPart(joined, begins)))) return true;
  return apart.length > 1 && apart.every((word, index) => words.includes(asPart(word, begins && index === apart.length - 1)));
}

function asPart(words: string, begins: boolean): string {
  return begins ? ` ${words}` : ` ${words} `;
}

/** The surest way in which a term's number is among keys; null: it is not. @param keys of stored numbers, with a blank before and behind each */
export function certaintyOfKeys(keys: string, { numbers, begins }: SearchTerm, mark = ''): NumberCertainty | null {
  let surest: NumberCertainty | null = null;
  for (const { key, whole, certainty } of numbers) {
    if (surest !== null && numberCertainties.indexOf(certainty) >= numberCertainties.indexOf(surest)) continue;
    if (keys.includes(asPart(`${mark}${key}`, begins && !whole))) surest = certainty;
  }
  return surest;
}

/** How a term stands in a recording: its words, its number, its words as somebody else spells them; null: it does not. @param keys as `certaintyOfKeys` has them */
export function certaintyOfTerm(words: string, keys: string, term: SearchTerm, mark = ''): NumberCertainty | null {
  if (holdsTermWords(words, term)) return 'certain';
  const byNumber = certaintyOfKeys(keys, term, mark);
  if (byNumber === 'certain' || byNumber === 'possible') return byNumber;
  return holdsAlike(words, term) ? 'possible' : byNumber;
}

/** True where another spelling of the words stands in a text. @param words as `holdsTermWords` has them */
export function holdsAlike(words: string, { alike, begins }: SearchTerm): boolean {
  return alike.some((spelling) => words.includes(asPart(spelling, begins)));
}

/** How sure it is that what was found is what was asked for: as sure as the term that is least sure. Null: it is. */
export function leastCertainty(found: readonly (NumberCertainty | null)[]): 'possible' | 'damaged' | null {
  if (found.includes('damaged')) return 'damaged';
  return found.includes('possible') ? 'possible' : null;
}

/** True where each word that is asked for begins a word of a text. Nothing asked is nowhere. @param words `foldedWords` */
export function holdsBeginnings(words: string, asked: readonly string[]): boolean {
  const line = ` ${words}`;
  return asked.length > 0 && asked.every((word) => line.includes(` ${word}`));
}

/** What a text asks of one field, for `holdsBeginnings`. */
export function beginningsOf(text: string): readonly string[] {
  return foldedWords(text.slice(0, maxFieldChars))
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, maxFieldWords);
}

/** No person asks a field for more. */
const maxFieldChars = 1_000;
const maxFieldWords = 32;

/** Marks the key of a number where it stands among words: no word has the sign. */
export const keyMark = '=';

/** True where a term is in a line: words, and behind them marked keys, a blank before and behind each. */
export function holdsTerm(line: string, term: SearchTerm): boolean {
  return certaintyOfTerm(line, line, term, keyMark) !== null;
}

/** Texts of which at least one stands in every line that has a term: what is quickly looked for first. Empty: there are none. */
export function hintsOf({ words, begins, numbers, apart, joined, alike }: SearchTerm): readonly string[] {
  const phrases = [words, joined, ...alike].filter((each) => each !== '').map((each) => asPart(each, begins));
  const parts = apart.length > 1 ? [` ${apart.reduce((longest, part) => (part.length > longest.length ? part : longest))}`] : [];
  if (numbers.length === 0) return [...phrases, ...parts];
  const exact = ({ key }: NumberKey): boolean => !key.startsWith('u');
  const end = commonEnd(numbers.filter(exact).map(({ key }) => key.slice(1)));
  if (end.length < leastHint) return [];
  const rounded = numbers.filter((number) => !exact(number)).map(({ key }) => ` ${keyMark}${key.slice(0, leastHint)}`);
  // The words of a number that was typed in one piece end as its keys do.
  return [...new Set([end, ...rounded, ...phrases.filter((phrase) => !phrase.includes(end)), ...parts])];
}

/** Fewer signs stand nearly everywhere. */
const leastHint = 4;

function commonEnd([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.endsWith(first.slice(first.length - length))) length--;
  return first.slice(first.length - length);
}
