import type { SearchTerm, SearchTerms } from '../../core/search/search-terms.ts';

// The rules of src/core/search/match-terms.ts as FTS5 expressions. The indexed text is already folded, so the tokenizer only splits words at blanks.

/** Returns the expression for a text over the columns `text` and `keys`; null if the text is empty. */
export function matchOf({ terms }: SearchTerms): string | null {
  return terms.length === 0 ? null : terms.map(termOf).join(' AND ');
}

/** Returns the expression for word prefixes in one column; null if there are no words. @param words folded */
export function columnMatch(column: string, words: readonly string[]): string | null {
  return words.length === 0 ? null : `${column} : (${words.map((word) => quoted(word, true)).join(' AND ')})`;
}

function termOf({ words, begins, numbers, apart, joined, alike }: SearchTerm): string {
  const ways = [`text : ${quoted(words, begins)}`];
  if (numbers.length > 0) ways.push(`keys : (${numbers.map(({ key, whole }) => quoted(key, begins && !whole)).join(' OR ')})`);
  if (joined !== '') ways.push(`text : ${quoted(joined, begins)}`);
  if (apart.length > 1) ways.push(`text : (${apart.map((word, index) => quoted(word, begins && index === apart.length - 1)).join(' AND ')})`);
  for (const spelling of alike) ways.push(`text : ${quoted(spelling, begins)}`);
  return ways.length === 1 ? (ways[0] ?? '') : `(${ways.join(' OR ')})`;
}

/** Quotes words; several words form a phrase. */
function quoted(words: string, begins: boolean): string {
  return `"${words}"${begins ? ' *' : ''}`;
}
