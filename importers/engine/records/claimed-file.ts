import type { UnclaimedFile } from '../../../src/core/model/importer.ts';
import type { MediaRef, Side } from '../../../src/core/model/recording.ts';
import type { ClaimedFile } from './call.ts';

/** An entry that neither its name nor its bytes identify as a medium. It becomes a medium if a record names it. */
export interface Unknown {
  /** Why it belongs to no call if no record names it. */
  readonly reason: string;
  readonly alien: UnclaimedFile;
}

/** A file, as it is staged with its keys. */
export interface KeyedFile {
  readonly path: string;
  readonly kind: MediaRef['kind'];
  readonly size: number;
  /** Path within its container, if it differs from `path`: read as Windows-1252, or with other slashes. */
  readonly stored?: string;
  readonly unknown?: Unknown;
  /** Present for a document that gives its recording a name; no call gets it as a file. */
  readonly isDocument?: true;
}

/**
 * Strength of a call's claim to a file; lower is stronger. `copy`: the file has the name and the bytes of the file that the record means. `doubtful`: several
 * files match one claim. `present`: the call lies in the file's folder and has files of its own.
 */
export const strengths = { exact: 0, 'other-name': 1, window: 2, copy: 3, doubtful: 4, place: 5, present: 6 } as const;

/** One call's claim to one file, as it is staged. */
export interface StagedClaim {
  readonly group: string;
  readonly strength: number;
  readonly side: Side | null;
  readonly by: string;
  /** Path of the file of which this one is a copy. */
  readonly of?: string;
  /** Present if more calls claim the file than one recording may have. */
  readonly tooMany?: true;
  /** Weight of the claim (`Claim.weight`); absent: greater than any weight. */
  readonly weight?: number;
  /** A doubtful claim by numbers and time, not by a name. */
  readonly isWindow?: true;
}

/** Why no call got a file: calls might have claimed it, or it is a copy of a file that a call got. */
export interface OrphanReason {
  readonly doubt: string | null;
  /** If there is a doubt, the rules by which calls might have claimed it. */
  readonly by?: readonly string[];
  readonly copyOf: string | null;
}

/**
 * An item in the stage of owned files: a file that a call got, a file that the call might have claimed and did not get, or a mark that more files have the
 * claimed name than are listed.
 */
export type Ownership =
  | ClaimedFile
  | { readonly doubted: string; readonly by: readonly string[]; readonly claimants?: number }
  | { readonly crowded: true }
  /** A name in a record that is no longer missing: a file whose name differs, e.g. in letter case, was joined instead. */
  | { readonly answered: string };
