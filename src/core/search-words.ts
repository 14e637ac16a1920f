// How the page and its data agree on words. The same rules as those of the catalog's full-text index (unicode61): letters, digits and "+" make
// words, case and accents do not count, so that å is found by a. What was typed with accents in one system and without in another is found.

/** A text as words, folded and joined by single blanks: without case, accents and signs. Letters that are no base with an accent (ø, ß) stay. */
export function foldedWords(text: string): string {
  // Most of it is plain ASCII, for which the long way takes ten times as long.
  if (/^[\x20-\x7e]*$/.test(text))
    return text
      .toLowerCase()
      .replace(/[^a-z0-9+]+/g, ' ')
      .trim();
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^\p{L}\p{N}+]+/gu, ' ')
    .trim();
}

/** Something to be looked for in folded words. */
export interface Needle {
  readonly text: string;
  /** `beginning`: of a word; `anywhere`: also inside one, as the digits of a number whose spelling may differ at its beginning. */
  readonly at: 'beginning' | 'anywhere';
}

/** From this many digits on a number is looked for inside longer ones. */
const numberDigits = 6;

/**
 * What a typed text asks for; all of it has to be there. A part that is nothing but a telephone number however it is grouped (`070-174 06 05`,
 * `+46 (0)70 1740605`) is looked for by its digits without leading zeros and plus, in longer numbers too: the national way of writing
 * finds the international one.
 */
export function needlesOf(text: string): Needle[] {
  const needles: Needle[] = [];
  const rest = text.replace(/(?<![\p{L}\p{N}])\+?\d[\d\s()/.-]*\d(?![\p{L}\p{N}])/gu, (number) => {
    // A date or time is none.
    if (/^\d{4}-\d{2}/.test(number)) return number;
    const digits = number.replaceAll('(0)', '').replace(/\D/g, '').replace(/^0+/, '');
    if (digits.length < numberDigits) return number;
    needles.push({ text: digits, at: 'anywhere' });
    return ' ';
  });
  for (const word of foldedWords(rest).split(' ')) if (word !== '') needles.push({ text: word, at: 'beginning' });
  return needles;
}
