import type { RecordingDocument } from '../model/recording-document.ts';
import type { BagVerification, CodeMeaning, PageOverview } from './data.ts';

// What the scripts below viewer/data of an archive hold. Each is one call, `longplayData(name, text)`, whose text is JSON; fetch() does not work
// on files, scripts do.

/** Raised with each change of what is below; a viewer of another version is written anew. */
export const viewerVersion = 7;

/** Name of the function that data scripts call. */
export const dataFunction = 'longplayData';

/** Month of recordings whose start is not known. */
export const undated = 'undated';

/** Month of a start as the catalog sorts it. */
export function monthOf(start: string | null): string {
  return start !== null && /^\d{4}-\d{2}/.test(start) ? start.slice(0, 7) : undated;
}

/** One part of a month. */
export interface ShardPlace {
  /** Name of its script without ending, such as `months/2019-03-0-1f0c22ab`. */
  readonly script: string;
  readonly recordings: number;
}

/** A month of UTC. */
export interface ViewerMonth {
  readonly month: string;
  readonly durationMs: number;
  /** In order of start. */
  readonly shards: readonly ShardPlace[];
  /** Its calls that are in another month by the clocks of some zones: pairs of a minute and how many calls began in it, from its beginning on and, below zero, before its end. */
  readonly edges: readonly number[];
  /** Calls that may have begun at more than one moment. */
  readonly unsure: number;
}

/** `data/index.js` */
export interface ViewerIndex {
  readonly version: typeof viewerVersion;
  readonly overview: PageOverview;
  /** Months of UTC in order, `undated` last. */
  readonly months: readonly ViewerMonth[];
  /** Of each bag that the log tells of; by name. */
  readonly verified: Readonly<Record<string, BagVerification>>;
}

/** A column of which few values occur: the values, and for each row the index of its own. */
export interface Coded<Value> {
  readonly values: readonly Value[];
  readonly rows: readonly number[];
}

/** Recordings of a month, in columns. */
export interface Shard {
  readonly version: typeof viewerVersion;
  readonly recordings: number;
  /** 32 hexadecimal digits each, one behind the other: ids without hyphens. */
  readonly ids: string;
  readonly starts: readonly (string | null)[];
  /** When a call may have begun, as ms from its start as it is read for UTC: earliest and latest, `[0, 0]` where the start is a moment. */
  readonly spans: Coded<readonly [earliestMs: number, latestMs: number]>;
  readonly durationsMs: readonly (number | null)[];
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** `CallRow.name`; empty: absent. */
  readonly names: Coded<string>;
  /** A line for each row: the `searchedWords` of all that may be searched for but the id, then each key of its numbers behind `keyMark`. */
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
  /** Name of the script that has the document, without ending. */
  readonly detail: Coded<string>;
}

/** Documents of up to 50 recordings of one bag, in order of their ids. */
export interface DetailScript {
  readonly version: typeof viewerVersion;
  readonly documents: readonly RecordingDocument[];
  /** Of all codes in them. */
  readonly codes: Readonly<Record<string, CodeMeaning>>;
}
