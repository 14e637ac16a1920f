import type { ByteReader } from '../../../src/core/base/bytes.ts';
import type { Finding } from '../../../src/core/findings/finding.ts';
import type { FileRole, ImportOptions } from '../../../src/core/model/importer.ts';
import type { Entry, Source } from '../../../src/core/model/source.ts';
import type { Row } from '../../../src/tables/text/types.ts';
import type { Values } from '../../../src/tables/values/values.ts';
import type { JoinedRecord } from './call.ts';
import type { Claim } from './claim.ts';

/** One kind of record. */
export interface Shape {
  /** Name within the family, e.g. `couples`. */
  readonly name: string;
  /** Name for people, e.g. `couples rows`. */
  readonly unit: string;
  readonly at: TableShape | DocumentShape | MediumShape | LogShape | GivenShape;
  /**
   * Name for people of a table of such records whose columns are counted, e.g. `CDR table`. Absent: the table is named by its unit, and columns are not
   * counted.
   */
  readonly table?: string;
  /** True: other families have such records too, so records of this shape alone do not identify the family. */
  readonly isAside?: true;
  /**
   * A detail belongs to records of other shapes, which request it by its key; alone it becomes no recording. An event belongs to the call of its key and may
   * name files; without files and records of role `call` it becomes no recording. Events with the same text are separate events.
   */
  readonly role: 'call' | 'detail' | 'event';
  /** Returns the key of the record's call, or the key under which a detail is requested; null if the record has none and stands alone. */
  key(record: JoinedRecord): string | null;
  /**
   * Returns true if the recording of a document may have the document's name as its key (`Family.fileKey`), distinguished from the names of files and of other
   * documents. Absent: no recording may.
   */
  givesName?(record: JoinedRecord): boolean;
  /** Returns marks by which `Family.claims` may find out whether such a record is in the source. Absent: none. */
  marks?(record: JoinedRecord): readonly string[];
  /**
   * Returns the keys of the calls of a record that may be part of several calls; used in place of `key`. The record is in the recording of each call and counts
   * once, with a call that has files if there is one. Empty: the record is part of no call, and is counted as such. Absent: a record is part of one call.
   */
  keys?(record: JoinedRecord): readonly string[];
  /**
   * Returns a text that distinguishes records of one key: each text is a call of its own. The first of these texts in order keeps the key; the key of each
   * other call ends in `#` and the first eight characters of its text. Absent: records of one key are one call.
   */
  apart?(record: JoinedRecord): string;
  /** Returns the record's values by name, if spellings of names may differ in more than letter case. Absent: names of `pairs`, ignoring letter case. */
  values?(staged: StagedValues): Values;
  /**
   * Returns the keys of other calls that are one with this record's call: the other legs that the record names. A key that no record has still connects two
   * records that name it. Absent: none.
   */
  links?(record: JoinedRecord): readonly string[];
  /** Returns ids of parts of the record's call. A record without a key that refers to such a part (`part`) belongs to this call. Absent: none. */
  parts?(record: JoinedRecord): readonly string[];
  /**
   * Returns the part of a call to which a record without a key belongs. If no record names a call for the part, the part is its own call. Null or absent: none.
   */
  part?(record: JoinedRecord): string | null;
  /** Returns the text by which the records of a call are sorted before their tables and numbers. Absent: only tables and numbers count. */
  order?(record: JoinedRecord): string;
  /** Returns the claims of the record to the files that it names or refers to, the strongest first. Absent: the shape claims none. */
  claims?(record: JoinedRecord): readonly Claim[];
}

/** Records in a table: CSV, SQL dump, SQLite, XML or JSON. */
export interface TableShape {
  readonly kind: 'table';
  /** Names of columns of such a table, in lower case. */
  readonly columns: readonly string[];
  /** Returns true if the columns belong to such a table, for tables whose spelling differs by site. Absent: the columns must include all of `columns`. */
  hasColumns?(columns: readonly string[]): boolean;
  /** Name of the table in a database, or of the repeated element; absent: any. */
  readonly named?: RegExp;
  /** Name of the file, which may then have any extension; absent: any name with the extension of a table. */
  readonly file?: RegExp;
  /**
   * Returns the names of the columns of a separated table without a header, derived from the cells of its first row; null if it is not this table. Absent: the table has a
   * header.
   */
  headings?(cells: readonly string[]): readonly string[] | null;
  /**
   * Returns how the rows of a separated table are read, if `columns` and `headings` do not suffice; null if it is not this table. If this function is present,
   * `columns` is not used for separated tables.
   * @param rows the first rows of the table, at most 200
   */
  layout?(rows: readonly Row[], path: string): TableLayout | null;
  /** Name of the element that is a record; absent: the element that repeats. */
  readonly xmlRecord?: string;
  /**
   * Member names, joined by dots, that lead to the list of records; '' for the top level. If there are several, the first one whose records have the columns
   * counts. Absent: any list of objects.
   */
  readonly jsonPath?: string | readonly string[];
  /**
   * Element around XML records whose attributes belong to each of the records; the attributes' names are prefixed with the element's name, e.g. `call.id`.
   * Absent: none.
   */
  readonly xmlAround?: string;
  /** Returns names and values of a record in which names repeat, derived from the original pairs; the record's `value` is then not kept. Absent: unchanged. */
  pairs?(pairs: readonly (readonly [name: string, value: string])[], value: unknown): readonly (readonly [name: string, value: string])[];
}

