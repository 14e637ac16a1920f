import type { MediaRef, Side } from '../../../src/core/model/recording.ts';
import type { Values } from '../../../src/tables/values/values.ts';

/** A record as it was staged, with its values by name. */
export interface JoinedRecord extends Values {
  /** Names and values exactly as the source has them. */
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** Returns true if there is such a column or member, empty or not. JSON members that are null do not count. */
  has(column: string): boolean;
  readonly shape: string;
  /** Path of the entry that holds the record. */
  readonly path: string;
  /** Table in the entry; empty if there is only one. */
  readonly table: string;
  /** Number of the record, from 1; 0 for a document. */
  readonly number: number;
  /** XmlElement, JSON value, or text of a document; null for a row. */
  readonly value: unknown;
  /** SHA-256 of the row's text or of the document's bytes. */
  readonly sha256: string;
  /** The exact text of a row; null for a document, which is kept as a file. */
  readonly raw: string | null;
}

/** A file that a call got, with the rule; or a file that no call got, with the rules by which calls might have claimed it. */
export interface ClaimedFile {
  readonly path: string;
  /** Path within its container, if it differs from `path`; this is the path that records contain. */
  readonly stored?: string;
  readonly kind: MediaRef['kind'];
  readonly size: number;
  readonly side: Side;
  readonly by: readonly string[];
  readonly window: boolean;
  /** Number of calls that share the file; 0 if no call got it. */
  readonly sharers: number;
}

/** The records and files of one call: those of one key, or of several keys whose calls share a file. */
export interface Call {
  /** The key of its records; null if they have none. */
  readonly key: string | null;
  /** Keys of all calls that share a file here; usually one. */
  readonly keys: readonly string[];
  /** Records of the call, each once, in the order of tables and numbers, or of `Shape.order`. */
  readonly records: readonly JoinedRecord[];
  /** Records with the same text as another one; counted as duplicates. */
  readonly repeated: readonly JoinedRecord[];
  readonly files: readonly ClaimedFile[];
  /** Files that records name and that are not in the source. */
  readonly missing: readonly string[];
  /** Files that may belong to the call, although nothing shows whether they do. */
  readonly doubted: readonly string[];
  /** The rules by which the doubted files may belong to the call, in the words of `Claim.by`. */
  readonly doubtedBy: readonly string[];
  /** True if too many files have a name that its records claim, so that `doubted` does not list all of them. */
  readonly isCrowded: boolean;
  /** Number of calls that claim one of the doubted files, if it exceeds what one recording may have; otherwise 0. */
  readonly claimants: number;
  /** Number of records that repeat the text of another record and are left out. */
  readonly repeats: number;
  /** Records that share their key with others and are distinguished by `Shape.apart`, each with the key that distinguishes it. */
  readonly apart: ReadonlyMap<JoinedRecord, string>;
}

/** A file that no call got. */
export interface UnclaimedFile {
  readonly path: string;
  readonly doubt: string | null;
}

/** Why no call got a file. */
export interface UnclaimedReason {
  /** Why calls might have claimed it, in words; null if none might have. */
  readonly doubt: string | null;
  /** Key of the recording whose file it repeats byte for byte; null if it repeats none. */
  readonly copyOf: string | null;
}
