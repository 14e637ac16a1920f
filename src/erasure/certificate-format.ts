import type { KnownErasure } from '../log/erasure/known-erasures.ts';

/** Terms of NIST SP 800-88 Rev. 2: cryptographic erase of sealed recordings; in an open archive files are removed, and blocks may stay on the medium. */
type ErasureMethod = 'purge: cryptographic erase' | 'clear: bags written again without the recordings';

/** A copy of the keyring, and when its secrets were destroyed. */
export interface CertifiedCopy {
  readonly copy: string;
  /** ISO time; null: it owes it. */
  readonly destroyedAt: string | null;
  /** Number of the root that replaced the one before, and how that is kept. */
  readonly root: number | null;
  readonly kept: string | null;
  /** True if the store of the earlier root did not confirm that it is gone. */
  readonly isUncertain: boolean;
}

/** What a certificate states; everything in it follows from the entries that it carries. */
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
    | 'approvedAt'
    | 'approvedBy'
    | 'from'
    | 'executedAt'
    | 'recordings'
    | 'parts'
    | 'set'
  >;
  /** The key that approved: its id, and its public half as `longplay erase add-approver` registered it. */
  readonly approver: { readonly id: string; readonly key: string } | null;
  /** ISO times from which on nobody reads the recordings in this archive, and with any copy of its keyring; null: not yet. */
  readonly unreadableAt: string | null;
  readonly finalAt: string | null;
  /** Keyed digests of the ids of the recordings. */
  readonly marks: readonly string[];
  /** Keyed digests of id and name of the files that were erased alone; their recordings stay. */
  readonly fileMarks: readonly string[];
  /** Pages of the keyring whose keys were destroyed, each in every generation before this one; of an open archive none. */
  readonly keys: readonly { readonly page: string; readonly before: number }[];
  readonly copies: readonly CertifiedCopy[];
  /** Bags that were written again or removed; of a sealed archive none. */
  readonly bags: readonly string[];
  /** Epoch of the recovery at the destruction: shares of it open nothing from the next epoch on; null: there was no recovery. */
  readonly epoch: number | null;
  /** The last verification after the execution; null: there was none. */
  readonly verification: { readonly at: string; readonly errors: number; readonly erased: number; readonly complete: boolean } | null;
  /** Entries of the signed log that state it, as they are in the tree, each with the hashes from its leaf to the root (RFC 6962), base64. */
  readonly entries: readonly { readonly index: number; readonly entry: string; readonly hashes: readonly string[] }[];
  /** The signed checkpoint with that root. */
  readonly checkpoint: string;
}