/** How to read the rows of a separated table. */
export interface TableLayout {
  /** True if the first row names the columns and is not a record. */
  readonly headed: boolean;
  /** Numbers of columns in its first rows, ascending. */
  readonly widths: readonly number[];
  /** Returns the names and values of a row, or a finding if the row does not belong to this table; it then counts as lost. */
  pairs(cells: readonly string[], place: string): readonly (readonly [name: string, value: string])[] | Finding;
}

/** Small files with one record each. */
export interface DocumentShape {
  readonly kind: 'document';
  readonly file: RegExp;
  /** Pattern that matches in the first 4 KiB, read as Latin-1; absent: the name suffices. */
  readonly holds?: RegExp;
  /** `text`: the lines `name: value` or `name=value`, and the whole text as the record's `value`. `plain`: the whole text as `value`, without pairs. */
  readonly as: 'xml' | 'json' | 'text' | 'plain';
  /** Splits a `plain` text that holds records of several calls; null if it is one record. The parts count as rows; each is kept unchanged. */
  split?(text: string): readonly string[] | null;
  /**
   * How to recognise that a `plain` text is complete: it is JSON, or the function finds its end. A text that is not complete is reported as truncated. Absent:
   * completeness cannot be recognised.
   */
  readonly whole?: 'json' | ((text: string) => boolean);
  /**
   * Returns names and values of a document whose value (XmlElement, JSON value, text) contains more than its plain pairs; the value itself is then not kept.
   */
  pairs?(value: unknown): readonly (readonly [name: string, value: string])[];
  /**
   * Reads names and values of a document that is too large to be read whole, with findings about its encoding; a text says why it cannot be read. Absent: such
   * a document is not read (T128).
   * @param encoding declared encoding; null: none
   */
  readLarge?(reader: ByteReader, encoding: string | null, signal: AbortSignal): Promise<LargeDocument | string>;
  /** Returns the key in a document's name, for a document that cannot be read; null if there is none. */
  keyOfName?(path: string): string | null;
}

/** What was read of a large document. */
export interface LargeDocument {
  readonly pairs: readonly (readonly [name: string, value: string])[];
  readonly findings: readonly Finding[];
}

/** Records that are lines of a log of any size. Other lines between them are skipped and not counted. A record's number is the number of its line. */
export interface LogShape {
  readonly kind: 'log';
  readonly file: RegExp;
  /** Pattern that matches some line of such a log. */
  readonly holds: RegExp;
  /** Returns names and values of a line without its line end; null if it is not a record. */
  pairs(line: string): readonly (readonly [name: string, value: string])[] | null;
}

/** Records inside a file that is also a medium, e.g. signalling in a capture. The records count as rows. */
export interface MediumShape {
  readonly kind: 'medium';
  readonly file: RegExp;
  /** Pattern that matches in the first 64 KiB, read as Latin-1, if this file identifies the family. */
  readonly holds: RegExp;
  /** Yields the text of each record, in order, and a finding for each that cannot be read. */
  read(reader: ByteReader, place: string, signal: AbortSignal): AsyncIterable<string | Finding>;
}

/** A table or small document that the family identifies by its path and reads itself, e.g. if the user describes its layout. */
export interface GivenShape {
  readonly kind: 'given';
  isFile(path: string): boolean;
  /** `document`: the file is kept with the recordings of its records, which are not rows and are not counted. */
  readonly as: 'table' | 'document';
  /** Why the file was taken for one, in words for people. */
  readonly reason: string;
  /** Which tables of the file are kept, and what is left out; absent: all is kept. */
  readonly kept?: Pick<FileRole, 'tables' | 'leftOut'>;
  /** Returns where the records are in a JSON or XML file, as `FileRole.recordsAt`; null: in another kind of file. */
  recordsAt?(source: Source, entry: Entry, signal: AbortSignal): Promise<string | null>;
  /**
   * Yields the records in order, and findings about the file. A lost record (`isLostRecord`) counts as one.
   * @throws LongplayError if the file is not what the user declared
   */
  read(source: Source, entry: Entry, options: ImportOptions, signal: AbortSignal): AsyncIterable<GivenRecord | Finding>;
}

/** A record that the family reads itself. */
export interface GivenRecord {
  readonly kind: 'given';
  /** Number in its file, from 1. */
  readonly number: number;
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** A JSON value. */
  readonly value: unknown;
  /** SHA-256 of the row's text, or of the document's bytes. */
  readonly sha256: string;
  /** The exact text of a row; null for a document. */
  readonly raw: string | null;
}

/** The parts of a staged record from which its values are made. */
export interface StagedValues {
  readonly path: string;
  /** Number of the record, from 1; 0 for a document. */
  readonly number: number;
  readonly pairs: readonly (readonly [name: string, value: string])[];
  readonly value: unknown;
}
