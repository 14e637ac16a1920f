import type { ByteReader } from '../../core/base/bytes.ts';
import type { Finding } from '../../core/findings/finding.ts';
import type { CsvDialect, Row } from '../text/types.ts';
import { readCsv, sniffCsv } from './csv.ts';

/** How a separated table names its columns, and what is known of the way it is written. */
export interface SeparatedOptions {
  readonly place: string;
  readonly declaredEncoding: string | null;
  /** Null: found out. */
  readonly separator: CsvDialect['separator'] | null;
  /** The first row names the columns; it is no record, also where `names` says what they are called. */
  readonly hasHeader: boolean;
  /** Names of the columns, in order; null: those of the first row. */
  readonly names: readonly string[] | null;
}

/** The columns' names, once, before the first record. */
export interface SeparatedHeader {
  readonly kind: 'header';
  readonly names: readonly string[];
}

/**
 * Reads a separated table whose columns have names, whatever its separator and encoding. Rows are numbered from 1, a header not counted; places of findings count it. A
 * header that is repeated, as in tables that were glued together, is no record. A row may have more or fewer cells than there are columns. An empty file has nothing.
 */
export async function* readSeparated(
  reader: ByteReader,
  options: SeparatedOptions,
  signal: AbortSignal,
): AsyncIterable<SeparatedHeader | Row | Finding> {
  const { place, separator, hasHeader } = options;
  if (reader.size === 0) return;
  const sniffed = await sniffCsv(reader, { declaredEncoding: options.declaredEncoding, place }, signal);
  const dialect: CsvDialect = separator === null ? sniffed.dialect : { ...sniffed.dialect, separator };
  // A separator that somebody named is in no doubt.
  for (const each of sniffed.findings) if (separator === null || (each.code !== 'T110' && each.code !== 'T111')) yield each;
  let { names } = options;
  let begun = false;
  let firstRow: readonly string[] | null = null;
  for await (const item of readCsv(reader, dialect, { place }, signal)) {
    if (item.kind === 'finding') {
      yield item;
      continue;
    }
    if (!begun) {
      begun = true;
      names ??= headerOf(item.cells);
      yield { kind: 'header', names };
      if (hasHeader) {
        firstRow = item.cells;
        continue;
      }
    }
    if (firstRow !== null && item.cells.length === firstRow.length && item.cells.every((cell, i) => cell === firstRow?.[i])) continue;
    yield hasHeader ? { ...item, number: item.number - 1 } : item;
  }
}

/** Names of a first row, so that each column has one of its own: `column 3` for an empty one, `Name (2)` for a second `Name`. */
export function headerOf(cells: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return cells.map((cell, index) => {
    const name = cell.trim() === '' ? `column ${index + 1}` : cell.trim();
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}
