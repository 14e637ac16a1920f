import type { ByteSpan, Finding } from '../../core/findings/finding.ts';
import type { TimeBasis } from '../../core/model/recording.ts';

/** The encoding of a table's text, and what decided it. */
export interface EncodingChoice {
  /** iconv-lite's name: `utf8`, `utf16le`, `win1252` … */
  readonly encoding: string;
  readonly basis: 'bom' | 'strict-utf8' | 'zero-pattern' | 'declared' | 'fallback';
  /** Bytes of the byte order mark to skip. */
  readonly bomBytes: number;
  /** True if the text has lines in UTF-8 and lines in windows-1252: each line is decoded by itself. Absent: `encoding` is that of all. */
  readonly isMixed?: true;
}

/** How a separated table is written. */
export interface CsvDialect {
  readonly separator: ',' | ';' | '\t' | '|';
  /** `doubled`: RFC 4180; `backslash`: PHP's fputcsv does not double a quote after a backslash. */
  readonly escape: 'doubled' | 'backslash';
  /** True if the first line is `sep=;`, to be skipped. */
  readonly separatorLine: boolean;
  readonly encoding: EncodingChoice;
}

/** One record of a separated table. */
export interface Row {
  readonly kind: 'row';
  /** From 1, without blank lines and a `sep=` line; a header, if any, is row 1. */
  readonly number: number;
  readonly cells: readonly string[];
  /** The record as written, decoded, without its line end. */
  readonly raw: string;
  /** Its bytes in the file; null if unknown. */
  readonly span: ByteSpan | null;
}

/** An element of an XML record; attributes and child elements are both found by local name. */
export interface XmlElement {
  /** Local name. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  readonly children: readonly XmlElement[];
  /** Own text without that of children, trimmed. */
  readonly text: string;
}

/** One record of an XML or JSON export. */
export interface Tree {
  readonly kind: 'tree';
  /** From 1. */
  readonly number: number;
  /** XmlElement for XML; a JSON value for JSON. */
  readonly value: unknown;
  /** The record as written. */
  readonly raw: string;
  /** Attributes of the requested enclosing element, prefixed by its name: `call.id`. Absent: none was requested. */
  readonly around?: readonly (readonly [name: string, value: string])[];
}

/** One row of a database, from a dump or from the database file. */
export interface SqlRow {
  readonly kind: 'row';
  /** Without schema and quotes. */
  readonly table: string;
  /** As in the dump (`public`, `dbo`); '' if the dump names none. */
  readonly schema: string;
  /** From 1 in each table, including lost rows. */
  readonly number: number;
  readonly columns: readonly string[];
  /** One per column. NULL is ''; bytes are `0x` and hexadecimal digits. */
  readonly cells: readonly string[];
  /** The tuple of values, or the line of a COPY, as written; for a database file the cells as JSON. */
  readonly raw: string;
}

/** Kind of a table file. `csv`: any separator; `sql`: a database dump; `sqlite`: a database file. */
export type TableKind = 'csv' | 'json' | 'xml' | 'sql' | 'sqlite';

/** Kind of a file with records: a table, or `ini`: keys and values of one call, one per line. */
export type RecordKind = TableKind | 'ini';

/** One record of any table. */
export interface TableRecord {
  readonly kind: 'record';
  /** The database table, or the XML element of a record; '' if the file holds one unnamed table. */
  readonly table: string;
  /** From 1 in each table, without a header; lost records count. */
  readonly number: number;
  /** Names and values in record order; for XML and JSON the path of each value, joined by dots. */
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** `XmlElement` of an XML record, the value of a JSON record, else null. */
  readonly value: unknown;
  /** The record as written. */
  readonly raw: string;
}

/** A row or a finding: a damaged record gives one finding, and reading continues at the next good one. */
export type RowOrFinding = Row | Finding;
export type TreeOrFinding = Tree | Finding;
export type SqlRowOrFinding = SqlRow | Finding;

/** How a time is written, and its zone. */
export interface TimeSpec {
  /**
   * `iso` (date and time with or without offset), `rfc2822`, `epoch-s`, `epoch-ms`, `epoch-us`, `gregorian-s` (decimals allowed), `filetime`, `dotnet-ticks`, `excel`, `excel-1904` (serial days), or a pattern of
   * `YYYY YY MM M DD D MMM HH H hh h mm m ss s SSS A Z` and literal characters, as in `DD.MM.YYYY HH:mm:ss`.
   */
  readonly format: string;
  /** IANA zone of a local time, `UTC`, or null if unknown. An offset in the text takes precedence unless `overrideOffset`. */
  readonly zone: string | null;
  readonly overrideOffset?: boolean;
  /** Basis to record; by default the one that the text shows. */
  readonly basis?: TimeBasis;
  /** Raw values that mean "no time", in addition to the built-in ones. */
  readonly sentinels?: readonly string[];
}

/**
 * Groups records on disk, so that joining a large export takes constant memory: records are put in any order and read group by group in
 * code-point order of group, then order, then insertion.
 */
export interface Stage {
  put(group: string, order: string, value: unknown): void;
  /** Yields each group once, with its values. Nothing may be put after the first call. */
  groups(): Iterable<{ readonly group: string; readonly values: readonly unknown[] }>;
  /** Returns values of one group, in order, at most `most`; empty if there are none. */
  get(group: string, most?: number): readonly unknown[];
  /** Returns true if a group begins with this text. */
  hasGroup(beginning: string): boolean;
  readonly size: number;
  /** Deletes what is staged, and its file. */
  close(): void;
}
