import type { ContentVerdict, MediaJudge } from '../base/media-judge.ts';
import type { Finding } from '../findings/finding.ts';
import type { Grade } from './grade.ts';
import type { ReconciliationStatus, Recording } from './recording.ts';
import type { RecordingDocument } from './recording-document.ts';
import type { Source } from './source.ts';

/** What the user states about the source. */
export interface ImportOptions {
  /** IANA zone of local times without a zone; null: unknown, such times have no UTC value. */
  readonly zone: string | null;
  /** Text of the mapping file, with its name for messages; null if none was given. */
  readonly mapping: { readonly name: string; readonly text: string } | null;
  /** Declared encoding of tables that do not state one; null: windows-1252 is assumed, with a finding. */
  readonly encoding: string | null;
  /** Folder for temporary staging files, removed by the importer when it is done. */
  readonly scratch: string;
  /** Decides which entries are media. */
  readonly media: MediaJudge;
  /** Returns true if the user declared the codec of a file by its path: the file is then audio, whatever its name. Absent: nothing was declared. */
  readonly isDeclared?: (path: string) => boolean;
  /** True: the rows of the source describe recordings of an archive, which `matchRule` finds; absent: they describe calls of their own. */
  readonly matches?: true;
  /** Checks by schema whether a value is a recording.json of longplay; absent: no check is possible, and such documents are not used. */
  readonly recordingDocument?: (value: unknown) => { readonly document: RecordingDocument | null; readonly problems: readonly string[] };
}

/**
 * Outcome of the records of one table, reported once per table after its last record. The sum of `byStatus` must be `records`: otherwise the pipeline
 * refuses the plan.
 */
export interface TableRead {
  readonly kind: 'table';
  readonly path: string;
  /** Kind of records, for people: `CDR rows`, `CEL events`. */
  readonly unit: string;
  readonly records: number;
  /** Number of records by outcome; `event`: attached to a recording as an event; `event-without-recording`: only counted. */
  readonly byStatus: Readonly<Partial<Record<ReconciliationStatus | 'event' | 'event-without-recording', number>>>;
}

/** Columns of a separated table whose values the user does not want to keep, and how the table is read. */
export interface ColumnsLeftOut {
  readonly columns: readonly string[];
  /** Number of lines before the table, e.g. titles. */
  readonly skipLines: number;
  /** True: the first row is not a record. */
  readonly hasHeader: boolean;
  /** Names of all columns; null: the first row contains them. */
  readonly names: readonly string[] | null;
  /** Null: the separator is detected. */
  readonly separator: ',' | ';' | '\t' | '|' | null;
}

/** An entry that is not a medium of a recording, and its role, so that every entry is accounted for. */
export interface FileRole {
  readonly kind: 'file';
  readonly path: string;
  /** `table` and `sidecar` were read; `alien` is unclaimed: it belongs to nothing that the importer knows. */
  readonly role: 'table' | 'sidecar' | 'alien';
  readonly reason: string;
  /** Further facts about an unclaimed file; absent if there are none. */
  readonly alien?: UnclaimedFile;
  /** Tables of a database that are read, in any letter case; absent: its `TableRead` items name them. */
  readonly tables?: readonly string[];
  /** Columns of a table whose values must not be kept; absent: all are kept. */
  readonly leftOut?: ColumnsLeftOut;
  /** Path of the records in JSON, or local name of their element in XML, with the meaning that the readers give it; absent: they find it by themselves. */
  readonly recordsAt?: string;
}

/** An unclaimed file: an entry that belongs to nothing that the importer knows. */
export interface UnclaimedFile {
  /** Its content, as in `ContentVerdict`; `medium`: the importer left it out all the same; absent: it was not examined. */
  readonly content?: ContentVerdict['is'];
  /** True if a record names it but could not be joined with it. */
  readonly isNamed?: true;
  /** Column names, if it is a table; empty for a table without a header. */
  readonly columns?: readonly string[];
}

export type ImportItem = Recording | Finding | TableRead | FileRole;

/** A mapping file shipped with longplay that matches a source. */
export interface Suggestion {
  /** Value for --mapping. */
  readonly mapping: string;
  readonly title: string;
  /** Evidence in words, for people, e.g. `12 of 12 audio files are named as 3CX names them`. */
  readonly evidence: string;
}

/** How the rows of a later table find the recordings of an archive that they describe. */
export interface MatchRule {
  /** Name of the system that wrote the table. */
  readonly system: string;
  /**
   * Names of values that a row and its recording have in common; all must agree. A row has the values in `correlation`, a recording in its ids, tags
   * or other named values; `key` is the recorder's own key. Empty: rows are matched by number and time alone.
   */
  readonly names: readonly string[];
  /** True: a row may describe several recordings. */
  readonly several: boolean;
  /**
   * Largest difference of the starts, in ms, of a row and a recording that have a number in common; used if the names find nothing. Null: starts are
   * not compared.
   */
  readonly windowMs: number | null;
}

/** Reads the exports of one recorder family. Listed in `importers/index.ts`. */
export interface Importer {
  readonly id: string;
  readonly title: string;
  readonly grade: Grade;
  /** Sources of the facts about the family. */
  readonly facts: readonly [string, ...string[]];
  /** Test material, for people: real output, or files written for the test because no real sample was available. */
  readonly tested: readonly [string, ...string[]];
  /** True: used only if no other importer recognises the source. */
  readonly fallback?: true;
  /** Returns the evidence in words, for people; null: the source is of another family. Reads names and a few bytes, not whole tables. */
  recognise(source: Source, options: ImportOptions, signal: AbortSignal): Promise<string | null>;
  /**
   * Yields everything in the source: recordings (rows with and without audio, audio with and without rows), tables, other files,
   * findings. Each audio entry is in exactly one recording. Memory does not grow with the source beyond small keys.
   * The order of items is free but the same in every run.
   */
  items(source: Source, options: ImportOptions, signal: AbortSignal): AsyncIterable<ImportItem>;
  /** Returns how the rows of a source find recordings of an archive. @throws LongplayError I152 if the mapping does not say */
  matchRule?(options: ImportOptions): MatchRule;
  /** Returns a first mapping file for the content of the source, or null if this importer has no mappings. */
  propose?(source: Source, options: ImportOptions, signal: AbortSignal): Promise<string | null>;
  /** Returns mappings shipped with longplay that match a source that no importer knows, the likeliest first. They are only proposed. */
  suggest?(source: Source, options: ImportOptions, signal: AbortSignal): Promise<readonly Suggestion[]>;
}
