import type { TableRead } from './importer.ts';

/** Calls that a row, a sidecar or a document describes, by whether they have audio. Files that nobody describes are not among them. */
export interface AudioAccount {
  readonly calls: number;
  readonly withAudio: number;
  /** Those without audio, by status. */
  readonly without: Readonly<Record<string, number>>;
}

/** Where the rows and files of a source went; the sums equal what went in. */
export interface SourceAccount {
  /** Files of the source. */
  readonly files: number;
  readonly bytes: number;
  /** Files by what they are: a status of their recording, or `table`, `sidecar`, `alien`. */
  readonly byBucket: readonly { readonly bucket: string; readonly files: number; readonly bytes: number }[];
  readonly tables: readonly Omit<TableRead, 'kind'>[];
  /** Recordings by status. */
  readonly recordings: Readonly<Record<string, number>>;
  readonly recordingsTotal: number;
  /** Absent in jobs that were planned before it was counted. */
  readonly audio?: AudioAccount;
  readonly alreadyArchived: number;
  /** Of those, the recordings whose bytes were compared, not only names, sizes and time stamps. Absent in plans and reports of the first versions. */
  readonly comparedByBytes?: number;
  readonly changed: number;
  readonly toImport: number;
}
