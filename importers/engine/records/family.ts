import type { SoundKind } from '../../../src/core/base/media-judge.ts';
import type { Finding } from '../../../src/core/findings/finding.ts';
import type { Grade } from '../../../src/core/model/grade.ts';
import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { MediaRef } from '../../../src/core/model/recording.ts';
import type { Source } from '../../../src/core/model/source.ts';
import type { Call, ClaimedFile, JoinedRecord, UnclaimedFile, UnclaimedReason } from './call.ts';
import type { Claim } from './claim.ts';
import type { Context, Described } from './described.ts';
import type { Shape } from './shape.ts';

/**
 * All facts about one recorder family: the layout of its tables and documents, which record claims which file, and the meaning of values. `familyImporter`
 * creates an importer from it that reads, stages and joins, and accounts for every record and file.
 */
export interface Family {
  readonly id: string;
  readonly title: string;
  readonly grade: Grade;
  /** Sources of the facts. */
  readonly facts: readonly [string, ...string[]];
  /** Samples on which the family was tested, as `Importer.tested`. */
  readonly tested: readonly [string, ...string[]];
  readonly shapes: readonly [Shape, ...Shape[]];
  /**
   * Returns the family adapted to one source, e.g. because a configuration in the source lists the columns of its tables. Called before anything is read.
   * Absent: the family is used unchanged.
   */
  forSource?(source: Source, options: ImportOptions, signal: AbortSignal): Promise<Family>;
  /** Returns the evidence in words for people; null if the source does not belong to the family. Absent: the evidence is the number of items found. */
  evidence?(seen: SeenSource): string | null;
  /**
   * Returns the kind of a medium by its path, if the family knows more than the extension shows. Absent: the extension decides.
   * @param usual the kind that the extension shows
   */
  mediumKind?(path: string, usual: SoundKind | null): KindByName;
  /**
   * Returns further keys under which a file can be claimed, besides `nameKey` and `stemKey` of its name: ids in its name or in its folders.
   * @param of `document`: a document that could not be read, which claims files by these keys
   */
  fileKeys?(path: string, of: 'medium' | 'document'): readonly string[];
  /** Returns the keys of a medium for `Claim.narrower`, if the family has no `nameKeys`. The same path always gives the same keys. */
  narrowKeys?(path: string): readonly string[];
  /**
   * Returns the keys of a file by its name as a record may contain it, in place of `nameKey` and `stemKey`. Used for media and all other entries alike, because
   * a record that contains a name refers to that entry. Absent: `nameKey` and `stemKey`.
   */
  nameKeys?(path: string): readonly string[];
  /**
   * Returns the key of the recording that a file becomes if no record claims it. If several files have one key, or a record has it, the engine appends part of
   * a digest. Absent: the name of the file.
   */
  fileKey?(path: string): string;
  /** Returns the group of a file by its name. Unclaimed files of one group become one recording. Absent: each file becomes a recording of its own. */
  fileGroup?(path: string): string;
  /** Divides the unclaimed files of one group into recordings, if their names together show more than each name alone. Absent: the group is one recording. */
  fileCalls?(files: readonly UnclaimedFile[]): readonly (readonly UnclaimedFile[])[];
  /**
   * Returns a key for each file of one recording. Files with one key and one size are compared by their bytes, and a file that repeats another becomes a
   * recording of its own. Null: the file is not compared. Absent: no files of a recording are compared.
   */
  twinKeys?(files: readonly ClaimedFile[]): readonly (string | null)[];
  /**
   * Returns the claims of all records of a call together. Absent: each record's claims are requested (`Shape.claims`).
   * @param isMarked returns true if a record of the source has that mark (`Shape.marks`)
   */
  claims?(key: string | null, records: readonly JoinedRecord[], isMarked: (mark: string) => boolean): readonly Claim[];
  /**
   * Returns keys under which an entry can be claimed although neither its name nor its content shows a medium: it belongs to the recording with its id, as a
   * medium of kind `other`. Empty: none. Absent: such an entry is claimed only by a record that names it.
   */
  besideKeys?(path: string): readonly string[];
  /**
   * Returns why the documents and files of a call do not belong to the family; they then become unclaimed files. Called for calls that have only documents with
   * one record each. The roles of these documents are reported afterwards. Null: the call is a recording. Absent: every call is.
   */
  strayReason?(call: Call): { readonly documents: string; readonly files: string } | null;
  /** Reason to report for a file with the bytes of another file of its recording, if it does not become a recording of its own. Absent: it becomes one. */
  readonly copyReason?: string;
  /** Returns the key of copy number `number`, from 1, among the files of the recording with the key `of`. Absent: derived from the copy's own key. */
  copyKey?(of: string, number: number): string;
  /** Returns why a file belongs to no call, if the family recognises the file; otherwise null. */
  unclaimedReason?(path: string, sizeBytes: number): string | null;
  /**
   * Returns true for a name that only this family gives; used for sources without tables. Such files alone suffice to recognise the family if they outnumber
   * the tables and documents of other families.
   */
  namesFile?(path: string): boolean;
  /** Describes a call with its records and files: one recording, or several if each has its own records and files. */
  describe(call: Call, context: Context): Described | readonly Described[];
  /** How calls and files that no claim joins are joined by time. Absent: nothing is joined by time. */
  readonly window?: WindowJoin;
  /** Called when every entry has been read, before anything is joined. @throws LongplayError if the source lacks something that the family needs */
  allRead?(): void;
  /** Returns the family's own counts as findings of the source; called at the end. The engine then does not count starts without a zone. */
  counted?(place: string): readonly Finding[];
  /**
   * Describes files that no record claims, from their names alone. Absent: each is a recording that has only a name.
   * @param files all files of the recording, `file` first
   * @param why why no call got them
   */
  describeFile?(file: ClaimedFile, context: Context, files: readonly ClaimedFile[], why: UnclaimedReason): Described;
  /** Returns the finding for calls whose start is a local time in an unknown zone. Absent: I163. */
  unzoned?(place: string, calls: number): Finding;
}

/**
 * What a name shows about a medium. `none`: the file is not a medium of the family, whatever its bytes, and does not count as missing. `outside`: the user's
 * selection leaves the file out, which is reported if its bytes are those of a medium. Null: the name does not show the kind.
 */
export type KindByName = MediaRef['kind'] | 'none' | 'outside' | null;

/** What a family learns about a source in order to recognise it. */
export interface SeenSource {
  /** Tables of the family's shapes. */
  readonly tables: readonly SeenTable[];
  /** Number of media, by their names. */
  readonly media: number;
  /** Number of media with names that only this family gives (`namesFile`). */
  readonly named: number;
}

/** A table of a family's shape. */
export interface SeenTable {
  readonly shape: string;
  /** Numbers of columns that its rows have, ascending; more than one if rows differ. */
  readonly widths: readonly number[];
}

/**
 * How to join by time the calls and files that no claim joins: a call and a file are joined if they match within the window and neither matches anything else.
 */
export interface WindowJoin {
  readonly widthMs: number;
  /** True: both must name a party, and the same one. */
  readonly byParty: boolean;
  /** The rule in words, as the reconciliation prints it. */
  readonly by: string;
  /** Returns the moment of a record; null if its time is unknown, in which case it is not joined by time. */
  ofRecord(record: JoinedRecord): Moment | null;
  ofFile(path: string): Moment | null;
}

/** The start of a call or file, and the party it concerns. */
export interface Moment {
  /** Epoch ms; several values for a local time in a DST fold. */
  readonly at: readonly number[];
  /** The party, normalised so that different spellings are equal; null if unknown. */
  readonly party: string | null;
}
