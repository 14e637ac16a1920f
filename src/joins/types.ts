import type { ByteReader } from '../core/bytes.ts';
import type { Finding } from '../core/finding.ts';
import type { Grade } from '../core/grade.ts';
import type { ImportOptions } from '../core/importer.ts';
import type { SoundKind } from '../core/media-judge.ts';
import type { MediaRef, ReconciliationStatus, Recording, Side, SourceRef } from '../core/recording.ts';
import type { Entry, Source } from '../core/source.ts';
import type { Row } from '../tables/types.ts';
import type { Values } from '../tables/values.ts';

/**
 * What is peculiar to one recorder family: what its tables and documents look like, which record asks for which file, and what the values mean.
 * `familyImporter` makes an importer of it: it reads, stages, joins, and accounts for every record and file.
 */
export interface Family {
  readonly id: string;
  readonly title: string;
  readonly grade: Grade;
  /** Where each fact comes from. */
  readonly facts: readonly [string, ...string[]];
  /** What it was tried on, as `Importer.tested`. */
  readonly tested: readonly [string, ...string[]];
  readonly shapes: readonly [Shape, ...Shape[]];
  /** Returns the family as one source shows it; asked before anything is read. A configuration in the source may list the columns of its tables. Absent: the family as it stands. */
  forSource?(source: Source, options: ImportOptions, signal: AbortSignal): Promise<Family>;
  /** Returns the evidence in words for people; null: the source is none of the family's. Absent: what was seen, counted. */
  evidence?(seen: SeenSource): string | null;
  /**
   * What a medium is by its path, where the family knows more than the extension says. `none`: no medium of the family's, whatever its bytes; null: the name leaves
   * it open. Absent: what the extension says.
   * @param usual what the extension says.
   */
  mediumKind?(path: string, usual: SoundKind | null): MediaRef['kind'] | 'none' | null;
  /**
   * Keys under which a file can be claimed, beside `nameKey` and `stemKey` of its name: ids in its name or in its folders.
   * @param of `document`: one that could not be read, and asks by them.
   */
  fileKeys?(path: string, of: 'medium' | 'document'): readonly string[];
  /**
   * Keys of a file by its name, as a record may write it, in place of `nameKey` and `stemKey`: of media and of every other entry alike, since a record that writes a
   * name means that entry. Absent: those two.
   */
  nameKeys?(path: string): readonly string[];
  /**
   * The key of the recording that a file is where no record claims it; of several files of one key, and where a record has it, the engine adds a part of a digest.
   * Absent: the name of the file.
   */
  fileKey?(path: string): string;
  /** Files that are one recording where no record claims them, by their names alone: those of one group. Absent: each is one of its own. */
  fileGroup?(path: string): string;
  /** Parts the unclaimed files of one group into recordings, where their names together say more than each alone. Absent: the group is one recording. */
  fileCalls?(files: readonly UnclaimedFile[]): readonly (readonly UnclaimedFile[])[];
  /**
   * Returns for each file of one recording a key; files of one key and one size are compared by their bytes, and one that repeats another is a copy: a recording of
   * its own. Null: the file is not compared. Absent: no file of a recording is compared with another.
   */
  twinKeys?(files: readonly ClaimedFile[]): readonly (string | null)[];
  /** Files that the records of a call name, asked once for all of them. Absent: each record is asked (`Shape.claims`). */
  claims?(key: string | null, records: readonly JoinedRecord[]): readonly Claim[];
  /**
   * Keys under which an entry that is no medium by its name and its content can be claimed all the same: it belongs to the recording of its id, as a medium of kind
   * `other`. Empty: none. Absent: such an entry is claimed only by a record that names it.
   */
  besideKeys?(path: string): readonly string[];
  /**
   * Why the documents of a call, and its files, are nothing of the family's: they are unclaimed files then. Asked of calls of documents alone, each of which holds one
   * record; what the documents are is said once this is known. Null: the call is a recording. Absent: every call is.
   */
  strayReason?(call: Call): { readonly documents: string; readonly files: string } | null;
  /** Key of the `number`th copy, from 1, among the files of the recording with the key `of`. Absent: made of the copy's own key. */
  copyKey?(of: string, number: number): string;
  /** Why a file is none of a call's, where the family knows what it is. */
  alienReason?(path: string, sizeBytes: number): string | null;
  /** A name that only this family gives, for sources without tables; such files alone suffice to recognise it, where they are more than the tables and documents of others. */
  namesFile?(path: string): boolean;
  /** What a call with its records and files is: one recording, or several where each has records and files of its own. */
  describe(call: Call, context: Context): Described | readonly Described[];
  /** Joins by time what no claim joins. Absent: nothing is. */
  readonly window?: WindowJoin;
  /** Called when every entry has been read, before anything is joined. @throws LongplayError where what was read is not what the family needs. */
  allRead?(): void;
  /** What the family counted, as findings of the source, asked for in the end; then the engine counts no starts without a zone. */
  counted?(place: string): readonly Finding[];
  /**
   * What files are that no record claims, by their names alone; where absent each is a recording that has its name and nothing else.
   * @param files all of its recording, `file` first.
   * @param why why no call has got them.
   */
  describeFile?(file: ClaimedFile, context: Context, files: readonly ClaimedFile[], why: UnclaimedReason): Described;
  /** The finding of calls whose start is the local time of an unknown zone. Absent: I163. */
  unzoned?(place: string, calls: number): Finding;
}

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

