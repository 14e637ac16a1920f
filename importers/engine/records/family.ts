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
   * What a medium is by its path, where the family knows more than the extension says. Absent: what the extension says.
   * @param usual what the extension says.
   */
  mediumKind?(path: string, usual: SoundKind | null): KindByName;
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
  /**
   * Files that the records of a call name, asked once for all of them. Absent: each record is asked (`Shape.claims`).
   * @param isMarked whether a record of the source has that mark, by `Shape.marks`.
   */
  claims?(key: string | null, records: readonly JoinedRecord[], isMarked: (mark: string) => boolean): readonly Claim[];
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
  /** What a file is that has the bytes of another of its recording, where it is no recording of its own. Absent: it is one. */
  readonly copyReason?: string;
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

/**
 * What a name says of a medium. `none`: it is no medium of the family's, whatever its bytes, and nobody misses it; `outside`: whoever chose the files left it out, which is
 * told where its bytes are a medium's; null: the name leaves it open.
 */
export type KindByName = MediaRef['kind'] | 'none' | 'outside' | null;

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
