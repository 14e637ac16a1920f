import type { Side } from '../../../src/core/model/recording.ts';

/** A record's claim to a file. */
export interface Claim {
  /** Key of the file: `nameKey`, `stemKey`, or one of `fileKeys`. If there are several, the first that finds a file counts. */
  readonly key: string | readonly string[];
  /** The rule in words, as the reconciliation prints it, e.g. `file name in CVSLCT`. */
  readonly by: string;
  /**
   * `exact` is the default. `window`: numbers and time agree, or a name that other calls may have, and the records offer no other way to join; a join then
   * needs exactly one call and one file, or, with `namesakes` and without `path`, one call and files of different names. `place`: the key is a folder, and its
   * few files belong to the call if no other call claims them with this strength; at the top of the source this counts as `window`.
   */
  readonly strength?: 'exact' | 'other-name' | 'window' | 'place';
  /**
   * The path as written in the record; its folders distinguish files of one name. With `other-name`, the path of the record itself suffices, because its name
   * does not count.
   */
  readonly path?: string;
  /** The record's text for the name of its file, if `path` does not contain it. Used if nothing else joins the call. */
  readonly written?: string;
  readonly side?: Side;
  /** True: no file counts as missing if none matches, because the record does not state that there is one. */
  readonly optional?: true;
  /** True: the letter case of `path` and of the key does not count. */
  readonly ignoreCase?: true;
  /**
   * `doubted`: files of one key that have the same name do not belong to the call, whatever their bytes. If many calls claim many files by one key, they are
   * then settled without comparing each with each. By default, files of one name and one content are copies, and files of one id are the parts of a call.
   */
  readonly namesakes?: 'doubted';
  /** Returns true if a file found under the key fits the claim. */
  fits?(path: string): boolean;
  /**
   * Keys of fewer files, tried in turn if `key` finds more than are compared. With `namesakes`, the first that finds any file is used in addition to `key`.
   * Absent: no file is chosen in that case.
   */
  readonly narrower?: readonly string[];
  /** With `namesakes`: returns those of the found files to which the claim refers. */
  choose?(paths: readonly string[]): ReadonlySet<string>;
  /** The claim to make if this one finds no file. It refers to a file of another name; its path and strength are used as for `other-name`. */
  readonly otherwise?: Omit<Claim, 'strength' | 'otherwise'>;
  /** Returns how far a file with the name is from the call, e.g. in days. Among files that folders do not distinguish, the nearest are chosen. */
  distance?(path: string): number;
  /**
   * True: all of the few files of one name that nothing distinguishes belong to the call, and its family separates copies from others. Absent: copies are
   * identified by content and other files are doubted.
   */
  readonly all?: true;
  /**
   * Returns the weight of this claim to a file. Among claims of one strength to one file, those of the greatest weight count, e.g. a longer id because it is
   * more specific. Absent: greater than any weight.
   */
  weight?(path: string): number;
}
