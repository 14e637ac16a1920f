import type { ByteReader } from '../../../src/core/base/bytes.ts';
import type { Finding } from '../../../src/core/findings/finding.ts';
import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { Entry, Source } from '../../../src/core/model/source.ts';
import type { Row } from '../../../src/tables/text/types.ts';
import type { Values } from '../../../src/tables/values/values.ts';
import type { JoinedRecord } from './call.ts';
import type { Claim } from './claim.ts';

/** One kind of record. */
export interface Shape {
  /** As the family calls it: `couples`. */
  readonly name: string;
  /** For people: `couples rows`. */
  readonly unit: string;
  readonly at: TableShape | DocumentShape | MediumShape | LogShape | GivenShape;
  /** What a table of such records is called where its columns are counted for people: `CDR table`. Absent: by its unit, columns not counted. */
  readonly table?: string;
  /** Found elsewhere, too: records of this shape alone do not make a source one of the family's. */
  readonly isAside?: true;
  /**
   * A detail belongs to records of other shapes, which ask for it by its key; it makes no recording by itself. An event belongs to the call of its key and may name
   * files; without files and records of role `call` it makes no recording. Events with the same text are several events.
   */
  readonly role: 'call' | 'detail' | 'event';
  /** The call it belongs to, or the key under which a detail is asked for; null: it says none, and stands alone. */
  key(record: JoinedRecord): string | null;
  /**
   * Whether the recording of a document may have the name of the document as its key (`Family.fileKey`), told apart from the names of files and of other documents.
   * Absent: no recording has.
   */
  givesName?(record: JoinedRecord): boolean;
  /** Keys by which `Family.claims` may ask whether such a record is in the source. Absent: none. */
  marks?(record: JoinedRecord): readonly string[];
  /**
   * Keys of the calls of a record that may be part of several, in place of `key`: it stands in the recording of each, and counts once, with one that has files where
   * there is one. Empty: it is part of none, and is counted so. Absent: a record is part of one call.
   */
  keys?(record: JoinedRecord): readonly string[];
  /**
   * Tells records of one key apart: each text is a call of its own. The first in the order of these texts has the key, the key of each other one ends in `#` and the first
   * eight characters of its text. Absent: records of one key are one call.
   */
  apart?(record: JoinedRecord): string;
  /** The record's values by name, where a letter's case is not all that names may differ in. Absent: names of `pairs`, letter case ignored. */
  values?(staged: StagedValues): Values;
  /** Keys of other calls that are one with this record's: the other legs that it names. What no record has may still connect two that name it. Absent: none. */
  links?(record: JoinedRecord): readonly string[];
  /** Ids of parts of the record's call: a record without a key that is of such a part (`part`) belongs to this call. Absent: none. */
  parts?(record: JoinedRecord): readonly string[];
  /** The part of a call that a record without a key is of; the part is its own call where no record names one for it. Null or absent: none. */
  part?(record: JoinedRecord): string | null;
  /** What the records of a call are sorted by, before their tables and numbers. Absent: by tables and numbers alone. */
  order?(record: JoinedRecord): string;
  /** Files that the record names or means; the surest first. Absent: the shape names none. */
  claims?(record: JoinedRecord): readonly Claim[];
}

/** Records in a table: CSV, SQL dump, SQLite, XML or JSON. */
export interface TableShape {
  readonly kind: 'table';
  /** Names that such a table has, in lower case. */
  readonly columns: readonly string[];
  /** Whether the columns are those of such a table, where their spelling differs by site. Absent: all of `columns` are among them. */
  hasColumns?(columns: readonly string[]): boolean;
  /** Name of the table in a database, or of the repeated element; absent: any. */
  readonly named?: RegExp;
  /** Name of the file, which may then have any extension; absent: any name with the extension of a table. */
  readonly file?: RegExp;
  /** Names of the columns of a separated table without a header, told from the cells of its first row; null: it is not this table. Absent: it has a header. */
  headings?(cells: readonly string[]): readonly string[] | null;
  /**
   * How the rows of a separated table are read, where `columns` and `headings` do not suffice to tell: by its first rows, up to 200 of them. Null: it is not this
   * table. Where present, separated tables are not asked for `columns`.
   */
  layout?(rows: readonly Row[], path: string): TableLayout | null;
  /** Element that is a record; absent: the one that repeats. */
  readonly xmlRecord?: string;
  /** Member names, joined by dots, that lead to the list of records, '' for the top level; of several the first where the columns are. Absent: where a list of objects stands. */
  readonly jsonPath?: string | readonly string[];
  /** Element around XML records whose attributes belong to each of them; their names are led by its own: `call.id`. Absent: none. */
  readonly xmlAround?: string;
  /** Names and values of a record in which names repeat, made of those that stand in it; then the record's `value` is not kept. Absent: as they stand. */
  pairs?(pairs: readonly (readonly [name: string, value: string])[], value: unknown): readonly (readonly [name: string, value: string])[];
}