/** What a source looks like to a family. */
export interface SeenSource {
  /** Tables of the family's shapes. */
  readonly tables: readonly SeenTable[];
  /** Media by their names. */
  readonly media: number;
  /** Media with names that only this family gives (`namesFile`). */
  readonly named: number;
}

/** A table of a family's shape. */
export interface SeenTable {
  readonly shape: string;
  /** How many columns its rows have, ascending; more than one where rows differ. */
  readonly widths: readonly number[];
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
  /** The name of a document may be the key of its recording (`Family.fileKey`): it is told apart from those of files and of other documents. */
  readonly isOwnKey?: true;
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

/** How calls and files that no claim joins are joined by time: where each has the other within the window, and nobody else. */
export interface WindowJoin {
  readonly widthMs: number;
  /** Both must name a party, and the same. */
  readonly byParty: boolean;
  /** In words, for the rule of the reconciliation. */
  readonly by: string;
  /** Null: its time is not known, and it takes no part. */
  ofRecord(record: JoinedRecord): Moment | null;
  ofFile(path: string): Moment | null;
}

/** When something began, and whom it is about. */
export interface Moment {
  /** Epoch ms; several for an hour that occurred twice. */
  readonly at: readonly number[];
  /** In a form in which two spellings are the same; null: unknown. */
  readonly party: string | null;
}

/** A record as it was staged, with its values by name. */
export interface JoinedRecord extends Values {
  /** Names and values as they stand. */
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** Whether there is such a column or member, empty or not; of JSON without what is null. */
  has(column: string): boolean;
  readonly shape: string;
  /** The entry that it stands in. */
  readonly path: string;
  /** Table in the entry; empty where there is but one. */
  readonly table: string;
  /** From 1; 0 for a document. */
  readonly number: number;
  /** XmlElement, JSON value, or text of a document; null for a row. */
  readonly value: unknown;
  /** SHA-256 of the row's text or of the document's bytes. */
  readonly sha256: string;
  /** The row exactly; null for a document, which is kept as a file. */
  readonly raw: string | null;
}

/** A record's claim to a file. */
export interface Claim {
  /** `nameKey`, `stemKey`, or one of `fileKeys`; of several the first that finds a file. */
  readonly key: string | readonly string[];
  /** In words, for the rule of the reconciliation: `file name in CVSLCT`. */
  readonly by: string;
  /**
   * `window`: numbers and time agree, or a name that other calls may have, and nothing else was there to join by; then only one call and one file are a join, or with
   * `namesakes` and without `path` one call and files of different names. `place`: the key is a folder, and its few
   * files are the call's where no other call has a claim of this strength to them; at the top of the source this counts as `window`. By default `exact`.
   */
  readonly strength?: 'exact' | 'other-name' | 'window' | 'place';
  /** The path as the record writes it: tells files of one name apart by their folders. With `other-name` the record's own path will do: its name does not count. */
  readonly path?: string;
  readonly side?: Side;
  /** Nothing is missing where no file answers: the record does not say that there is one. */
  readonly optional?: true;
  /** Letter case of `path` does not count, as it does not in the key. */
  readonly ignoreCase?: true;
  /**
   * `doubted`: files that one key finds and whose names are the same are none of the call's, whatever their bytes; many calls that claim many files by one key are
   * settled without comparing each with each. By default files of one name and one content are copies, and those of one id the parts of a call.
   */
  readonly namesakes?: 'doubted';
  /** Whether a file found under the key is meant. */
  fits?(path: string): boolean;
  /**
   * Keys of fewer files, asked in turn where `key` finds more than are compared. With `namesakes` the first that finds any is asked beside `key`; then, absent, none is
   * meant.
   */
  readonly narrower?: readonly string[];
  /** With `namesakes`: those of the files found that are meant. */
  choose?(paths: readonly string[]): ReadonlySet<string>;
  /** The claim to make where this one finds no file: to a file of another name, which its path and strength are compared for as for `other-name`. */
  readonly otherwise?: Omit<Claim, 'strength' | 'otherwise'>;
  /** How far a file of the name lies from the call, e.g. in days; of files that folders do not tell apart the nearest are meant. */
  distance?(path: string): number;
  /** All of the few files of one name that nothing tells apart are the call's; its family tells copies from others. Absent: copies are told by their bytes, others are doubted. */
  readonly all?: true;
  /** Of claims of one strength to one file those of the greatest weight count: a longer id names more. Absent: greater than any. */
  weight?(path: string): number;
}

/** Why no call has got a file. */
export interface UnclaimedReason {
  /** In words, where calls may have asked for it. */
  readonly doubt: string | null;
  /** It has the name and the bytes of another file. */
  readonly isCopy: boolean;
}

/** A file that no call has got. */
export interface UnclaimedFile {
  readonly path: string;
  readonly doubt: string | null;
}

/** A file that a call has got, and why; a file that no call has got, and what it might have been claimed by. */
export interface ClaimedFile {
  readonly path: string;
  readonly kind: MediaRef['kind'];
  readonly size: number;
  readonly side: Side;
  readonly by: readonly string[];
  readonly window: boolean;
  /** Calls that share it; 0 where no call has got it. */
  readonly sharers: number;
}

/** All that belongs to one call: records of one key, or of several that share a file. */
export interface Call {
  /** The key of its records; null where they have none. */
  readonly key: string | null;
  /** Keys of all calls that share a file here; one, mostly. */
  readonly keys: readonly string[];
  /** Each once, in the order of tables and numbers, or of `Shape.order`. */
  readonly records: readonly JoinedRecord[];
  /** Records with the text of another one, counted as duplicates. */
  readonly repeated: readonly JoinedRecord[];
  readonly files: readonly ClaimedFile[];
  /** What records name and nothing in the source is. */
  readonly missing: readonly string[];
  /** Files that may be meant, and nothing tells whether. */
  readonly doubted: readonly string[];
  /** By what they may be, in the words of `Claim.by`. */
  readonly doubtedBy: readonly string[];
  /** So many files have a name that its records ask for that `doubted` does not list them all. */
  readonly isCrowded: boolean;
  /** Calls that claim one of the doubted files, where they are more than one recording may have; else 0. */
  readonly claimants: number;
  /** Records that stand elsewhere with the same text, and are left out. */
  readonly repeats: number;
  /** Records whose key is that of others, by `Shape.apart`, and the key that tells each apart. */
  readonly apart: ReadonlyMap<JoinedRecord, string>;
}

/** What a family may ask while it describes a call. */
export interface Context {
  /** IANA zone of times that name none; null: unknown. */
  readonly zone: string | null;
  /** Details of that shape under that key, in order. They count as read into a recording. */
  details(shape: string, key: string): readonly JoinedRecord[];
  /** The path below the folder that all media have in common, so that a key does not say where an export was copied to. */
  below(path: string): string;
  /**
   * Key of a recording that only a file names: the file's name, with its folders where other files have the name.
   * @param others files and documents of the same recording; the key is the first's of all that share it.
   */
  keyOf(path: string, others?: readonly string[]): string;
  /** When a file was changed last, as its container or folder says, epoch ms; null where nothing is stored. */
  modifiedMs(path: string): number | null;
}

/** What a record states of the bytes of a file. */
export interface StatedBytes {
  readonly path: string;
  readonly sizeBytes: number | null;
  /** The algorithm as the record names it (`sha512`, `SHA-256`, `MD5`, `crc32`), the value hexadecimal in either case. */
  readonly digest: { readonly algorithm: string; readonly value: string } | null;
}

/** A recording as far as the family knows it; the rest is made of the call: media, status, rule, provenance, and what nobody took. */
export interface Described
  extends Partial<Omit<Recording, 'kind' | 'importer' | 'grade' | 'key' | 'media' | 'provenance' | 'reconciliation' | 'extra'>> {
  /** Unique within the family: the recorder's own id. Null: made of the file's name, or of the record. */
  readonly key: string | null;
  /** Why there is no audio, where the records say so. */
  readonly absence?: Extract<ReconciliationStatus, 'deleted-at-source' | 'not-recorded-by-design'>;
  /** A status that the family knows better than the counts do. */
  readonly status?: ReconciliationStatus;
  /** How it was joined, where the family says it in its own words. */
  readonly rule?: string;
  /** What else its facts are from, beside its records: names of files. Of a file that no record claims: in place of its path. */
  readonly provenance?: readonly SourceRef[];
  /** `extra` has all that is said of it and has no other place; by default what was not taken of its records follows. */
  readonly hasAllExtra?: true;
  /** Its findings say what is missing and what fits others alike; the engine adds none about that. */
  readonly tellsDoubts?: true;
  /** Records of this recording; by default all of the call. */
  readonly records?: readonly JoinedRecord[];
  /** Records that repeat others of this recording: counted as duplicates, kept with it. */
  readonly repeated?: readonly JoinedRecord[];
  /** Files of this recording; by default all of the call. */
  readonly files?: readonly ClaimedFile[];
  /** What the family knows of a medium beyond its place. */
  medium?(file: ClaimedFile): Partial<Omit<MediaRef, 'path'>>;
  /** What its records state of the bytes of files: compared, and what differs is a finding. */
  readonly stated?: readonly StatedBytes[];
  /** Facts of documents that no pair shows. */
  readonly extra?: Recording['extra'];
  /** `extra` and `provenance` are whole: values that nobody took are not added to the one, nor records to the other. */
  readonly isWhole?: true;
}
