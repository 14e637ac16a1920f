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
}
