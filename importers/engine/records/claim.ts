import type { Side } from '../../../src/core/model/recording.ts';

/** A record's claim to a file. */
export interface Claim {
  /** `nameKey`, `stemKey`, or one of `fileKeys`. If there are several, the first that finds a file counts. */
  readonly key: string | readonly string[];
  /** The rule in words, as the reconciliation prints it, e.g. `file name in CVSLCT`. */
  readonly by: string;
  /**
   * `exact` is the default. `window`: numbers and time agree, or a name that other calls may have, and the records offer nothing else to join by; a join then needs exactly
   * one call and one file, or, with `namesakes` and without `path`, one call and files of different names. `place`: the key is a folder, and its few files belong to the call
   * if no other call claims them with this strength; at the top of the source this counts as `window`.
   */
  readonly strength?: 'exact' | 'other-name' | 'window' | 'place';
  /** The path as the record writes it; its folders distinguish files of one name. With `other-name`, the path of the record itself suffices: its name does not count. */
  readonly path?: string;
  /** What the record writes of its file's name, if `path` does not say it. Used if nothing else joins the call. */
  readonly written?: string;
  readonly side?: Side;
  /** If true, nothing is missing when no file matches: the record does not state that there is one. */
  readonly optional?: true;
  /** If true, the letter case of `path` does not count, nor that of the key. */
  readonly ignoreCase?: true;
  /**
   * `doubted`: files of one key that have the same name do not belong to the call, whatever their bytes; many calls that claim many files by one key are settled without
   * comparing each with each. By default, files of one name and one content are copies, and files of one id are the parts of a call.
   */
  readonly namesakes?: 'doubted';
  /** Returns true if a file found under the key fits the claim. */
  fits?(path: string): boolean;
  /**
   * Keys of fewer files, tried in turn if `key` finds more than are compared. With `namesakes`, the first that finds any file is used in addition to `key`. If absent, no
   * file is chosen in that case.
   */
  readonly narrower?: readonly string[];
  /** With `namesakes`: returns those of the found files that are meant. */
  choose?(paths: readonly string[]): ReadonlySet<string>;
  /** The claim to make if this one finds no file. It goes to a file of another name; its path and strength are used as for `other-name`. */
  readonly otherwise?: Omit<Claim, 'strength' | 'otherwise'>;
  /** Returns how far a file of the name is from the call, e.g. in days. Of files that folders do not distinguish, the nearest are chosen. */
  distance?(path: string): number;
  /**
   * If true, all of the few files of one name that nothing distinguishes belong to the call, and its family separates copies from others. If absent, copies are identified
   * by content and other files are doubted.
   */
  readonly all?: true;
  /**
   * Returns the weight of this claim to a file. Of claims of one strength to one file, those of the greatest weight count: a longer id is more specific. Absent: greater
   * than any.
   */
  weight?(path: string): number;
}
