import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { MediaRef, ReconciliationStatus, Recording, SourceRef } from '../../../src/core/model/recording.ts';
import type { ClaimedFile, JoinedRecord } from './call.ts';

/** A recording as far as the family knows it; the rest is made of the call: media, status, rule, provenance, and what nobody took. */
export interface Described
  extends Partial<Omit<Recording, 'kind' | 'importer' | 'grade' | 'key' | 'media' | 'provenance' | 'reconciliation' | 'extra'>> {
  /** Unique within the family: the recorder's own id. Null: made of the file's name, or of the record. */
  readonly key: string | null;
  /** Why there is no audio, where the records say so. */
  readonly absence?: Extract<ReconciliationStatus, 'deleted-at-source' | 'not-recorded-by-design'>;
  /** A status that the family knows better than the counts do. */
  readonly status?: ReconciliationStatus;
  /** How it was joined, where the family says it in its own words. */
  readonly rule?: string;
  /** What else its facts are from, beside its records: names of files. Of a file that no record claims: in place of its path. */
  readonly provenance?: readonly SourceRef[];
  /** Its findings say what is missing and what fits others alike; the engine adds none about that. */
  readonly tellsDoubts?: true;
  /** Records of this recording; by default all of the call. */
  readonly records?: readonly JoinedRecord[];
  /** Records that repeat others of this recording: counted as duplicates, kept with it. */
  readonly repeated?: readonly JoinedRecord[];
  /** Files of this recording; by default all of the call. */
  readonly files?: readonly ClaimedFile[];
  /** What the family knows of a medium beyond its place. */
  medium?(file: ClaimedFile): Partial<Omit<MediaRef, 'path'>>;
  /** What its records state of the bytes of files: compared, and what differs is a finding. */
  readonly stated?: readonly StatedBytes[];
  /** Facts of documents that no pair shows. */
  readonly extra?: Recording['extra'];
  /** `extra` and `provenance` are whole: values that nobody took are not added to the one, nor records to the other. */
  readonly isWhole?: true;
  /** What is said instead where a file has other bytes than `stated`: then nothing that rests on them is believed. */
  readonly otherwise?: Described;
}

/** What a record states of the bytes of a file. */
export interface StatedBytes {
  readonly path: string;
  readonly sizeBytes: number | null;
  /** The algorithm as the record names it (`sha512`, `SHA-256`, `MD5`, `crc32`), the value hexadecimal in either case. */
  readonly digest: { readonly algorithm: string; readonly value: string } | null;
}

/** What a family may ask while it describes a call. */
export interface Context {
  /** IANA zone of times that name none; null: unknown. */
  readonly zone: string | null;
  /** Details of that shape under that key, in order. They count as read into a recording. */
  details(shape: string, key: string): readonly JoinedRecord[];
  /** The path below the folder that all media have in common, so that a key does not say where an export was copied to. */
  below(path: string): string;
  /**
   * Key of a recording that only a file names: the file's name, with its folders where other files have the name.
   * @param others files and documents of the same recording; the key is the first's of all that share it.
   */
  keyOf(path: string, others?: readonly string[]): string;
  /** When a file was changed last, as its container or folder says, epoch ms; null where nothing is stored. */
  modifiedMs(path: string): number | null;
  /** See `ImportOptions.recordingDocument`. */
  readonly recordingDocument?: ImportOptions['recordingDocument'];
}
