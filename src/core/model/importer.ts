import type { ContentVerdict, MediaJudge } from '../base/media-judge.ts';
import type { Finding } from '../findings/finding.ts';
import type { Grade } from './grade.ts';
import type { ReconciliationStatus, Recording } from './recording.ts';
import type { RecordingDocument } from './recording-document.ts';
import type { Source } from './source.ts';

/** What the user says about the source. */
export interface ImportOptions {
  /** IANA zone of local times that name none; null = unknown, such times stay without UTC. */
  readonly zone: string | null;
  /** Text of the mapping file, with its name for messages; null where none was given. */
  readonly mapping: { readonly name: string; readonly text: string } | null;
  /** Declared encoding of tables that do not show one; null = windows-1252 is assumed with a finding. */
  readonly encoding: string | null;
  /** Folder for temporary staging files, removed by the importer when it is done. */
  readonly scratch: string;
  /** Tells which entries are media. */
  readonly media: MediaJudge;
  /** Whether the user declared the coding of a file by its path: then it is audio, whatever its name; absent where nothing was declared. */
  readonly isDeclared?: (path: string) => boolean;
  /** Judges whether a value is a recording.json of ours, by its schema; absent: nobody can tell, and none is used. */
  readonly recordingDocument?: (value: unknown) => { readonly document: RecordingDocument | null; readonly problems: readonly string[] };
}

/**
 * What became of the records of one table, said once per table when it has been read to the end. The sum of `byStatus`
 * is `records`: the pipeline refuses a plan where it is not.
 */
export interface TableRead {
  readonly kind: 'table';
  readonly path: string;
  /** What the table holds, for people: `CDR rows`, `CEL events`. */
  readonly unit: string;
  readonly records: number;
  /** Records by what became of them; `event` = attached to a recording as an event; `event-without-recording` = kept nowhere but counted. */
  readonly byStatus: Readonly<Partial<Record<ReconciliationStatus | 'event' | 'event-without-recording', number>>>;
}

/** An entry that is no medium of a recording, and what it is, so that every entry is accounted for. */
export interface FileRole {
  readonly kind: 'file';
  readonly path: string;
  /** `table` and `sidecar` were read; `alien` belongs to nothing the importer knows, with the reason. */
  readonly role: 'table' | 'sidecar' | 'alien';
  readonly reason: string;
  /** What else is known of an alien; absent: nothing. */
  readonly alien?: Alien;
}

/** An entry that belongs to nothing the importer knows. */
export interface Alien {
  /** What its content says, as `ContentVerdict`; `medium`: whoever chose the files left it out all the same; absent: nobody looked. */
  readonly content?: ContentVerdict['is'];
  /** A record names it, and it could not be joined. */
  readonly isNamed?: true;
  /** Names of the columns, where it is a table; of one without a header none. */
  readonly columns?: readonly string[];
}

export type ImportItem = Recording | Finding | TableRead | FileRole;

/** A mapping file that ships with longplay and fits a source. */
export interface Suggestion {
  /** What --mapping takes. */
  readonly mapping: string;
  readonly title: string;
  /** In words, for a person: `12 of 12 audio files are named as 3CX names them`. */
  readonly evidence: string;
}

/** Knows one recorder family's way of exporting. Stands in `importers/index.ts`. */
export interface Importer {
  readonly id: string;
  readonly title: string;
  readonly grade: Grade;
  /** Where each fact comes from. */
  readonly facts: readonly [string, ...string[]];
  /** What it was tried on, for people: real output, or what was written for it because none was at hand. */
  readonly tested: readonly [string, ...string[]];
  /** Takes what no other importer recognises; never competes. */
  readonly fallback?: true;
  /** The evidence in words, for a person, or null: not mine. Looks at names and a few bytes, not at whole tables. */
  recognise(source: Source, options: ImportOptions, signal: AbortSignal): Promise<string | null>;
  /**
   * Everything in the source: recordings (rows with and without audio, audio with and without rows), tables, other files,
   * findings. Each audio entry stands in exactly one recording. Memory does not grow with the source beyond small keys.
   * Order of items is free but the same at every run.
   */
  items(source: Source, options: ImportOptions, signal: AbortSignal): AsyncIterable<ImportItem>;
  /** A first mapping file for what the source holds, or null where this importer has no mappings. */
  propose?(source: Source, options: ImportOptions, signal: AbortSignal): Promise<string | null>;
  /** Mappings that ship and fit a source that no importer knows, the likeliest first. They are proposed and never used by themselves. */
  suggest?(source: Source, options: ImportOptions, signal: AbortSignal): Promise<readonly Suggestion[]>;
}
