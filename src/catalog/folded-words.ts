import type { SearchTerm } from './search-terms.ts';

/** Words of a text as the index has them: without accents and case. */
export function foldedWords(text: string): string[] {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
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
  const wanted = numbers.map(({ key }) => ({ key, isOpen: begins && !key.startsWith('u') }));
  return ({ text, keys }) => {
    const found = foldedWords(text);
    if (holdsWords(found, phrase, begins)) return true;
    const stored = wanted.length === 0 ? [] : keys.split(' ');
    if (wanted.some(({ key, isOpen }) => stored.some((one) => (isOpen ? one.startsWith(key) : one === key)))) return true;
    return singles.length > 1 && singles.every((each, index) => holdsWords(found, each, begins && index === singles.length - 1));
  };
}
