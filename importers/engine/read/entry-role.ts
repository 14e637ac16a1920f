import { sliceReader } from '../../../src/core/base/bytes.ts';
import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { MediaRef } from '../../../src/core/model/recording.ts';
import type { Entry, Source } from '../../../src/core/model/source.ts';
import { type PeekedTable, peekRows, peekTables } from '../../../src/tables/peek-tables.ts';
import { tableKind } from '../../../src/tables/sql/table-kind.ts';
import { withoutRotation } from '../../../src/tables/text/rotated-name.ts';
import type { Row, TableKind } from '../../../src/tables/text/types.ts';
import type { Family, KindByName } from '../records/family.ts';
import { patternsHeld } from '../records/log-lines.ts';
import type { DocumentShape, GivenShape, LogShape, MediumShape, TableLayout, TableShape } from '../records/shape.ts';
import { isTableName } from '../records/table-name.ts';
import { beginning } from '../records/text-document.ts';

/** Number of bytes of a document that are read to recognise it. */
const peekBytes = 4_096;

/** Matches text with control characters that no text file has, and without the byte order mark of UTF-16, whose bytes may have any value. */
const controls = /^(?!\u00ff\u00fe|\u00fe\u00ff)[\s\S]*[\u0001-\u0008\u000e-\u001a\u001c-\u001f]/;

/** A table of a family's shape. */
export interface TableRole {
  readonly table: string;
  readonly shape: number;
  /** Numbers of columns that its rows have, ascending. */
  readonly widths: readonly number[];
  /** Names of the columns, if the table has no header. */
  readonly header?: readonly string[];
  /** How its rows are read, if the family defines it. */
  readonly layout?: TableLayout;
}

/** The role of an entry in a family. */
export type EntryRole =
  | { readonly kind: 'medium'; readonly as: MediaRef['kind']; readonly records: { readonly shape: number; readonly at: MediumShape } | null }
  | { readonly kind: 'document'; readonly shape: number; readonly at: DocumentShape }
  | { readonly kind: 'given'; readonly shape: number; readonly at: GivenShape }
  | { readonly kind: 'log'; readonly shapes: readonly { readonly shape: number; readonly at: LogShape }[] }
  | {
      readonly kind: 'table';
      readonly tableKind: TableKind;
      readonly tables: readonly TableRole[];
      readonly others: number;
      /** Path of the records in JSON, if a shape defines it or the file's first list is not of a shape. */
      readonly jsonPath?: string;
    }
  | { readonly kind: 'other'; readonly byName: 'none' | 'outside' | null };

/** Returns the kind of a medium by its name, or as the user declared it. */
export function kindByName(family: Family, path: string, { media, isDeclared }: ImportOptions): KindByName {
  const usual = media.kindOfName(path);
  const kind = family.mediumKind === undefined ? usual : family.mediumKind(path, usual);
  return !isMediumKind(kind) && isDeclared?.(path) === true ? 'audio' : kind;
}

/** Returns true if the kind says that the file is a medium of the family. */
export function isMediumKind(kind: KindByName): kind is MediaRef['kind'] {
  return kind !== null && kind !== 'none' && kind !== 'outside';
}

/** Means to recognise entries. */
interface EntryReading {
  readonly family: Family;
  readonly source: Source;
  readonly options: ImportOptions;
  /** Number of bytes at the start of a log in which its first record is searched for; absent: the whole log. */
  readonly logBytes?: number;
}

