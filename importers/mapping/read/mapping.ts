import type { Grade } from '../../../src/core/model/grade.ts';
import type { NameValue, PartyRole } from '../../../src/core/model/recording.ts';
import type { CsvDialect, RecordKind, TimeSpec } from '../../../src/tables/text/types.ts';
import { findColumn } from '../../../src/tables/values/columns.ts';
import type { DurationUnit } from '../../../src/tables/values/duration.ts';
import type { JoinedField } from './parts.ts';
import type { NameTemplate } from './template.ts';

/** One or more columns; the values of several are joined by a space. */
export type ColumnRef = readonly [string, ...string[]];

/** A time, in one column or two (date, time), with an optional column for the same moment in UTC. */
export interface TimeColumn {
  readonly columns: ColumnRef;
  readonly spec: TimeSpec;
  /** True if the format comes from the template that matched the name. */
  readonly byTemplate: boolean;
  /** The column with the same moment in UTC, or null. */
  readonly utc: { readonly columns: ColumnRef; readonly spec: TimeSpec } | null;
}

/** A participant: the columns of each fact. */
export interface PartyColumns {
  readonly role: PartyRole;
  readonly number: ColumnRef | null;
  readonly name: ColumnRef | null;
  readonly id: ColumnRef | null;
  readonly device: ColumnRef | null;
}

/** A value that the recording keeps under a name chosen in the mapping. */
export interface NamedColumn {
  readonly name: string;
  readonly columns: ColumnRef;
}

/** Meaning of the columns of a table, or of the fields of a file name. */
export interface Columns {
  /** Columns that together identify a recording; empty if none do. */
  readonly key: readonly string[];
  readonly start: TimeColumn | null;
  readonly answer: TimeColumn | null;
  readonly end: TimeColumn | null;
  readonly duration: { readonly columns: ColumnRef; readonly unit: DurationUnit; readonly of: 'audio' | 'call' } | null;
  readonly direction: {
    readonly columns: ColumnRef;
    readonly in: readonly string[];
    readonly out: readonly string[];
    readonly internal: readonly string[];
  } | null;
  readonly parties: readonly PartyColumns[];
  readonly org: readonly NamedColumn[];
  readonly correlation: readonly NamedColumn[];
  readonly tags: readonly NamedColumn[];
  readonly keys: readonly NamedColumn[];
  readonly quality: readonly NamedColumn[];
  /** The interaction to which a segment or leg belongs, and its place in it. */
  readonly group: Readonly<Record<'id' | 'index' | 'count' | 'previous' | 'next', ColumnRef | null>> | null;
  /** How long the recorder was to keep the recording, and when it deleted the audio. */
  readonly retention:
    | (Readonly<Record<'policy' | 'hold' | 'lock', ColumnRef | null>> & Readonly<Record<'expires' | 'deleted', TimeColumn | null>>)
    | null;
}

/** Rows of a separated table that are not calls, e.g. types of columns and sums. */
export interface SkippedRows {
  /** Number of rows after the header. */
  readonly afterHeader: number;
  /** Rows in which a column has one of these values, compared in lower case without surrounding spaces; null: none. */
  readonly where: { readonly column: string; readonly values: readonly string[] } | null;
}

/** Which entries are tables, and how they are written. */
export interface TableMapping {
  readonly files: readonly string[];
  readonly isTable: (path: string) => boolean;
  readonly kind: RecordKind;
  /** SQL and SQLite: the table in the database. */
  readonly name: string;
  /** True if each file is one record and belongs to the audio of the same path with another extension. */
  readonly sidecars: boolean;
  /** True if the names of files suffice when there is no table. */
  readonly optional: boolean;
  /** Columns that not every export has. */
  readonly mayLack: readonly string[];
  /** Columns whose values are split, because they hold several values. */
  readonly parts: readonly JoinedField[];
  /** CSV: the separator; null: detected. */
  readonly separator: CsvDialect['separator'] | null;
  /** CSV: true if the first row names the columns. If `names` is given as well, the row is skipped. */
  readonly hasHeader: boolean;
  /** CSV: names of the columns, in order; null: those of the first row. */
  readonly names: readonly string[] | null;
  /** CSV: number of lines before the header, e.g. titles. */
  readonly skipLines: number;
  /** CSV: rows after the header that are not calls; null: none. */
  readonly notCalls: SkippedRows | null;
  /** XML: local name of the element that is one record. */
  readonly record: string;
  /** JSON: path of the list of records, e.g. `data.items`; empty: the file itself. */
  readonly path: string;
}

/** How a path matches the patterns of a mapping. */
export type PatternFit = 'whole' | 'but-for-extension' | 'none';

/** Which entries are audio, and the meaning of their names. */
export interface FilesMapping {
  readonly files: readonly string[];
  /** Returns how an entry matches the patterns of audio. Null: the mapping has none, and the extension or the bytes decide. */
  readonly fit: ((path: string) => PatternFit) | null;
  /** Returns true if the name shows that the recorder had not finished the file. */
  readonly isUnfinished: (path: string) => boolean;
  readonly template: NameTemplate | null;
  /** Meaning of the template's fields; null without a template. */
  readonly columns: Columns | null;
  /** Side of the call in a file, by a field of its name. */
  readonly side: {
    readonly field: string;
    readonly in: readonly string[];
    readonly out: readonly string[];
    readonly mixed: readonly string[];
  } | null;
}

