// Defines equal texts and words for the catalog, `search`, pages and cases. The catalog and the data of a viewer hold folded words, so that no
// tokenizer of SQLite and no collation of a browser matters.
//
// Folding ignores case and marks, the ways in which Unicode writes one letter (NFKD: full-width letters, ligatures, circled letters), invisible
// characters, and the variants of apostrophes and dashes. Letters that other systems replace are replaced as well: ß by ss, ø by o. A false match
// does less harm than a missed one. Transcription (Mueller for Müller) is in src/core/words/transcription.ts: it gives possible matches, never
// certain ones.

/** Letters that NFKD does not decompose, with their common replacements. */
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

/** Soft hyphens, joiners, direction marks, variation selectors: invisible characters in texts. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}]+/gu;
/**
 * Apostrophes, single quotes, primes, and characters that Unicode counts as letters but that are typed as apostrophes (U+02BC in Ukrainian, U+02BB in
 * Hawaiian names). NFKD turns a standalone accent into a blank and a combining accent.
 */
const apostrophe =
  /[`\u02b9\u02bb-\u02bf\u02c8\u02ca\u02cb\u2018-\u201b\u2032\u2035\u055a\u05f3\u07f4\u07f5\u275b\u275c\ua78b\ua78c]| [\u0300\u0301\u0313\u0314]/gu;
const quote = /[\u00ab\u00bb\u02ba\u201c-\u201f\u2033\u2036\u05f4\u275d\u275e\u3003\u301d-\u301f]/gu;
const dash = /[\p{Pd}\u2043\u2212]/gu;
const slash = /[\u2044\u2215]/gu;
const blank = /\p{Zs}/gu;

/**
 * Folds a text: removes case, marks, invisible characters, and differences between the variants of a letter, a digit, an apostrophe or a dash. Other
 * characters and blanks stay.
 */
export function foldedText(text: string): string {
  const folded = isAscii(text) ? text : text.replace(beyondAscii, foldedRun);
  return folded.toLowerCase().replaceAll('`', "'");
}

/** Matches characters beyond ASCII, with a blank before them, because an accent after a blank is an apostrophe. Each such run is folded by itself. */
const beyondAscii = / ?[^\u0000-\u007f]+/g;

const foldedRun = remembered((run) => {
  const plain = plainRun(run).replace(/\p{M}+/gu, '');
  // Upper case turns ß into SS and merges lower-case variants. The capital ẞ becomes ß first.
  return plain
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replace(letter, (found) => letters[found] ?? found)
    .replace(apostrophe, "'");
});

/** Number and length of runs whose results are remembered. A longer one would keep the text in memory of which it is a part. */
const mostRuns = 4_000;
const mostRunChars = 12;

/** Remembers the results of a function for short texts, e.g. single letters, which occur again and again. */
function remembered(convert: (run: string) => string): (run: string) => string {
  const known = new Map<string, string>();
  return (run) => {
    if (run.length > mostRunChars) return convert(run);
    const before = known.get(run);
    if (before !== undefined) return before;
    const made = convert(run);
    if (known.size >= mostRuns) known.clear();
    known.set(run, made);
    return made;
  };
}

/**
 * Folds a text to its words, joined by single blanks. A word is a run of letters and digits (and private-use characters, which fonts of old systems
 * use for letters).
 */
export function foldedWords(text: string): string {
  // The general expression takes ten times as long, and most texts are ASCII.
  const separators = isAscii(text) ? /[^a-z0-9]+/g : /[^\p{L}\p{N}\p{Co}]+/gu;
  return foldedText(text).replace(separators, ' ').trim();
}

/** Number of digits from which a run of digits inside a word also counts as a word. */
const insideDigits = 6;
const inside = new RegExp(`[0-9]{${insideDigits},}`, 'g');

/**
 * Returns the words of a searchable value: its `foldedWords`, followed by the long runs of digits inside words with letters, e.g. the number in
 * `rec0701740605x.wav`.
 */
export function searchedWords(value: string): string {
  const words = foldedWords(value);
  const runs = words.match(inside);
  if (runs === null) return words;
  const known = new Set(words.split(' '));
  return [words, ...new Set(runs.filter((run) => !known.has(run)))].join(' ');
}

/**
 * Simplifies the characters of a text: digits of any script become 0 to 9; apostrophes, quotes, dashes, slashes and blanks become one kind each;
 * invisible characters are removed. Numbers are parsed from the result.
 */
export function plainText(text: string): string {
  return isAscii(text) ? text : text.replace(beyondAscii, plainRun).replaceAll('`', "'");
}

const plainRun = remembered((run) =>
  run
    .normalize('NFKD')
    .replace(invisible, '')
    .replace(/(?![0-9])\p{Nd}/gu, digitOf)
    .replace(apostrophe, "'")
    .replace(quote, '"')
    .replace(dash, '-')
    .replace(slash, '/')
    .replace(blank, ' '),
);

/** Characters that may stand between the digits of one number, for a character class that is applied to `plainText`. */
export const betweenDigits = String.raw`\s()\[\]./\\_\-·\u2219\u22c5\u30fb\u30fc\u203f`;

/**
 * Converts a digit of any script. Digits form runs of ten from 0 to 9 (Unicode standard, section 4.6); two runs may be adjacent, e.g. those of
 * Myanmar at U+116DA.
 */
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
