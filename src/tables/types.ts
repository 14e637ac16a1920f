import type { Finding } from '../core/finding.ts';
import type { TimeBasis } from '../core/recording.ts';

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
}

/** A damaged record is one finding; the reader finds its way back to the next good one. */
export type RowOrFinding = Row | Finding;
export type TreeOrFinding = Tree | Finding;

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
  /** Values of one group, in order; empty where there is none. */
  get(group: string): readonly unknown[];
  readonly size: number;
  /** Closes and deletes the file. */
  close(): void;
}