/** How a row finds its audio: by an exact rule or, if that finds nothing, by time. */
export interface JoinMapping {
  readonly exact:
    | {
        readonly by: 'file';
        readonly columns: ColumnRef;
        readonly match: 'path' | 'name' | 'stem';
        readonly ignoreCase: boolean;
        /** Beginnings of the rows' paths that are not in the source, e.g. `D:\\recordings`. */
        readonly strip: readonly string[];
      }
    /** Each table file is one record, and lies beside its audio. */
    | { readonly by: 'beside' }
    | { readonly by: 'fields'; readonly pairs: readonly { readonly field: string; readonly columns: ColumnRef }[] }
    | null;
  readonly window: {
    readonly seconds: number;
    /** Both parties must be present and equal; null: only time counts. */
    readonly party: { readonly columns: ColumnRef; readonly field: string } | null;
  } | null;
}

/** How a row of a later table finds archived recordings. */
export interface MatchMapping {
  /** Values that the recording has under these names; all must agree. */
  readonly fields: readonly NamedColumn[];
  readonly several: boolean;
  /** Largest difference between the starts in seconds, for recordings with a number of the row; null: not joined by time. */
  readonly window: number | null;
}

/** Meaning of a column about rows without audio. */
export interface StatusMapping {
  readonly columns: ColumnRef;
  readonly deleted: readonly string[];
  readonly notRecorded: readonly string[];
  readonly failed: readonly string[];
  /** Meaning of an empty value; null: none. */
  readonly empty: AbsenceReason | null;
}

/** Why a row has no audio, according to the export. */
export type AbsenceReason = 'deleted' | 'not-recorded' | 'failed';

/** A shipped mapping's description of itself. */
export interface About {
  readonly title: string;
  readonly grade: Grade;
  /** Sources of the facts. */
  readonly facts: readonly string[];
  /** Exports on which the mapping was tested. */
  readonly tested: readonly string[];
  /** Points that users must check in their own export. */
  readonly check: readonly string[];
}

/** A mapping file after checking: it has no error that can be found without the source. */
export interface Mapping {
  /** Name of the mapping file, for messages. */
  readonly name: string;
  readonly about: About | null;
  /** The user's name for the system. */
  readonly family: string | null;
  readonly encoding: string | null;
  /** Raw values that mean "no value". */
  readonly sentinels: ReadonlySet<string>;
  /** Null: names of files carry all metadata. */
  readonly table: TableMapping | null;
  /** Null without a table. */
  readonly columns: Columns | null;
  readonly files: FilesMapping;
  readonly join: JoinMapping | null;
  /** How a row finds the archived recordings that it describes; null: the mapping is for imports only. */
  readonly match: MatchMapping | null;
  readonly status: StatusMapping | null;
  /** Participant on each channel, by the channel's index. */
  readonly channels: readonly { readonly index: number; readonly role: PartyRole }[];
  /** Values that are equal for every recording. */
  readonly constants: readonly NameValue[];
  /** Columns of the table whose values are not kept, neither with recordings nor in the kept table. */
  readonly withoutColumns: readonly string[];
}

/** Returns every column that a set of columns names, each once. */
export function columnsNamed(columns: Columns): string[] {
  const named = [
    ...columns.key,
    ...[columns.start, columns.answer, columns.end, columns.retention?.expires, columns.retention?.deleted].flatMap((time) =>
      time == null ? [] : [...time.columns, ...(time.utc?.columns ?? [])],
    ),
    ...(columns.duration?.columns ?? []),
    ...(columns.direction?.columns ?? []),
    ...columns.parties.flatMap(({ number, name, id, device }) => [number, name, id, device].flatMap((ref) => ref ?? [])),
    ...[columns.group?.id, columns.group?.index, columns.group?.count, columns.group?.previous, columns.group?.next].flatMap((ref) => ref ?? []),
    ...[columns.retention?.policy, columns.retention?.hold, columns.retention?.lock].flatMap((ref) => ref ?? []),
    ...[columns.org, columns.correlation, columns.tags, columns.keys, columns.quality].flat().flatMap((each) => each.columns),
  ];
  return [...new Set(named)];
}

/** Returns every column of the table that a mapping names anywhere, each once. */
export function tableColumnsNamed({ columns, join, status, table, withoutColumns }: Mapping): string[] {
  const exact = join?.exact ?? null;
  const parts = table?.parts ?? [];
  const made = new Set(parts.flatMap((part) => part.fields));
  return [
    ...new Set([
      ...(columns === null ? [] : columnsNamed(columns)),
      ...(exact === null || exact.by === 'beside' ? [] : exact.by === 'file' ? exact.columns : exact.pairs.flatMap((pair) => pair.columns)),
      ...(join?.window?.party?.columns ?? []),
      ...(status?.columns ?? []),
      ...(table?.notCalls?.where == null ? [] : [table.notCalls.where.column]),
      ...parts.flatMap(({ column, when }) => [column, ...(when === null ? [] : [when.column])]),
      ...withoutColumns,
    ]),
  ].filter((column) => !made.has(column));
}

/** Returns columns that a mapping names and a table lacks, except those that not every export has. */
export function columnsMissing(mapping: Mapping, names: readonly string[]): readonly string[] {
  const mayLack = new Set(mapping.table?.mayLack);
  return tableColumnsNamed(mapping).filter((column) => !mayLack.has(column) && findColumn(names, column) === null);
}
