import { foldedText, foldedWords, plainText } from './fold-text.ts';

// Letters that are written with two letters if a keyboard or an old system lacks them: Müller and Mueller, Åse and Aase, Groß and Gross. Two names
// that differ only in such letters may be one, but never certainly: Joel is not Jöl. O'Brien and OBrien are such a pair as well.

/** German and Scandinavian letters with their replacements. */
const pairs: Readonly<Record<string, string>> = { ä: 'ae', æ: 'ae', ö: 'oe', ø: 'oe', œ: 'oe', ü: 'ue', å: 'aa' };
const written = new RegExp(`[${Object.keys(pairs).join('')}]`, 'gu');
/** Letters that folding writes with two letters, so that these two letters need not have been meant. */
const double = /[ßæœþ]/gu;

/** Returns the words of a text with one common letter for each possible variant: two texts that may be the same have equal results. */
export function alikeWords(text: string): string {
  return shortenedWords(foldedWords(withoutApostrophes(foldedText(text))));
}

/** Returns folded words with one letter for each pair of letters that may be a transcription. */
export function shortenedWords(words: string): string {
  return words.replace(/a[ae]+/g, 'a').replace(/([ou])e+/g, '$1');
}

/** Returns true if two texts with the same folded words also have the same letters. Groß and Gross do not. */
export function hasSameLetters(one: string, other: string): boolean {
  return doublesOf(one) === doublesOf(other);
}

function doublesOf(text: string): string {
  return (plainText(text).toLowerCase().match(double) ?? []).sort().join('');
}

/** Largest number of spellings of one text that are searched; further ones are dropped. */
const mostSpellings = 8;

/** Smallest number of letters of a shortened word: shorter words, e.g. `no` and `jo`, occur too often. */
const leastLetters = 3;

/** Returns other spellings of the words of a text, folded, without the given spelling; empty: there are none. */
export function otherSpellings(text: string): readonly string[] {
  const own = foldedWords(text);
  // Ids and codes are not names.
  if (/\d/.test(own)) return [];
  const whole = foldedWords(withoutApostrophes(foldedText(text)));
  const longer = foldedWords(
    text
      .normalize('NFC')
      .toLowerCase()
      .replace(written, (found) => pairs[found] ?? found),
  );
  const found = new Set([longer, whole]);
  for (const from of [own, whole]) for (const shorter of shortened(from)) found.add(shorter);
  found.delete(own);
  return [...found].filter((words) => words !== '').slice(0, mostSpellings);
}

/** Yields the words with one letter for some or all of their pairs. */
function* shortened(words: string): Generator<string> {
  const places = [...words.matchAll(/a[ae]|[ou]e/g)].map(({ index }) => index).slice(0, 3);
  for (let chosen = 1; chosen < 1 << places.length; chosen++) {
    let made = words;
    for (const [bit, place] of [...places.entries()].reverse()) if (chosen & (1 << bit)) made = made.slice(0, place + 1) + made.slice(place + 2);
    const changed = made.split(' ').filter((word, index) => word !== words.split(' ')[index]);
    if (changed.every((word) => [...word].length >= leastLetters)) yield made;
  }
}

function withoutApostrophes(folded: string): string {
  return folded.replace(/(?<=\p{L})'(?=\p{L})/gu, '');
}
