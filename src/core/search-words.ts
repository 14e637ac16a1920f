import { askedNumberKeys, type NumberCertainty, type NumberKey, numberCertainties } from './number-keys.ts';

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

/** Something to be looked for in the words and numbers of a recording. */
export interface Needle {
  readonly text: string;
  /** `beginning`: of a word; `anywhere`: also inside one, as the digits of a number in the name of a file. */
  readonly at: 'beginning' | 'anywhere';
  /** Other spellings of the number that it is, each found instead of it; empty: it is none. */
  readonly numbers: readonly NumberKey[];
  /** Its parts, where it was typed with gaps: it may be several numbers, each a word of its own. */
  readonly apart: readonly string[];
}

/** From this many digits on digits are taken for a number. */
const numberDigits = 5;
/** From this many on they are looked for inside words as well. */
const insideDigits = 6;

/**
 * What a typed text asks for; all of it has to be there. A part that is nothing but a telephone number however it is grouped (`070-174 06 05`,
 * `+46 (0)70 1740605`) is looked for in every spelling, by the rule of the catalog, and by its digits without leading zeros and plus anywhere.
 */
export function needlesOf(text: string): Needle[] {
  const needles: Needle[] = [];
  const rest = text.replace(/(?<![\p{L}\p{N}])\+?\(?\d[\d\s()/.-]*\d(?![\p{L}\p{N}])/gu, (number) => {
    // A date or time is none.
    if (/^\d{4}-\d{2}/.test(number)) return number;
    const typed = number.replace(/\D/g, '');
    if (typed.length < numberDigits) return number;
    const digits = number.replaceAll('(0)', '').replace(/\D/g, '').replace(/^0+/, '');
    const where = digits.length < insideDigits ? ({ text: typed, at: 'beginning' } as const) : ({ text: digits, at: 'anywhere' } as const);
    needles.push({ ...where, numbers: askedNumberKeys(number), apart: foldedWords(number).split(' ') });
    return ' ';
  });
  for (const word of foldedWords(rest).split(' ')) if (word !== '') needles.push({ text: word, at: 'beginning', numbers: [], apart: [] });
  return needles;
}

/** A number's key as it stands among words that are to be searched: no word has the sign. */
export function keyWord(key: string): string {
  return `=${key}`;
}

/** True where a needle is in a line: words and behind them key words, each behind a blank. */
export function holdsNeedle(line: string, needle: Needle): boolean {
  return holdsWords(line, needle) || certaintyInWords(line, needle.numbers) !== null;
}

/** The same of the words alone, as they were typed. */
export function holdsWords(line: string, { text, at, numbers, apart }: Needle): boolean {
  const keysAt = line.indexOf(` ${keyWord('')}`);
  const words = keysAt < 0 ? line : line.slice(0, keysAt);
  if (at === 'anywhere' && words.includes(text)) return true;
  // Whoever types digits leaves the plus out.
  if (at === 'beginning' && (words.includes(` ${text}`) || (numbers.length > 0 && words.includes(` +${text}`)))) return true;
  return apart.length > 1 && apart.every((word) => words.includes(` ${word}`));
}

/** How sure it is that a number is the one asked for, by the key words in a line; null: it is not there. */
export function certaintyInWords(line: string, numbers: readonly NumberKey[]): NumberCertainty | null {
  if (numbers.length === 0) return null;
  const ended = `${line} `;
  const found = numbers.filter(({ key, whole }) => ended.includes(` ${keyWord(key)}${whole ? ' ' : ''}`)).map(({ certainty }) => certainty);
  return numberCertainties.find((certainty) => found.includes(certainty)) ?? null;
}

/** Texts of which at least one stands in every line that has a needle: what is quickly looked for first. Empty: there are none. */
export function hintsOf({ text, at, numbers, apart }: Needle): readonly string[] {
  const open = numbers.filter(({ key }) => !key.startsWith('u')).map(({ key }) => key.slice(1));
  const end = commonEnd([text, ...open]);
  if (numbers.length > 0 && end.length < leastHint) return [];
  const rounded = numbers.flatMap(({ key }) => (key.startsWith('u') ? [` ${keyWord(key.slice(0, leastHint))}`] : []));
  const parts = apart.length > 1 ? [` ${apart.reduce((longest, part) => (part.length > longest.length ? part : longest))}`] : [];
  return [...new Set([numbers.length === 0 && at === 'beginning' ? ` ${text}` : end, ...rounded, ...parts])];
}

/** Fewer signs stand nearly everywhere. */
const leastHint = 4;

function commonEnd([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.endsWith(first.slice(first.length - length))) length--;
  return first.slice(first.length - length);
}
