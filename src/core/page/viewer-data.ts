import type { RecordingDocument } from '../model/recording-document.ts';
import type { BagVerification, CodeMeaning, PageOverview } from './data.ts';

// Content of the scripts below viewer/data of an archive. Each script is one call, `longplayData(name, text)`, whose text is JSON: browsers load
// scripts from files, but refuse fetch() for files.

/** Version of the types below, raised with every change; a viewer with another version is written again. */
export const viewerVersion = 8;

/** Name of the function that data scripts call. */
export const dataFunction = 'longplayData';

/** Month of recordings without a known start. */
export const undated = 'undated';

/** Returns the month of a start as the catalog sorts it. */
export function monthOf(start: string | null): string {
  return start !== null && /^\d{4}-\d{2}/.test(start) ? start.slice(0, 7) : undated;
}

/** One part of a month. */
export interface ShardPlace {
  /** Name of its script without extension, e.g. `months/2019-03-0-1f0c22ab`. */
  readonly script: string;
  readonly recordings: number;
}

/** A month of UTC. */
export interface ViewerMonth {
  readonly month: string;
  /** Audio that was not erased. */
  readonly durationMs: number;
  /** In order of start. */
  readonly shards: readonly ShardPlace[];
  /**
   * Calls that are in another month by the clocks of some zones: pairs of a minute and the number of calls that began in it. A minute is counted from
   * the beginning of the month, a negative one from its end.
   */
  readonly edges: readonly number[];
  /** Number of calls whose start has several possible meanings. */
  readonly unsure: number;
}

/** Content of `data/index.js`. */
export interface ViewerIndex {
  readonly version: typeof viewerVersion;
  readonly overview: PageOverview;
  /** Months of UTC in order, `undated` last. */
  readonly months: readonly ViewerMonth[];
  /** Last verification of each bag in the log, by name of the bag. */
  readonly verified: Readonly<Record<string, BagVerification>>;
}

/** A column with few distinct values: the values, and for each row the index of its value. */
export interface Coded<Value> {
  readonly values: readonly Value[];
  readonly rows: readonly number[];
}

/** Recordings of a month, in columns. */
export interface Shard {
  readonly version: typeof viewerVersion;
  readonly recordings: number;
  /** Concatenated ids of 32 hexadecimal digits each, without hyphens. */
  readonly ids: string;
  readonly starts: readonly (string | null)[];
  /** Possible starts of a call, in ms from its start read as UTC: earliest and latest, `[0, 0]` if the start is exact. */
  readonly spans: Coded<readonly [earliestMs: number, latestMs: number]>;
  readonly durationsMs: readonly (number | null)[];
  /** Rows of which audio was erased alone, each with its ms, which `durationsMs` counts. */
  readonly erasedMs: readonly (readonly [row: number, ms: number])[];
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** `CallRow.name`; empty text: absent. */
  readonly names: Coded<string>;
  /** One line per row: the `searchedWords` of everything searchable except the id, then the keys of its numbers, each after `keyMark`. */
  readonly words: string;
  readonly certainty: Coded<string | null>;
  readonly direction: Coded<string>;
  readonly agent: Coded<string>;
  readonly agentWords: Coded<string>;
  readonly tags: Coded<readonly string[]>;
  readonly codecs: Coded<readonly string[]>;
  readonly status: Coded<string>;
  readonly importer: Coded<string>;
  readonly findings: Coded<number>;
  readonly doubtful: Coded<number>;
  readonly bag: Coded<string>;
  readonly groupId: Coded<string | null>;
  /** Name of the script with the document, without extension. */
  readonly detail: Coded<string>;
}

/** Documents of up to 50 recordings of one bag, in order of their ids. */
export interface DetailScript {
  readonly version: typeof viewerVersion;
  readonly documents: readonly RecordingDocument[];
  /** Explanations of all codes in them. */
  readonly codes: Readonly<Record<string, CodeMeaning>>;
}
