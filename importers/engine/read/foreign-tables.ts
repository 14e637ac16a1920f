import type { ByteReader } from '../../../src/core/base/bytes.ts';
import { extension } from '../../../src/core/base/safe-path.ts';
import { type Finding, finding } from '../../../src/core/findings/finding.ts';
import { findingTable } from '../../../src/core/findings/finding-table.ts';
import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { Entry, Source } from '../../../src/core/model/source.ts';
import { sniffCsv } from '../../../src/tables/csv/csv.ts';
import { peekRows, peekTables } from '../../../src/tables/peek-tables.ts';
import { readRecords } from '../../../src/tables/records.ts';
import { tableKind } from '../../../src/tables/sql/table-kind.ts';
import { headText } from '../../../src/tables/text/record-place.ts';
import { withoutRotation } from '../../../src/tables/text/rotated-name.ts';
import type { TableKind } from '../../../src/tables/text/types.ts';
import type { Shape } from '../records/shape.ts';
import { isTableName } from '../records/table-name.ts';

/** Largest number of foreign tables that are opened per source: enough to name them. */
const mostTables = 32;

/**
 * Largest size of a file that is read completely to find damage. In a larger file that is cut off, the beginning shows to which importer it belongs, and that
 * importer reports the damage. A file that is cut off or damaged within its first record shows nothing.
 */
const smallBytes = 256 * 1024;

/** Findings that do not show that a file is a damaged separated table: any text with commas causes them. */
const cutRows: ReadonlySet<string> = new Set(['T112', 'T161']);

/** Report on a file that does not belong to an importer. */
export interface Foreign {
  /** Names of its columns, empty if there is no header; null if it is not a table, or if the limit of tables is reached. */
  readonly columns: readonly string[] | null;
  /** Findings, if the file may be an empty, truncated or damaged table or document of the importer. */
  readonly findings: readonly Finding[];
}

const nothing: Foreign = { columns: null, findings: [] };

/**
 * Returns a function that examines files which do not belong to an importer.
 * @param isOwnName returns true if the importer would accept a file of that name as a table or document, depending on its content
 */
export function createForeignReader(
  options: Pick<ImportOptions, 'encoding' | 'scratch'>,
  isOwnName: (path: string) => boolean,
): (source: Source, entry: Entry, signal: AbortSignal) => Promise<Foreign> {
  let looked = 0;
  return async (source, entry, signal) => {
    const { path, size } = entry;
    if (size === 0) return isOwnName(path) ? { columns: null, findings: [emptyFile(path)] } : nothing;
    const isSmall = size <= smallBytes && isSurelyTable(path);
    if (!isTableName(path) || (looked >= mostTables && !isSmall)) return nothing;
    const reader = await source.open(entry, signal);
    const kind = await tableKind(reader, withoutRotation(path), signal);
    const findings = isSmall ? await damageOf(reader, path, kind ?? kindOfName(path), options, signal) : [];
    const columns = kind === null || looked >= mostTables ? null : await columnsOf(reader, path, kind, options, signal);
    if (columns !== null) looked++;
    return { columns, findings };
  };
}

/** Returns true if a file of that name would be a table or document of one of these shapes, depending on its content. */
export function isNameOf(shapes: readonly Shape[], path: string): boolean {
  return shapes.some(({ at }) => {
    if (at.kind === 'document') return at.file.test(path);
    // A family that reads documents of any name recognises them by content.
    if (at.kind === 'given') return at.isFile(path) && (at.as === 'table' || isSurelyTable(path));
    return at.kind === 'table' && (at.file === undefined ? isSurelyTable(path) : at.file.test(path) && !/\.txt$/i.test(path));
  });
}

/** Returns true if a file has a table's name that ordinary texts do not have. */
export function isSurelyTable(path: string): boolean {
  return isTableName(path) && extension(withoutRotation(path)).toLowerCase() !== '.txt';
}

/** Returns the finding for a table or document of 0 bytes. */
export function emptyFile(path: string): Finding {
  return finding('T162', path, 'its name is that of a table or document, and it has 0 bytes');
}

/** Returns the kind by name for XML and JSON files that have lost even their first character. */
function kindOfName(path: string): TableKind | null {
  const ending = extension(withoutRotation(path)).toLowerCase();
  return ending === '.xml' ? 'xml' : ending === '.json' ? 'json' : null;
}

/** Returns the first error that shows damage in a small table or document; null if there is none. */
async function damageOf(
  reader: ByteReader,
  path: string,
  kind: TableKind | null,
  { encoding, scratch }: Pick<ImportOptions, 'encoding' | 'scratch'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (kind === null) return [];
  for await (const item of readRecords(reader, { place: path, kind, declaredEncoding: encoding, scratch }, signal)) {
    if (item.kind !== 'finding') continue;
    if (kind === 'csv' ? cutRows.has(item.code) : findingTable.get(item.code)?.severity === 'error') return [item];
  }
  return kind === 'csv' && (await isCutRow(reader, path, encoding, signal))
    ? [finding('T161', path, 'ends within its first row: there is no line end, and the row is not a header')]
    : [];
}

async function isCutRow(reader: ByteReader, place: string, declaredEncoding: string | null, signal: AbortSignal): Promise<boolean> {
  if (/[\r\n]/.test(await headText(reader, declaredEncoding, signal))) return false;
  const [row] = await peekRows(reader, place, declaredEncoding, signal);
  return row === undefined || (row.cells.length > 1 && !row.cells.every(isHeading));
}

async function columnsOf(
  reader: ByteReader,
  path: string,
  kind: TableKind,
  { encoding, scratch }: Pick<ImportOptions, 'encoding' | 'scratch'>,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  const sniffed = kind === 'csv' ? await sniffCsv(reader, { declaredEncoding: encoding, place: path }, signal) : null;
  if (sniffed !== null && (sniffed.columns ?? 0) < 2) return null;
  // A text with commas: nothing shows whether its first line is a header.
  if (sniffed !== null && sniffed.hasHeader === null && /\.txt$/i.test(path)) return null;
  const peeked = await peekTables(reader, path, { kind, declaredEncoding: encoding, scratch }, signal);
  const columns = peeked.find((table) => table.columns.length > 1)?.columns;
  if (columns === undefined) return null;
  // A name with digits may be a value: in a first row that is not a header, or in a number as the name of a member.
  return sniffed?.hasHeader === false ? [] : columns.filter((name) => isHeading(name));
}

function isHeading(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_ .:#/()-]{0,39}$/u.test(name) && !/\d{3}/.test(name);
}
