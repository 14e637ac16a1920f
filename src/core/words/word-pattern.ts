/**
 * Returns an expression that matches a folded text wherever the text may have a word, also in another spelling (see transcription.ts), with apostrophes or
 * backslashes, or as a part of another word; null if every text may have it. It matches every part of a text that itself has the word, so a text without a match has no part
 * with the word.
 * @param word folded
 */
export function wordPattern(word: string): RegExp | null {
  // Other spellings differ in an e after another vowel, and in the number of a's.
  const letters = [...word.replace(/e/g, '').replace(/a+/g, 'a')];
  if (letters.length === 0) return null;
  return new RegExp(
    letters.map((letter, at) => escaped(letter) + (at === letters.length - 1 ? '' : letter === 'a' ? between.a : between.other)).join(''),
  );
}

/** What may follow a letter before the next one. */
const between = { a: "[ae'\\\\]*", other: "[e'\\\\]*" };

function escaped(letter: string): string {
  return letter.replace(/[$()*+.?[\\\]^{|}]/, '\\$&');
}
