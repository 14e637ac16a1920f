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
 * Everything that is specific to one recorder family: the layout of its tables and documents, which record claims which file, and what the values mean.
 * `familyImporter` makes an importer from it, which reads, stages and joins, and accounts for every record and file.
 */
export interface Family {
  readonly id: string;
  readonly title: string;
  readonly grade: Grade;
  /** Source of each fact. */
  readonly facts: readonly [string, ...string[]];
  /** What the family was tested on, as `Importer.tested`. */
  readonly tested: readonly [string, ...string[]];
  readonly shapes: readonly [Shape, ...Shape[]];
  /**
   * Returns the family adapted to one source; called before anything is read. E.g. a configuration in the source may list the columns of its tables. Absent: the family
   * is used unchanged.
   */
  forSource?(source: Source, options: ImportOptions, signal: AbortSignal): Promise<Family>;
  /** Returns the evidence in words for people; null if the source does not belong to the family. Absent: the evidence is the count of what was seen. */
  evidence?(seen: SeenSource): string | null;
  /**
   * Returns the kind of a medium by its path, if the family knows more than the extension says. Absent: the extension decides.
   * @param usual what the extension says.
   */
  mediumKind?(path: string, usual: SoundKind | null): KindByName;
  /**
   * Returns keys under which a file can be claimed, in addition to `nameKey` and `stemKey` of its name: ids in its name or in its folders.
   * @param of `document`: a document that could not be read, and that claims files by these keys.
   */
  fileKeys?(path: string, of: 'medium' | 'document'): readonly string[];
  /**
   * Returns the keys of a file by its name, as a record may write it, instead of `nameKey` and `stemKey`. Used for media and every other entry alike, since a record that
   * writes a name means that entry. Absent: those two.
   */
  nameKeys?(path: string): readonly string[];
  /**
   * Returns the key of the recording that a file makes if no record claims it. If several files have one key, or a record has it, the engine appends part of a digest.
   * Absent: the name of the file.
   */
  fileKey?(path: string): string;
  /** Returns the group of a file by its name. Unclaimed files of one group make one recording. Absent: each file makes a recording of its own. */
  fileGroup?(path: string): string;
  /** Divides the unclaimed files of one group into recordings, if their names together say more than each alone. Absent: the group is one recording. */
  fileCalls?(files: readonly UnclaimedFile[]): readonly (readonly UnclaimedFile[])[];
  /**
   * Returns a key for each file of one recording. Files of one key and one size are compared by their bytes, and a file that repeats another becomes a recording of its
   * own. Null: the file is not compared. Absent: no files of a recording are compared.
   */
  twinKeys?(files: readonly ClaimedFile[]): readonly (string | null)[];
  /**
   * Returns the files that the records of a call name; called once for all records. Absent: each record is asked (`Shape.claims`).
   * @param isMarked whether a record of the source has that mark (`Shape.marks`).
   */
  claims?(key: string | null, records: readonly JoinedRecord[], isMarked: (mark: string) => boolean): readonly Claim[];
  /**
   * Returns keys under which an entry can be claimed although neither its name nor its content shows a medium: it belongs to the recording of its id, as a medium of kind
   * `other`. Empty: none. Absent: such an entry is claimed only by a record that names it.
   */
  besideKeys?(path: string): readonly string[];
  /**
   * Returns why the documents and files of a call do not belong to the family; they become unclaimed files then. Called for calls that hold only documents with one record
   * each; what the documents are is reported afterwards. Null: the call is a recording. Absent: every call is.
   */
  strayReason?(call: Call): { readonly documents: string; readonly files: string } | null;
  /** What a file is called that has the bytes of another file of its recording, if it does not become a recording of its own. Absent: it becomes one. */
  readonly copyReason?: string;
  /** Returns the key of copy number `number`, from 1, among the files of the recording with the key `of`. Absent: made from the copy's own key. */
  copyKey?(of: string, number: number): string;
  /** Returns why a file belongs to no call, if the family knows what the file is; otherwise null. */
  unclaimedReason?(path: string, sizeBytes: number): string | null;
  /**
   * Returns true for a name that only this family gives; used for sources without tables. Such files alone suffice to recognise the family if they outnumber the tables
   * and documents of others.
   */
  namesFile?(path: string): boolean;
  /** Describes a call with its records and files: one recording, or several if each has its own records and files. */
  describe(call: Call, context: Context): Described | readonly Described[];
  /** How to join by time what no claim joins. Absent: nothing is joined by time. */
  readonly window?: WindowJoin;
  /** Called when every entry has been read, before anything is joined. @throws LongplayError if the source lacks something that the family needs. */
  allRead?(): void;
  /** Returns what the family counted, as findings of the source; called at the end. The engine then does not count starts without a zone. */
  counted?(place: string): readonly Finding[];
  /**
   * Describes files that no record claims, from their names alone. Absent: each is a recording that has only a name.
   * @param files all files of its recording, `file` first.
   * @param why why no call has got them.
   */
  describeFile?(file: ClaimedFile, context: Context, files: readonly ClaimedFile[], why: UnclaimedReason): Described;
  /** Returns the finding for calls whose start is a local time of an unknown zone. Absent: I163. */
  unzoned?(place: string, calls: number): Finding;
}

/**
 * What a name says about a medium. `none`: it is not a medium of the family, whatever its bytes, and it does not count as missing. `outside`: the user's selection leaves
 * it out, which is reported if its bytes are those of a medium. Null: the name does not tell.
 */
export type KindByName = MediaRef['kind'] | 'none' | 'outside' | null;

/** What a family sees of a source. */
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

/** How to join calls and files by time that no claim joins: a call and a file are joined if they match within the window and neither matches anything else. */
export interface WindowJoin {
  readonly widthMs: number;
  /** If true, both must name a party, and the same one. */
  readonly byParty: boolean;
  /** The rule in words, as the reconciliation prints it. */
  readonly by: string;
  /** Returns the moment of a record; null if its time is not known, and it is not joined by time. */
  ofRecord(record: JoinedRecord): Moment | null;
  ofFile(path: string): Moment | null;
}

/** When something began, and which party it concerns. */
export interface Moment {
  /** Epoch ms; several values for a local time in a DST fold. */
  readonly at: readonly number[];
  /** The party, normalised so that two spellings of it are equal; null if unknown. */
  readonly party: string | null;
}
