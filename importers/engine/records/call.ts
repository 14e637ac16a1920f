import type { MediaRef, Side } from '../../../src/core/model/recording.ts';
import type { Values } from '../../../src/tables/values/values.ts';

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

/** A file that a call has got, and why; a file that no call has got, and what it might have been claimed by. */
export interface ClaimedFile {
  readonly path: string;
  /** The path as its container stores it, where `path` does not tell it; a record writes this one. */
  readonly stored?: string;
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

/** A file that no call has got. */
export interface UnclaimedFile {
  readonly path: string;
  readonly doubt: string | null;
}

/** Why no call has got a file. */
export interface UnclaimedReason {
  /** In words, where calls may have asked for it. */
  readonly doubt: string | null;
  /** Key of the recording of which it repeats a file, by its bytes; null: of none. */
  readonly copyOf: string | null;
}
