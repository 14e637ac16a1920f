/** Matches names of files whose records no spreadsheet shows as rows. */
const trees = /\.(?:json|jsonl|ndjson|xml)$/i;

/**
 * Returns the place of a record for messages: `calls.csv row 17`, `calls.jsonl record 3`. Rows of separated tables have the number that a spreadsheet shows:
 * titles, the header and blank lines count, and a cell with line ends counts as one row. Records of other files are counted from 1.
 * @param path the file, or a table in it
 */
export function rowPlace(path: string, number: number): string {
  return `${path} ${trees.test(path) ? 'record' : 'row'} ${number}`;
}