/** Returns the role of an entry: by its name, then by its first bytes. Audio is never opened. In a log, the first record may be anywhere within `logBytes`. */
export async function roleOf(
  { family, source, options, logBytes = Number.POSITIVE_INFINITY }: EntryReading,
  entry: Entry,
  signal: AbortSignal,
): Promise<EntryRole> {
  const { path } = entry;
  for (const [shape, { at }] of family.shapes.entries()) if (at.kind === 'given' && at.isFile(path)) return { kind: 'given', shape, at };
  const kind = kindByName(family, path, options);
  if (isMediumKind(kind)) {
    const shape = family.shapes.findIndex(({ at }) => at.kind === 'medium' && at.file.test(path));
    const at = family.shapes[shape]?.at;
    return { kind: 'medium', as: kind, records: at?.kind === 'medium' && entry.size > 0 ? { shape, at } : null };
  }
  const other: EntryRole = { kind: 'other', byName: kind };
  for (const [shape, { at }] of family.shapes.entries()) {
    if (at.kind !== 'document' || !at.file.test(path) || entry.size === 0) continue;
    // For text, the name suffices. A file that is XML or JSON by its name is reported if it cannot be read.
    if (at.holds === undefined && at.as !== 'text' && at.as !== 'plain') return { kind: 'document', shape, at };
    const start = await beginning(await source.open(entry, signal), peekBytes, signal);
    if (at.holds === undefined ? !controls.test(start) : at.holds.test(start)) return { kind: 'document', shape, at };
  }
  const logs = [...family.shapes.entries()].flatMap(([shape, { at }]) => (at.kind === 'log' && at.file.test(path) ? [{ shape, at }] : []));
  if (logs.length > 0 && entry.size > 0) {
    const head = sliceReader(await source.open(entry, signal), 0, Math.min(entry.size, logBytes));
    const patterns = logs.map(({ at }) => at.holds);
    const held = await patternsHeld(head, patterns, signal);
    if (held.size > 0) return { kind: 'log', shapes: logs.filter(({ at }) => held.has(at.holds)) };
  }
  const shapes = [...family.shapes.entries()].flatMap(([shape, { at }]) =>
    at.kind === 'table' && (at.file?.test(path) ?? true) ? [{ shape, at }] : [],
  );
  const plain = withoutRotation(path);
  const isNamed = shapes.some(({ at }) => at.file !== undefined);
  if (shapes.length === 0 || entry.size === 0 || !(isNamed || isTableName(path))) return other;
  const reader = await source.open(entry, signal);
  const found = await tableKind(reader, plain, signal);
  if (found === null) return other;
  const rows = found === 'csv' && shapes.some(({ at }) => at.layout !== undefined) ? await peekRows(reader, path, options.encoding, signal) : [];
  const places = found === 'json' ? new Set(shapes.flatMap(({ at }) => at.jsonPath ?? [])) : [];
  // A single record may contain lists, and the first of them could be mistaken for the list of records: then the whole file is tested as one record.
  for (const jsonPath of [...places, undefined, ...(found === 'json' ? [''] : [])]) {
    const where = {
      kind: found,
      declaredEncoding: options.encoding,
      scratch: options.scratch,
      ...(jsonPath === undefined ? {} : { jsonPath }),
      ...xmlPlace(shapes),
    };
    const peeked = await peekTables(reader, path, where, signal);
    const tables = fittingTables(path, peeked, rows, found, shapes);
    if (tables.length === 0) continue;
    return { kind: 'table', tableKind: found, tables, others: peeked.length - tables.length, ...(jsonPath === undefined ? {} : { jsonPath }) };
  }
  return other;
}

/** Returns the tables of a file that belong to the family, each with its shape. @param rows first rows of a separated table, if a shape needs them */
function fittingTables(
  path: string,
  peeked: readonly PeekedTable[],
  rows: readonly Row[],
  kind: TableKind,
  shapes: readonly { readonly shape: number; readonly at: TableShape }[],
): readonly TableRole[] {
  return peeked.flatMap(({ table, columns }): TableRole[] => {
    const names = new Set(columns.map((column) => column.trim().toLowerCase()));
    for (const { shape, at } of kind === 'csv' ? shapes : []) {
      const layout = at.layout?.(rows, path) ?? null;
      if (layout !== null) return [{ table, shape, widths: layout.widths, layout }];
    }
    const fitting = shapes.find(
      ({ at }) =>
        (at.named?.test(table) ?? true) &&
        (kind !== 'csv' || at.layout === undefined) &&
        (at.hasColumns?.(columns) ?? at.columns.every((column) => names.has(column))),
    );
    if (fitting !== undefined) return [{ table, shape: fitting.shape, widths: [columns.length] }];
    if (kind !== 'csv') return [];
    for (const { shape, at } of shapes) {
      const header = at.headings?.(columns) ?? null;
      if (header !== null) return [{ table, shape, widths: [columns.length], header }];
    }
    return [];
  });
}

/** Returns the shapes of the tables in a file. */
export function tableShapes({ shapes }: Pick<Family, 'shapes'>, { tables }: Extract<EntryRole, { kind: 'table' }>): { readonly at: TableShape }[] {
  return tables.flatMap(({ shape }) => {
    const at = shapes[shape]?.at;
    return at?.kind === 'table' ? [{ at }] : [];
  });
}

/** Returns where the records are in XML, as the shapes define it. */
export function xmlPlace(shapes: readonly { readonly at: TableShape }[]): { xmlRecord?: string; xmlAround?: string } {
  const xmlRecord = shapes.find(({ at }) => at.xmlRecord !== undefined)?.at.xmlRecord;
  const xmlAround = shapes.find(({ at }) => at.xmlAround !== undefined)?.at.xmlAround;
  return { ...(xmlRecord === undefined ? {} : { xmlRecord }), ...(xmlAround === undefined ? {} : { xmlAround }) };
}
