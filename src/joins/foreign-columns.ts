import type { ImportOptions } from '../core/importer.ts';
import type { Entry, Source } from '../core/source.ts';
import { sniffCsv } from '../tables/csv.ts';
import { peekTables } from '../tables/peek-tables.ts';
import { tableKind } from '../tables/table-kind.ts';
import { isTableName, withoutRotation } from './table-name.ts';

/** Tables of others that are looked into for each source: enough to name them. */
const mostTables = 32;

/** Looks into tables that an importer does not know. The function gives the names of the columns, none where there is no header; null: no table, or one too many. */
export function createColumnsOf(
  options: Pick<ImportOptions, 'encoding' | 'scratch'>,
): (source: Source, entry: Entry, signal: AbortSignal) => Promise<readonly string[] | null> {
  let looked = 0;
  return async (source, entry, signal) => {
    const { path } = entry;
    if (entry.size === 0 || !isTableName(path) || looked >= mostTables) return null;
    const reader = await source.open(entry, signal);
    const kind = await tableKind(reader, withoutRotation(path), signal);
    if (kind === null) return null;
    const sniffed = kind === 'csv' ? await sniffCsv(reader, { declaredEncoding: options.encoding, place: path }, signal) : null;
    if (sniffed !== null && (sniffed.columns ?? 0) < 2) return null;
    // A text with commas in it: nothing tells whether its first line is a header.
    if (sniffed !== null && sniffed.hasHeader === null && /\.txt$/i.test(path)) return null;
    const peeked = await peekTables(reader, path, { kind, declaredEncoding: options.encoding, scratch: options.scratch }, signal);
    const columns = peeked.find(({ columns }) => columns.length > 1)?.columns;
    if (columns === undefined) return null;
    looked++;
    // What holds digits may be a value: a first row that is no header, a number as the name of a member.
    return sniffed?.hasHeader === false ? [] : columns.filter((name) => isHeading(name));
  };
}

function isHeading(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_ .:#/()-]{0,39}$/u.test(name) && !/\d{3}/.test(name);
}
