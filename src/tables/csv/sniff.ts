import type { CsvDialect } from '../text/types.ts';
import { looseCells, scanRecord, usualLineEnd } from './records.ts';

/** How well a dialect explains a sample. */
export interface DialectScore {
  readonly separator: CsvDialect['separator'];
  readonly escape: CsvDialect['escape'];
  /** Column count of most records; 1 if the separator does not occur. */
  readonly columns: number;
  /** Number of records with exactly this count and, below, of all examined records. A damaged line counts as examined. */
  readonly agreeing: number;
  readonly records: number;
}

/** Separators, starting with the one that is least likely in unquoted text. The comma is last, because it may be a decimal comma. */
const separators: readonly CsvDialect['separator'][] = ['\t', ';', '|', ','];
const sniffRecords = 1_000;

/**
 * Scores every dialect by a sample, best first. The score is the square of the share of records that agree on a column count, times the number of separators
 * per record. `complete`: the sample is the whole table.
 */
export function scoreDialects(sample: string, complete: boolean): readonly DialectScore[] {
  const scores = separators.flatMap((separator) => {
    const doubled = score(sample, complete, separator, 'doubled');
    if (!sample.includes('\\"')) return [doubled];
    const escaped = score(sample, complete, separator, 'backslash');
    // RFC 4180 is preferred unless the other dialect explains more, because in `C:\calls\` the backslash is no escape.
    return escaped.agreeing > doubled.agreeing ? [escaped, doubled] : [doubled, escaped];
  });
  return scores
    .map((each, order) => ({ each, order }))
    .sort((a, b) => weight(b.each) - weight(a.each) || a.order - b.order)
    .map(({ each }) => each);
}

/** Returns the value by which scores are compared; 0 if the separator does not occur. */
export function weight(score: DialectScore): number {
  return score.records === 0 ? 0 : (score.agreeing / score.records) ** 2 * (score.columns - 1);
}

function score(sample: string, complete: boolean, separator: CsvDialect['separator'], quoting: CsvDialect['escape']): DialectScore {
  const lineEnd = usualLineEnd(sample);
  const layout = { separator, escape: quoting, lineEnd };
  const counts = new Map<number, number>();
  let records = 0;
  let at = 0;
  while (at < sample.length && records < sniffRecords) {
    const scan = scanRecord(sample, at, layout, complete);
    if (scan.kind === 'more') break;
    if (scan.kind === 'damage') {
      const end = sample.indexOf(lineEnd, at);
      if (end < 0) break;
      at = end + 1;
      records++;
      continue;
    }
    if (scan.end > at) {
      counts.set(scan.columns, (counts.get(scan.columns) ?? 0) + 1);
      records++;
    }
    at = scan.next;
  }
  let columns = 1;
  let agreeing = 0;
  for (const [count, times] of counts) if (times > agreeing || (times === agreeing && count > columns)) [columns, agreeing] = [count, times];
  return { separator, escape: quoting, columns, agreeing, records };
}

/**
 * Returns the separator in an Excel `sep=` line; null if the text does not begin with one, or if the separator is unknown. Source: Excel writes and reads the
 * line; sample `sep-line-excel.csv`.
 */
export function separatorLine(sample: string): CsvDialect['separator'] | null {
  const named = /^"?sep=(.)"?(?:[\r\n]|$)/i.exec(sample)?.[1];
  return separators.find((separator) => separator === named) ?? null;
}

/** Matches a time, a number, a flag or a telephone number, as opposed to a heading. */
const dataLike = /^[+\-'=]?[\d\s.,:/+()TZ-]*\d[\d\s.,:/+()TZ-]*$/;

/**
 * Returns whether the first row names the columns. True: none of its cells looks like data, but a cell below does. False: it has a cell that looks like data
 * above cells that do, too. Null: undecided, because all columns are words or there is only one row.
 */
export function looksLikeHeader(rows: readonly (readonly string[])[]): boolean | null {
  const [first, ...rest] = rows;
  if (first === undefined || rest.length === 0) return null;
  const isData = (cell: string | undefined) => cell !== undefined && dataLike.test(cell.trim());
  const columnIsData = first.map((_, i) => {
    const filled = rest.map((row) => row[i]).filter((cell) => cell !== undefined && cell.trim() !== '');
    return filled.length > 0 && filled.filter(isData).length >= filled.length * 0.8;
  });
  if (!columnIsData.includes(true)) return null;
  if (first.some((cell, i) => columnIsData[i] === true && isData(cell))) return false;
  const words = first.filter((cell) => cell.trim() !== '');
  return words.length > 0 && new Set(words).size === words.length && !words.some(isData) ? true : null;
}

/** Returns the first records of a sample as cells, for the detection of headers. Leaves out records that contain line ends. */
export function firstRows(sample: string, score: DialectScore, complete: boolean): string[][] {
  const lineEnd = usualLineEnd(sample);
  const lines = sample.split(lineEnd).slice(0, 51);
  if (!complete) lines.pop();
  return lines
    .map((line) => looseCells(line.replace(/\r$/, ''), score.separator))
    .filter((cells) => cells !== null && cells.length === score.columns)
    .filter((cells) => cells !== null);
}
