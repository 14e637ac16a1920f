import { foldedText, foldedWords, plainText } from './fold-text.ts';

// Letters that are written with two where a keyboard or an old system lacks them: Müller and Mueller, Åse and Aase, Groß and Gross. Two names that differ in this alone are
// perhaps one and never certainly: Joel is no Jöl. O'Brien and OBrien are such a pair as well.

/** Letters with what stands for them, German and Scandinavian. */
const pairs: Readonly<Record<string, string>> = { ä: 'ae', æ: 'ae', ö: 'oe', ø: 'oe', œ: 'oe', ü: 'ue', å: 'aa' };
const written = new RegExp(`[${Object.keys(pairs).join('')}]`, 'gu');
/** Folding writes these with two letters that are no proof of them. */
const double = /[ßæœþ]/gu;

/** The words of a text, each with one letter for what may be one: two texts that are perhaps the same have the same. */
export function alikeWords(text: string): string {
  return shortenedWords(foldedWords(withoutApostrophes(foldedText(text))));
}

/** Folded words with one letter for each pair that may be one. */
export function shortenedWords(words: string): string {
  return words.replace(/a[ae]+/g, 'a').replace(/([ou])e+/g, '$1');
}

/** True where two texts of the same folded words have the same letters as well: Groß and Gross have not. */
export function hasSameLetters(one: string, other: string): boolean {
  return doublesOf(one) === doublesOf(other);
}

function doublesOf(text: string): string {
  return (plainText(text).toLowerCase().match(double) ?? []).sort().join('');
}

/** Ways to spell one text that are looked for; a name with more has the first of them. */
const mostSpellings = 8;

/** Letters that are left of a word at the least: half of a language is like `no` and `jo`. */
const leastLetters = 3;

/** How the words of a text may be written by somebody else: folded, without the way in which they stand there. Empty: in no other way. */
export function otherSpellings(text: string): readonly string[] {
  const own = foldedWords(text);
  // Ids and codes are nobody's name.
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

/** Words with some or all of their pairs as one letter. */
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
