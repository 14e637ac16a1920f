import type { SearchTerm } from './search-terms.ts';

/** Words of a text as the index has them: without accents and case. */
export function foldedWords(text: string): string[] {
  return wordsOf(folded(text));
}

function folded(text: string): string {
  // Most texts have no accent, and taking a text apart takes longer than to see that.
  return /[^\u0020-\u007e]/.test(text) ? text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase() : text.toLowerCase();
}

function wordsOf(plain: string): string[] {
  return plain.split(/[^\p{L}\p{N}\p{Co}]+/u).filter((word) => word !== '');
}

/** True where the words stand beside each other in a text; the last of them may go on. */
export function holdsWords(words: readonly string[], wanted: readonly string[], begins: boolean): boolean {
  if (wanted.length === 0) return false;
  return words.some((_, at) =>
    wanted.every((word, index) => {
      const found = words[at + index];
      return found !== undefined && (begins && index === wanted.length - 1 ? found.startsWith(word) : found === word);
    }),
  );
}

/** The same question as `matchOf` gives the index, to be put to one recording at a time. */
export function termMatcher({ words, begins, numbers, apart }: SearchTerm): (row: { readonly text: string; readonly keys: string }) => boolean {
  const phrase = foldedWords(words);
  const singles = apart.map(foldedWords);
  const open = numbers.filter(({ whole }) => begins && !whole).map(({ key }) => ` ${key}`);
  const whole = numbers.map(({ key }) => ` ${key} `);
  return ({ text, keys }) => {
    const stored = ` ${keys} `;
    if (open.some((key) => stored.includes(key)) || whole.some((key) => stored.includes(key))) return true;
    const plain = folded(text);
    // Hardly any text gets past this, and none that has the words is held back.
    const mayHold = (words: readonly string[]): boolean => words.every((word) => plain.includes(word));
    const isPhrase = mayHold(phrase);
    const areSingles = singles.length > 1 && singles.every(mayHold);
    if (!isPhrase && !areSingles) return false;
    const found = wordsOf(plain);
    if (isPhrase && holdsWords(found, phrase, begins)) return true;
    return areSingles && singles.every((each, index) => holdsWords(found, each, begins && index === singles.length - 1));
  };
}
