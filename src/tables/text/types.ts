import type { Finding } from '../../core/findings/finding.ts';
import type { TimeBasis } from '../../core/model/recording.ts';

/** How the text of a table became characters, and what decided. One decision per file. */
export interface EncodingChoice {
  /** iconv-lite's name: `utf8`, `utf16le`, `win1252` … */
  readonly encoding: string;
  readonly basis: 'bom' | 'strict-utf8' | 'zero-pattern' | 'declared' | 'fallback';
  /** Bytes of the byte order mark to skip. */
  readonly bomBytes: number;
}

/** How a separated table is written. */
export interface CsvDialect {
  readonly separator: ',' | ';' | '\t' | '|';
  /** `doubled`: RFC 4180; `backslash`: PHP's fputcsv leaves a quote after a backslash alone. */
  readonly escape: 'doubled' | 'backslash';
  /** First line is `sep=;`, to be skipped. */
  readonly separatorLine: boolean;
  readonly encoding: EncodingChoice;
}

/** One record of a separated table. */
export interface Row {
  readonly kind: 'row';
  /** From 1, blank lines and a `sep=` line not counted; a header is row 1 where there is one. */
  readonly number: number;
  readonly cells: readonly string[];
  /** The record as it stood, decoded, without its line end. */
  readonly raw: string;
}

/** An element of an XML record; attributes and child elements alike are found by local name. */
export interface XmlElement {
  /** Local name. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  readonly children: readonly XmlElement[];
  /** Own text, children's not included, trimmed. */
  readonly text: string;
}

/** One record of an XML or JSON export. */
export interface Tree {
  readonly kind: 'tree';
  /** From 1. */
  readonly number: number;
  /** XmlElement for XML; a JSON value for JSON. */
  readonly value: unknown;
  /** The record as it stood. */
  readonly raw: string;
  /** Attributes of the element around it that was asked for, led by its name: `call.id`. Absent: none was asked for. */
  readonly around?: readonly (readonly [name: string, value: string])[];
}

/** One row of a database, from a dump or from the database's own file. */
export interface SqlRow {
  readonly kind: 'row';
  /** Without schema and quotes. */
  readonly table: string;
  /** As the dump writes it (`public`, `dbo`); '' where it names none. */
  readonly schema: string;
  /** From 1 in each table; lost rows count. */
  readonly number: number;
  readonly columns: readonly string[];
  /** One for each column. NULL is ''; bytes are `0x` and hexadecimal digits. */
  readonly cells: readonly string[];
  /** The tuple of values, or the line of a COPY, as it stood; of a database's own file the cells as JSON. */
  readonly raw: string;
}

/** How a table is written. `csv`: any separator; `sql`: a dump of a database; `sqlite`: the file of a database. */
export type TableKind = 'csv' | 'json' | 'xml' | 'sql' | 'sqlite';

/** One record of any table. */
export interface TableRecord {
  readonly kind: 'record';
  /** The database's table, or the XML element that is one record; '' where the file holds one table without a name. */
  readonly table: string;
  /** From 1 in each table, a header not counted; lost records count. */
  readonly number: number;
  /** Names and values in the order of the record; of XML and JSON the path to each value, joined by dots. */
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** `XmlElement` of an XML record, the value of a JSON record, else null. */
  readonly value: unknown;
  /** The record as it stood. */
  readonly raw: string;
}

/** A damaged record is one finding; the reader finds its way back to the next good one. */
export type RowOrFinding = Row | Finding;
export type TreeOrFinding = Tree | Finding;
export type SqlRowOrFinding = SqlRow | Finding;

/** How a time is written and what is known of its zone. */
export interface TimeSpec {
  /**
   * `iso` (date and time with or without offset), `epoch-s`, `epoch-ms`, `epoch-us` (decimals allowed), `excel` (serial day), or a pattern of
   * `YYYY YY MM M DD D MMM HH H hh h mm m ss s SSS A Z` and literal characters, as in `DD.MM.YYYY HH:mm:ss`.
   */
  readonly format: string;
  /** IANA zone of a local time, `UTC`, or null where unknown. An offset in the text wins unless `overrideOffset`. */
  readonly zone: string | null;
  readonly overrideOffset?: boolean;
  /** What to write as basis; by default what the text shows. */
  readonly basis?: TimeBasis;
  /** Raw values that mean "no time", beside the built-in sentinels. */
  readonly sentinels?: readonly string[];
}

/**
 * Records grouped on disk, so that joining a large export needs no memory: put in any order, read back group by group in
 * code-point order of group, then order, then insertion.
 */
export interface Stage {
  put(group: string, order: string, value: unknown): void;
  /** Each group once, with its values. Nothing may be put after the first call. */
  groups(): Iterable<{ readonly group: string; readonly values: readonly unknown[] }>;
  /** Values of one group, in order, the first `most` of them where that is given; empty where there is none. */
  get(group: string, most?: number): readonly unknown[];
  /** Whether there is a group that begins so. */
  hasGroup(beginning: string): boolean;
  readonly size: number;
  /** Closes and deletes the file. */
  close(): void;
}
