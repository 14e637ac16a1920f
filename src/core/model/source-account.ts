import type { TableRead } from './importer.ts';

/** Calls that a row, a sidecar or a document describes, divided by whether they have audio. Files without a description are not included. */
export interface AudioAccount {
  readonly calls: number;
  readonly withAudio: number;
  /** Calls without audio, by status. */
  readonly without: Readonly<Record<string, number>>;
}

/** Account of the rows and files of a source; the sums equal the numbers of rows and files that were read. */
export interface SourceAccount {
  /** Files of the source. */
  readonly files: number;
  readonly bytes: number;
  /** Files by use: the status of their recording, or `table`, `sidecar` or `alien`. */
  readonly byBucket: readonly { readonly bucket: string; readonly files: number; readonly bytes: number }[];
  readonly tables: readonly Omit<TableRead, 'kind'>[];
  /** Recordings by status. */
  readonly recordings: Readonly<Record<string, number>>;
  readonly recordingsTotal: number;
  /** Number of calls with and without audio. Absent in jobs that were planned by a version that did not count them. */
  readonly audio?: AudioAccount;
  readonly alreadyArchived: number;
  /**
   * Number of these recordings whose bytes were compared, not only their names, sizes and time stamps. Absent in plans and reports of the first
   * versions.
   */
  readonly comparedByBytes?: number;
  readonly changed: number;
  readonly toImport: number;
  /** Number of archived recordings that are to be described again. Absent: none. */
  readonly toAmend?: number;
  /**
   * Number of recordings of a source that is still being written and that are not imported yet: a file of the recording is not finished, or its row
   * or audio is still to come. Absent: none.
   */
  readonly waiting?: number;
  /** Number of recordings that were erased from the archive and are not imported again. Absent: none. */
  readonly erased?: number;
  /** Rows of a later table, by outcome; their sum is the number of all records. Absent: an import. */
  readonly rows?: RowAccount;
}

/** Rows of a later table, by outcome. */
export interface RowAccount {
  /** Added to one recording or to several. */
  readonly added: number;
  /** The archive already has their content. */
  readonly known: number;
  /** They contradict an earlier row of their system with the same key; the earlier row stays. */
  readonly contradicting: number;
  /** They match several recordings, and were not added. */
  readonly several: number;
  /** No recording has the values by which they are matched. */
  readonly withoutRecording: number;
  /** Could not be read. */
  readonly unreadable: number;
  /** Repetitions of another row. */
  readonly repeated: number;
}
