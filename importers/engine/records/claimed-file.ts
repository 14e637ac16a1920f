import type { Alien } from '../../../src/core/model/importer.ts';
import type { MediaRef, Side } from '../../../src/core/model/recording.ts';
import type { ClaimedFile } from './call.ts';

/** An entry that no name and no bytes show to be a medium. It is one where a record names it. */
export interface Unknown {
  /** Why it belongs to nothing, where no record names it. */
  readonly reason: string;
  readonly alien: Alien;
}

/** A file as it stands under each of its keys. */
export interface KeyedFile {
  readonly path: string;
  readonly kind: MediaRef['kind'];
  readonly size: number;
  /** The path as its container stores it, where `path` does not tell it: read as Windows-1252, or with other slashes. */
  readonly stored?: string;
  readonly unknown?: Unknown;
}

/**
 * How surely a call claims a file: lower is surer. `copy`: it has the name and the bytes of the file that is meant; `doubtful`: several files answer to one claim; `present`:
 * the call lies in the file's folder and has files of its own.
 */
export const strengths = { exact: 0, 'other-name': 1, window: 2, copy: 3, doubtful: 4, place: 5, present: 6 } as const;

/** One call's claim to one file, as it is staged. */
export interface StagedClaim {
  readonly group: string;
  readonly strength: number;
  readonly side: Side | null;
  readonly by: string;
  /** The file that this one is a copy of. */
  readonly of?: string;
  /** More calls claim it than one recording may have. */
  readonly tooMany?: true;
  /** As of `Claim.weight`; absent: greater than any. */
  readonly weight?: number;
  /** A doubtful claim by numbers and time, not by a name. */
  readonly isWindow?: true;
}

/** Why no call has got a file: calls may have asked for it, or it is a copy of one that a call has got. */
export interface OrphanReason {
  readonly doubt: string | null;
  /** Where there is a doubt, by what calls may have asked for it. */
  readonly by?: readonly string[];
  readonly copyOf: string | null;
}

/** What stands in the stage of owned files: a file, or one that the call may have asked for and did not get, or that more have the name it asks for than are listed. */
export type Ownership =
  | ClaimedFile
  | { readonly doubted: string; readonly by: readonly string[]; readonly claimants?: number }
  | { readonly crowded: true }
  /** What a record names is no longer missing: a file of a name that differs in letter case or the like was joined in its place. */
  | { readonly answered: string };
