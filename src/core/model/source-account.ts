import type { TableRead } from './importer.ts';

/** Calls that a row, a sidecar or a document describes, by whether they have audio. Files without a description are not included. */
export interface AudioAccount {
  readonly calls: number;
  readonly withAudio: number;
  /** Calls without audio, by status. */
  readonly without: Readonly<Record<string, number>>;
}

/** Account of the rows and files of a source; the sums equal what was read. */
export interface SourceAccount {
  /** Files of the source. */
  readonly files: number;
  readonly bytes: number;
  /** Files by use: the status of their recording, or `table`, `sidecar`, `alien`. */
  readonly byBucket: readonly { readonly bucket: string; readonly files: number; readonly bytes: number }[];
  readonly tables: readonly Omit<TableRead, 'kind'>[];
  /** Recordings by status. */
  readonly recordings: Readonly<Record<string, number>>;
  readonly recordingsTotal: number;
  /** Number of calls with and without audio. Absent in jobs that were planned by a version that did not count them. */
  readonly audio?: AudioAccount;
  readonly alreadyArchived: number;
  /** Number of these recordings whose bytes were compared, not only names, sizes and time stamps. Absent in plans and reports of the first versions. */
  readonly comparedByBytes?: number;
  readonly changed: number;
  readonly toImport: number;
  /** Archived recordings that are to be described again. Absent: none. */
  readonly toAmend?: number;
  /** Recordings of a source that is being written, which are not imported yet: a file of theirs is not finished, or their row or audio is still to come. Absent: none. */
  readonly waiting?: number;
  /** Recordings that were erased from the archive, and are not imported again. Absent: none. */
  readonly erased?: number;
  /** Rows of a later table, by what became of them; absent: an import. Their sum is that of all records. */
  readonly rows?: RowAccount;
}

/** Rows of a later table by what became of them. */
export interface RowAccount {
  /** Added to a recording, or to several. */
  readonly added: number;
  /** The archive has what they say. */
  readonly known: number;
  /** They say otherwise than an earlier row of their system under the same key, which stays. */
  readonly contradicting: number;
  /** They match several recordings; not added. */
  readonly several: number;
  /** No recording has what they are matched by. */
  readonly withoutRecording: number;
  /** Could not be read. */
  readonly unreadable: number;
  /** Repetitions of another row. */
  readonly repeated: number;
}
