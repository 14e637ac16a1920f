import type { Side } from '../../../src/core/model/recording.ts';

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
  /** What the record writes of its file's name, where `path` does not say it: asked where nothing else joins the call. */
  readonly written?: string;
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
  /** All of the few files of one name that nothing tells apart are the call's; its family tells copies from others. Absent: copies are identified by content, others are doubted. */
  readonly all?: true;
  /** Of claims of one strength to one file those of the greatest weight count: a longer id names more. Absent: greater than any. */
  weight?(path: string): number;
}
