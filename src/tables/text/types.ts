import type { ByteSpan, Finding } from '../../core/findings/finding.ts';
import type { TimeBasis } from '../../core/model/recording.ts';

/** The encoding of a table's text, and the evidence for it. */
export interface EncodingChoice {
  /** iconv-lite's name: `utf8`, `utf16le`, `win1252` … */
  readonly encoding: string;
  readonly basis: 'bom' | 'strict-utf8' | 'zero-pattern' | 'declared' | 'fallback';
  /** Number of bytes of the byte order mark, which are skipped. */
  readonly bomBytes: number;
  /**
   * True if some lines of the text are in UTF-8 and others in windows-1252, so that each line is decoded by itself. Absent: the whole text is in `encoding`.
   */
  readonly isMixed?: true;
}

/** How a separated table is written. */
export interface CsvDialect {
  readonly separator: ',' | ';' | '\t' | '|';
  /** `doubled`: RFC 4180; `backslash`: PHP's fputcsv does not double a quote after a backslash. */
  readonly escape: 'doubled' | 'backslash';
  /** True if the first line is `sep=;` or the like, which is skipped. */
  readonly separatorLine: boolean;
  readonly encoding: EncodingChoice;
}

/** One record of a separated table. */
export interface Row {
  readonly kind: 'row';
  /** Number from 1, without blank lines and a `sep=` line. A header, if any, is row 1. */
  readonly number: number;
  readonly cells: readonly string[];
  /** The record as written: decoded, without its line end. */
  readonly raw: string;
  /** Bytes of the record in the file; null if unknown. */
  readonly span: ByteSpan | null;
}

/** An element of an XML record; attributes and child elements are both found by local name. */
export interface XmlElement {
  /** Local name. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  readonly children: readonly XmlElement[];
  /** The element's own text without that of its children, trimmed. */
  readonly text: string;
}

/** One record of an XML or JSON export. */
export interface Tree {
  readonly kind: 'tree';
  /** Number from 1. */
  readonly number: number;
  /** XmlElement for XML; a JSON value for JSON. */
  readonly value: unknown;
  /** The record as written. */
  readonly raw: string;
  /** Attributes of the requested enclosing element, with its name as prefix: `call.id`. Absent: none was requested. */
  readonly around?: readonly (readonly [name: string, value: string])[];
}

/** One row of a database, from a dump or from the database file. */
export interface SqlRow {
  readonly kind: 'row';
  /** Name of the table without schema and quotes. */
  readonly table: string;
  /** Schema as in the dump (`public`, `dbo`); '' if the dump names none. */
  readonly schema: string;
  /** Number from 1 within the table, including lost rows. */
  readonly number: number;
  readonly columns: readonly string[];
  /** Values, one per column. NULL is ''; bytes are `0x` and hexadecimal digits. */
  readonly cells: readonly string[];
  /** The tuple of values, or the line of a COPY, as written; for a database file the cells as JSON. */
  readonly raw: string;
}

/** Kind of a table file. `csv`: any separator; `sql`: a database dump; `sqlite`: a database file. */
export type TableKind = 'csv' | 'json' | 'xml' | 'sql' | 'sqlite';

/** Kind of a file with records: a table, or `ini` for the keys and values of one call, one per line. */
export type RecordKind = TableKind | 'ini';

/** One record of any table. */
export interface TableRecord {
  readonly kind: 'record';
  /** The table of a database, or the XML element of the record; '' if the file contains one unnamed table. */
  readonly table: string;
  /** Number from 1 within the table, without a header. Lost records count. */
  readonly number: number;
  /** Names and values in record order; for XML and JSON the path of each value, joined by dots. */
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** The `XmlElement` of an XML record, the value of a JSON record, else null. */
  readonly value: unknown;
  /** The record as written. */
  readonly raw: string;
}

/** A row or a finding. A damaged record gives one finding, and reading continues at the next good record. */
export type RowOrFinding = Row | Finding;
export type TreeOrFinding = Tree | Finding;
export type SqlRowOrFinding = SqlRow | Finding;

/** The format of a written time, and its zone. */
export interface TimeSpec {
  /**
   * `iso` (date and time with or without offset), `rfc2822`, `epoch-s`, `epoch-ms`, `epoch-us`, `gregorian-s` (decimals allowed), `filetime`, `dotnet-ticks`, `excel`, `excel-1904` (serial days), or a pattern of
   * `YYYY YY MM M DD D MMM HH H hh h mm m ss s SSS A Z` and literal characters, as in `DD.MM.YYYY HH:mm:ss`.
   */
  readonly format: string;
  /** Zone of a local time: an IANA zone, `UTC`, or null if unknown. An offset in the text takes precedence unless `overrideOffset` is true. */
  readonly zone: string | null;
  readonly overrideOffset?: boolean;
  /** Basis to record; default: the one that the text shows. */
  readonly basis?: TimeBasis;
  /** Raw values that mean "no time", in addition to the built-in ones. */
  readonly sentinels?: readonly string[];
}

/**
 * Groups records on disk, so that joining a large export takes constant memory. Records are put in any order and read group by group, in code-point order of
 * group, then order, then insertion.
 */
export interface Stage {
  put(group: string, order: string, value: unknown): void;
  /** Yields each group once, with its values. No record may be put after the first call. */
  groups(): Iterable<{ readonly group: string; readonly values: readonly unknown[] }>;
  /** Returns at most `most` values of one group, in order; empty if there are none. */
  get(group: string, most?: number): readonly unknown[];
  /** Returns true if a group begins with this text. */
  hasGroup(beginning: string): boolean;
  readonly size: number;
  /** Deletes the staged records and their file. */
  close(): void;
}
