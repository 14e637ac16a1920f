import type { RowReader, RowReaderOf } from './row-reader.ts';

/** A row with more characters, or more lines, is not a row: a quote was not closed. */
const mostRowChars = 64 * 1024;
const mostRowLines = 500;

/** Characters before a quote that opens a cell. */
const beforeCell = new Set([...' ,;\t|:^~\u001f']);

/**
 * Joins the lines of rows whose cells have line ends. A quote that nobody closed must not hide the rows after it: every line with an odd number of quotes ends
 * one join and begins another. The quotes say which of the two is a row; in the other one, words count only beside each other.
 */
export const csvRows: RowReaderOf = (_person, { text }): RowReader => {
  let joined: string[] = [];
  let chars = 0;
  let from = 0;
  let isInside = false;
  let isRow = false;
  const drop = (): void => {
    joined = [];
    chars = 0;
  };
  return {
    begin: () => undefined,
    take: (line, number) => {
      const quotes = quotesIn(line);
      const isOdd = quotes % 2 === 1;
      if (joined.length > 0) {
        joined.push(line);
        chars += line.length;
        if (isOdd) text(joined.join(''), from, number, isRow ? 'row' : 'text');
      }
      if (quotes > 0) isInside = endsInside(line, isInside);
      if (isOdd) {
        drop();
        joined.push(line);
        [chars, from, isRow] = [line.length, number, isInside];
      } else if (joined.length > mostRowLines || chars > mostRowChars) {
        drop();
        isInside = false;
      }
    },
    end: () => drop(),
  };
};

function quotesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++;
  return count;
}

/** Returns true if a line ends inside a quoted cell. */
function endsInside(text: string, isInside: boolean): boolean {
  let inside = isInside;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    if (!inside) inside = at === 0 || beforeCell.has(text[at - 1] ?? '');
    else if (text[at + 1] === '"') at++;
    else inside = false;
  }
  return inside;
}
