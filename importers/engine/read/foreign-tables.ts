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
import type { TableKind } from '../../../src/tables/text/types.ts';
import type { Shape } from '../records/shape.ts';
import { isTableName, withoutRotation } from '../records/table-name.ts';

/** Tables of others that are looked into for each source: enough to name them. */
const mostTables = 32;

/**
 * Files that are read whole to see whether they are damaged. What is larger and cut shows in its beginning whose it is, and is read by its importer, which tells the damage; one
 * that is cut or damaged within its first record shows nothing.
 */
const smallBytes = 256 * 1024;

/** Of what makes a separated table damaged: any text with commas in it passes for one. */
const cutRows: ReadonlySet<string> = new Set(['T112', 'T161']);

/** What is said of a file that an importer takes for none of its own. */
export interface Foreign {
  /** The names of its columns, none where there is no header; null: no table, or one too many. */
  readonly columns: readonly string[] | null;
  /** It may be a table or document of the importer's that is empty, cut or damaged. */
  readonly findings: readonly Finding[];
}

const nothing: Foreign = { columns: null, findings: [] };

/**
 * Looks into files that an importer takes for none of its own.
 * @param isOwnName whether the importer would take a file of that name for a table or document, if it held one
 */
export function createForeign(
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

/** Whether a file of that name is a table or document of one of these shapes, if it holds one. */
export function isNameOf(shapes: readonly Shape[], path: string): boolean {
  return shapes.some(({ at }) => {
    if (at.kind === 'document') return at.file.test(path);
    // A family that reads documents of any name says what they are by what they hold.
    if (at.kind === 'given') return at.isFile(path) && (at.as === 'table' || isSurelyTable(path));
    return at.kind === 'table' && (at.file === undefined ? isSurelyTable(path) : at.file.test(path) && !/\.txt$/i.test(path));
  });
}

/** Whether a file has the name of a table that is no name of texts as well. */
export function isSurelyTable(path: string): boolean {
  return isTableName(path) && extension(withoutRotation(path)).toLowerCase() !== '.txt';
}

/** What is told of a table or document of no bytes. */
export function emptyFile(path: string): Finding {
  return finding('T162', path, 'by its name it holds records, and it has 0 bytes');
}

/** XML and JSON of which even the first character is lost. */
function kindOfName(path: string): TableKind | null {
  const ending = extension(withoutRotation(path)).toLowerCase();
  return ending === '.xml' ? 'xml' : ending === '.json' ? 'json' : null;
}

/** The first error that tells of damage in a small table or document. */
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
    ? [finding('T161', path, 'ends within its first row: there is no line end, and the row is no header')]
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
  // A text with commas in it: nothing tells whether its first line is a header.
  if (sniffed !== null && sniffed.hasHeader === null && /\.txt$/i.test(path)) return null;
  const peeked = await peekTables(reader, path, { kind, declaredEncoding: encoding, scratch }, signal);
  const columns = peeked.find((table) => table.columns.length > 1)?.columns;
  if (columns === undefined) return null;
  // What holds digits may be a value: a first row that is no header, a number as the name of a member.
  return sniffed?.hasHeader === false ? [] : columns.filter((name) => isHeading(name));
}

function isHeading(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_ .:#/()-]{0,39}$/u.test(name) && !/\d{3}/.test(name);
}
