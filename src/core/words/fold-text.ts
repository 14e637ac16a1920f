// What counts as the same text, and what a word is: the one rule of the catalog, of `search`, of pages and of cases. The catalog and the data of a viewer
// hold folded words, so nothing else has an opinion: no tokenizer of SQLite, no collation of a browser.
//
// Case and marks do not count, nor do the ways in which Unicode writes one letter (NFKD: full-width letters, ligatures, letters in circles), signs that
// nobody sees, and which of several apostrophes or dashes was typed. Letters that other systems write with others are written with those: ß and ss, ø and o.
// Finding more is the safer mistake. What was transcribed (Mueller for Müller) is in src/core/words/transcription.ts: it is perhaps the same, and never certain.

/** Letters that NFKD leaves whole, as who lacks them types them. */
const letters: Readonly<Record<string, string>> = {
  ø: 'o',
  œ: 'oe',
  æ: 'ae',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ς: 'σ',
  ґ: 'г',
};
const letter = new RegExp(`[${Object.keys(letters).join('')}]`, 'gu');

/** Soft hyphens, joiners, marks of direction, variation selectors: they are in a text and nobody sees them. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}]+/gu;
/** Apostrophes, single quotes, primes, and what Unicode counts as letters and is typed as one of them (U+02BC of Ukrainian, U+02BB of Hawaiian names). Behind a blank: an accent that stands alone, by NFKD. */
const apostrophe =
  /[`\u02b9\u02bb-\u02bf\u02c8\u02ca\u02cb\u2018-\u201b\u2032\u2035\u055a\u05f3\u07f4\u07f5\u275b\u275c\ua78b\ua78c]| [\u0300\u0301\u0313\u0314]/gu;
const quote = /[\u00ab\u00bb\u02ba\u201c-\u201f\u2033\u2036\u05f4\u275d\u275e\u3003\u301d-\u301f]/gu;
const dash = /[\p{Pd}\u2043\u2212]/gu;
const slash = /[\u2044\u2215]/gu;
const blank = /\p{Zs}/gu;

/** Folds a text: without case, marks, invisible signs and the several ways to write a letter, a digit, an apostrophe, a dash. Other signs and blanks stay. */
export function foldedText(text: string): string {
  if (isAscii(text)) return text.toLowerCase().replaceAll('`', "'");
  const plain = plainText(text).replace(/\p{M}+/gu, '');
  // By way of capitals: ß is SS there, and the small letters that share one become the same. The capital ẞ is ß first.
  return plain
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replace(letter, (found) => letters[found] ?? found)
    .replace(apostrophe, "'");
}

/** Folds a text to its words, joined by single blanks. A word is a run of letters and digits (and of signs of private use, which fonts of old systems have for letters). */
export function foldedWords(text: string): string {
  // The long way takes ten times as long, and most texts are ASCII.
  const separators = isAscii(text) ? /[^a-z0-9]+/g : /[^\p{L}\p{N}\p{Co}]+/gu;
  return foldedText(text).replace(separators, ' ').trim();
}

/** Digits from which on those inside a word with letters are a word as well. */
const insideDigits = 6;
const inside = new RegExp(`[0-9]{${insideDigits},}`, 'g');

/** The words of a value that is searched: `foldedWords`, and behind them the long runs of digits in words with letters, e.g. the number in `rec0701740605x.wav`. */
export function searchedWords(value: string): string {
  const words = foldedWords(value);
  const runs = words.match(inside);
  if (runs === null) return words;
  const known = new Set(words.split(' '));
  return [words, ...new Set(runs.filter((run) => !known.has(run)))].join(' ');
}

/** A text in Unicode's plainest signs: digits of any script as 0 to 9, one kind of apostrophe, quote, dash, slash and blank, nothing invisible. Numbers are read from it. */
export function plainText(text: string): string {
  if (isAscii(text)) return text;
  return text
    .normalize('NFKD')
    .replace(invisible, '')
    .replace(/(?![0-9])\p{Nd}/gu, digitOf)
    .replace(apostrophe, "'")
    .replace(quote, '"')
    .replace(dash, '-')
    .replace(slash, '/')
    .replace(blank, ' ');
}

/** Signs that may stand between the digits of one number, as the inside of a character class of a text that is plain. */
export const betweenDigits = String.raw`\s()\[\]./\\_\-·\u2219\u22c5\u30fb\u30fc\u203f`;

/** Digits lie in runs of ten from 0 to 9 (Unicode standard, section 4.6); two runs may touch, as those of Myanmar at U+116DA. */
function digitOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}
