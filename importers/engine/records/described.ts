import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { MediaRef, ReconciliationStatus, Recording, SourceRef } from '../../../src/core/model/recording.ts';
import type { ClaimedFile, JoinedRecord } from './call.ts';

/** A recording as described by its family. The engine adds the rest from the call: media, status, rule, provenance, and values that the family did not take. */
export interface Described
  extends Partial<Omit<Recording, 'kind' | 'importer' | 'grade' | 'key' | 'media' | 'provenance' | 'reconciliation' | 'extra'>> {
  /** The recorder's own id, unique within the family. Null: the engine makes a key from the file's name or the record. */
  readonly key: string | null;
  /** Why there is no audio, if the records say so. */
  readonly absence?: Extract<ReconciliationStatus, 'deleted-at-source' | 'not-recorded-by-design'>;
  /** A status that the family determines more precisely than the counts do. */
  readonly status?: ReconciliationStatus;
  /** How the files were joined, if the family words it itself. */
  readonly rule?: string;
  /** Further sources of the family's facts besides its records, e.g. names of files. For a file that no record claims: used in place of its path. */
  readonly provenance?: readonly SourceRef[];
  /** True: the family's findings already state what is missing and what is ambiguous; the engine adds none about that. */
  readonly reportsDoubts?: true;
  /** Records of this recording; absent: all of the call. */
  readonly records?: readonly JoinedRecord[];
  /** Records that repeat others of this recording; counted as duplicates and kept with it. */
  readonly repeated?: readonly JoinedRecord[];
  /** Files of this recording; absent: all of the call. */
  readonly files?: readonly ClaimedFile[];
  /** Returns what the family knows about a medium beyond its place. */
  medium?(file: ClaimedFile): Partial<Omit<MediaRef, 'path'>>;
  /** Sizes and digests of files that the records of the recording state. The bytes are compared with them, and a difference is a finding. */
  readonly stated?: readonly StatedBytes[];
  /** Facts from documents that no pair contains. */
  readonly extra?: Recording['extra'];
  /** True: `extra` and `provenance` are complete; the engine adds neither remaining values nor records to them. */
  readonly isWhole?: true;
  /** The description to use if a file's bytes differ from `stated`. It must not use facts that depend on these bytes. */
  readonly otherwise?: Described;
}

/** Size and digest that a record states for a file. */
export interface StatedBytes {
  readonly path: string;
  readonly sizeBytes: number | null;
  /** The algorithm as named in the record (`sha512`, `SHA-256`, `MD5`, `crc32`), and the value in hexadecimal, in either letter case. */
  readonly digest: { readonly algorithm: string; readonly value: string } | null;
}

/** Facts that a family may request while it describes a call. */
export interface Context {
  /** IANA zone of times that state no zone; null if unknown. */
  readonly zone: string | null;
  /** Returns the details of a shape under a key, in order. They then count as read into a recording. */
  details(shape: string, key: string): readonly JoinedRecord[];
  /** Returns the path below the folder that all media have in common, so that a key does not depend on where an export was copied to. */
  below(path: string): string;
  /**
   * Returns the key of a recording that is known only from a file: the file's name, with its folders if other files have the same name.
   * @param others other files and documents of the same recording; the key is derived from the first of all of these
   */
  keyOf(path: string, others?: readonly string[]): string;
  /** Returns when a file was last modified, as stored in its container or folder, in epoch ms; null if no time is stored. */
  modifiedMs(path: string): number | null;
  /** Returns a recording document of the archive; see `ImportOptions.recordingDocument`. */
  readonly recordingDocument?: ImportOptions['recordingDocument'];
}
