import type { SearchTerm, SearchTerms } from '../../core/search/search-terms.ts';

// The rule of src/core/search/match-terms.ts in the language of FTS5. What is indexed is folded already, so that its tokenizer only parts words at blanks.

/** What a text asks for as an expression over the columns `text` and `keys`; null where nothing is asked. */
export function matchOf({ terms }: SearchTerms): string | null {
  return terms.length === 0 ? null : terms.map(termOf).join(' AND ');
}

/** Beginnings of words as an expression over one column; null where there is none. @param words folded */
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

/** Several words in one pair of marks stand beside each other. */
function quoted(words: string, begins: boolean): string {
  return `"${words}"${begins ? ' *' : ''}`;
}
