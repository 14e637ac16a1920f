import type { KnownErasure } from '../../log/erasure/known-erasures.ts';

/**
 * Terms of NIST SP 800-88 Rev. 2: cryptographic erase for sealed recordings; in an open archive, files are removed and their blocks may remain on the medium.
 */
type ErasureMethod =
  | 'purge: cryptographic erase'
  | 'clear: bags written again without the recordings'
  | 'clear: cases written again without the messages';

/** A copy of the keyring, and the time when its secrets were destroyed. */
export interface CertifiedCopy {
  readonly copy: string;
  /** ISO time; null: the copy owes the destruction. */
  readonly destroyedAt: string | null;
  /** Number of the root that replaced the earlier one, and how the new root is kept. */
  readonly root: number | null;
  readonly kept: string | null;
  /** True if the store of the earlier root did not confirm that the root is gone. */
  readonly isUncertain: boolean;
}

/** Statements of a certificate. All of them follow from the log entries that it carries. */
export interface Certificate {
  readonly format: 'longplay-erasure-certificate-v1';
  readonly archive: string;
  readonly writtenAt: string;
  readonly method: ErasureMethod;
  readonly request: Pick<
    KnownErasure,
    | 'request'
    | 'ground'
    | 'requestedAt'
    | 'requestedBy'
    | 'due'
    | 'waitMs'
    | 'requestedLogin'
    | 'approvedAt'
    | 'hastenedAt'
    | 'approvedBy'
    | 'from'
    | 'executedAt'
    | 'recordings'
    | 'parts'
    | 'set'
  >;
  /**
   * The key that approved the request: its id, its public half as `longplay erase add-approver` registered it, and when and by whom, as pseudonyms, it was
   * registered.
   */
  readonly approver: { readonly id: string; readonly key: string; readonly addedAt: string; readonly addedBy: readonly string[] } | null;
  /** ISO times from which nobody can read the recordings: in this archive, and with any copy of its keyring; null: not yet. */
  readonly unreadableAt: string | null;
  readonly finalAt: string | null;
  /** Replicas that have not followed: they may still hold something that was erased. */
  readonly owing: readonly string[];
  /** Keyed digests of the recordings' ids. */
  readonly marks: readonly string[];
  /** Keyed digests of recording id and name of the files that were erased alone; their recordings stay. */
  readonly fileMarks: readonly string[];
  /** Keyed digests of case and message of the messages that were erased. */
  readonly messageMarks: readonly string[];
  /** Pages of the keyring whose keys were destroyed, each in every generation before this one; empty for an open archive. */
  readonly keys: readonly { readonly page: string; readonly before: number }[];
  readonly copies: readonly CertifiedCopy[];
  /** Bags that were written again or removed; empty for a sealed archive. */
  readonly bags: readonly string[];
  /** Recovery epoch at the destruction: from the next epoch on, its shares open nothing. Null: there was no recovery. */
  readonly epoch: number | null;
  /** The last verification after the execution; null: there was none. */
  readonly verification: { readonly at: string; readonly errors: number; readonly erased: number; readonly complete: boolean } | null;
  /** Entries of the signed log that support the statements, as they are in the tree, each with the hashes from its leaf to the root (RFC 6962) in base64. */
  readonly entries: readonly { readonly index: number; readonly entry: string; readonly hashes: readonly string[] }[];
  /** The signed checkpoint with the root of that tree. */
  readonly checkpoint: string;
}