/** How the rows of a separated table are read. */
export interface TableLayout {
  /** Whether the first row names the columns and is no record. */
  readonly headed: boolean;
  /** How many columns its first rows have, ascending. */
  readonly widths: readonly number[];
  /** Names and values of a row; or what is wrong with a row that is none of this table: then it is counted as lost. */
  pairs(cells: readonly string[], place: string): readonly (readonly [name: string, value: string])[] | Finding;
}

/** One small file for each record. */
export interface DocumentShape {
  readonly kind: 'document';
  readonly file: RegExp;
  /** What the first 4 KiB hold, read as Latin-1; absent: the name suffices. */
  readonly holds?: RegExp;
  /** `text`: the lines `name: value` or `name=value`, and the whole text as the record's `value`. `plain`: the whole text as `value`, and no pairs. */
  readonly as: 'xml' | 'json' | 'text' | 'plain';
  /** Cuts a `plain` text that holds records of several calls into them; null: it is one record. The parts count as rows, each kept as it stood. */
  split?(text: string): readonly string[] | null;
  /**
   * What makes a `plain` text whole: that it is JSON, or what the function finds at its end; a text that is not is told as cut. Absent: nothing shows where such a text ends.
   */
  readonly whole?: 'json' | ((text: string) => boolean);
  /** Names and values of a document whose value (XmlElement, JSON value, text) has more to it than those that stand in it; then the value itself is not kept. */
  pairs?(value: unknown): readonly (readonly [name: string, value: string])[];
  /** The key that a document's name says, for one that cannot be read. */
  keyOfName?(path: string): string | null;
}

/** Records that are lines of a log, of any size; other lines between them are passed over and not counted. A record's number is that of its line. */
export interface LogShape {
  readonly kind: 'log';
  readonly file: RegExp;
  /** What some line holds, where it is such a log. */
  readonly holds: RegExp;
  /** Names and values of a line without its end; null: it is no record. */
  pairs(line: string): readonly (readonly [name: string, value: string])[] | null;
}

/** Records inside a file that is a medium as well: signalling in a capture. They count as rows. */
export interface MediumShape {
  readonly kind: 'medium';
  readonly file: RegExp;
  /** What the first 64 KiB hold where the source is the family's by this file, read as Latin-1. */
  readonly holds: RegExp;
  /** The text of each record, in order; what cannot be read is a finding. */
  read(reader: ByteReader, place: string, signal: AbortSignal): AsyncIterable<string | Finding>;
}

/** A table or a small document that the family knows by its path and reads by itself, as where the user says how it is written. */
export interface GivenShape {
  readonly kind: 'given';
  isFile(path: string): boolean;
  /** `document`: the file is kept with the recordings of its records, which are no rows and not counted. */
  readonly as: 'table' | 'document';
  /** What made it one, for people. */
  readonly reason: string;
  /** Its records in order, and what is wrong with it. A lost record (`isLostRecord`) counts as one. @throws LongplayError where the file is not what the family was told. */
  read(source: Source, entry: Entry, options: ImportOptions, signal: AbortSignal): AsyncIterable<GivenRecord | Finding>;
}

/** A record as a family reads it by itself. */
export interface GivenRecord {
  readonly kind: 'given';
  /** From 1 in its file. */
  readonly number: number;
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** What JSON can hold. */
  readonly value: unknown;
  /** SHA-256 of the row's text, or of the document's bytes. */
  readonly sha256: string;
  /** The row exactly; null for a document. */
  readonly raw: string | null;
}

/** What is staged of a record that its values are made of. */
export interface StagedValues {
  readonly path: string;
  /** From 1; 0 for a document. */
  readonly number: number;
  readonly pairs: readonly (readonly [name: string, value: string])[];
  readonly value: unknown;
}
