import type { ByteReader } from '../../core/base/bytes.ts';
import type { Finding } from '../../core/findings/finding.ts';
import type { CsvDialect, Row } from '../text/types.ts';
import { readCsv, sniffCsv } from './csv.ts';

/** How a separated table names its columns, and known parts of its dialect. */
export interface SeparatedOptions {
  readonly place: string;
  readonly declaredEncoding: string | null;
  /** Separator; null: it is detected. */
  readonly separator: CsvDialect['separator'] | null;
  /** True: the first row names the columns and is not a record, even if `names` replaces its names. */
  readonly hasHeader: boolean;
  /** Names of the columns, in order; null: the first row names them. */
  readonly names: readonly string[] | null;
  /** Number of lines before the table, e.g. titles. Absent: 0. */
  readonly skipLines?: number;
}

/** The names of the columns, yielded once, before the first record. */
export interface SeparatedHeader {
  readonly kind: 'header';
  readonly names: readonly string[];
  readonly separator: CsvDialect['separator'];
}

/**
 * Reads a separated table with named columns, in any dialect and encoding. Rows are numbered as in a spreadsheet: the header, lines before it and blank lines
 * count. A repeated header, which concatenated tables have, is not a record. A row may have more or fewer cells than there are columns. An empty file yields
 * nothing.
 */
export async function* readSeparated(
  reader: ByteReader,
  options: SeparatedOptions,
  signal: AbortSignal,
): AsyncIterable<SeparatedHeader | Row | Finding> {
  const { place, separator, hasHeader, skipLines = 0 } = options;
  if (reader.size === 0) return;
  const sniffed = await sniffCsv(reader, { declaredEncoding: options.declaredEncoding, place, skipLines }, signal);
  const dialect: CsvDialect = separator === null ? sniffed.dialect : { ...sniffed.dialect, separator };
  // A separator given by the user is certain.
  for (const each of sniffed.findings) if (separator === null || (each.code !== 'T110' && each.code !== 'T111')) yield each;
  let { names } = options;
  let begun = false;
  let firstRow: readonly string[] | null = null;
  for await (const item of readCsv(reader, dialect, { place, skipLines }, signal)) {
    if (item.kind === 'finding') {
      yield item;
      continue;
    }
    if (!begun) {
      begun = true;
      names ??= headerOf(item.cells);
      yield { kind: 'header', names, separator: dialect.separator };
      if (hasHeader) {
        firstRow = item.cells;
        continue;
      }
    }
    if (firstRow !== null && item.cells.length === firstRow.length && item.cells.every((cell, i) => cell === firstRow?.[i])) continue;
    yield item;
  }
}

/** Returns unique names for the cells of a first row: `column 3` for an empty cell, `Name (2)` for a second `Name`. */
export function headerOf(cells: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return cells.map((cell, index) => {
    const name = cell.trim() === '' ? `column ${index + 1}` : cell.trim();
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}
