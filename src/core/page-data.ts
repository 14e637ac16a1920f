import type { Severity } from './finding.ts';
import type { RecordingDocument } from './recording-document.ts';

// What the page in the browser knows of an archive, wherever it gets it from: scripts beside it (`viewer/` in the archive) or a server.

/** One recording as a row of results. */
export interface CallRow {
  readonly id: string;
  /** ISO text: UTC where it is known (it ends in Z then), else the wall clock as written; null: unknown. */
  readonly start: string | null;
  /** `exact`, `assumed`, `ambiguous-fold` …; null where there is no start. */
  readonly certainty: string | null;
  readonly durationMs: number | null;
  readonly direction: string;
  readonly from: string;
  readonly to: string;
  /** Agents, by name or number, as the recorder names them; joined by ", ". */
  readonly agent: string;
  /** Everything that may be searched for, one text. */
  readonly text: string;
  /** `name=value`. */
  readonly tags: readonly string[];
  /** Codec ids of its originals. */
  readonly codecs: readonly string[];
  readonly status: string;
  readonly importer: string;
  readonly findings: number;
  /** Media whose sound may be noise of a wrong decoding. */
  readonly doubtful: number;
  /** Name of the bag, such as `2019/20190312-4f2a`. */
  readonly bag: string;
  readonly groupId: string | null;
}

/** What may be asked; members are joined by "and", an absent one asks nothing. */
export interface PageQuery {
  /** Words over numbers, names, ids and tags; each matches beginnings of words, without regard to case and accents. */
  readonly text?: string;
  /** ISO beginnings of times: [from, to). */
  readonly from?: string;
  readonly to?: string;
  readonly direction?: string;
  readonly agent?: string;
  readonly tag?: string;
  readonly codec?: string;
  readonly status?: string;
  readonly importer?: string;
}

/** What was found so far. */
export interface PageResult {
  /** In order of start, at most as many as were asked for. */
  readonly rows: readonly CallRow[];
  /** Of all that match. */
  readonly total: number;
  readonly durationMs: number;
  /** Recordings that match, by month (`2019-03`, `undated`): for the time line. */
  readonly months: readonly { readonly month: string; readonly recordings: number }[];
  /** Recordings that match, by day (`2019-03-12`), where all of them are of one month; absent: of several, or not counted. */
  readonly days?: readonly { readonly day: string; readonly recordings: number }[];
  /** Share of the archive that was looked at, 0 to 1; below 1 more is coming. */
  readonly searched: number;
}

/** What the page says of the archive as a whole. */
export interface PageOverview {
  readonly archiveId: string;
  readonly recordings: number;
  readonly durationMs: number;
  readonly months: readonly { readonly month: string; readonly recordings: number }[];
  /** Values that can be chosen, largest number first. */
  readonly choices: Readonly<
    Record<'direction' | 'codec' | 'status' | 'importer', readonly { readonly value: string; readonly recordings: number }[]>
  >;
  /** ISO time at which the data was written; null: it is live. */
  readonly writtenAt: string | null;
  /** What this user may do beside listening. */
  readonly may: { readonly export: boolean; readonly cases: boolean };
}

/** What a code of a finding means, for those who have no longplay to ask. */
export interface CodeMeaning {
  readonly severity: Severity;
  readonly title: string;
  readonly meaning: string;
  readonly next: string;
}

/** What the log says of the last verification of a bag. */
export interface BagVerification {
  /** ISO time. */
  readonly time: string;
  /** `ok`, or `faults`. */
  readonly verdict: string;
  /** How much of the sound was decoded: `none`, `copies`, `originals` …, in the log's words; empty where it does not say. */
  readonly played: string;
}

/** Everything about one recording. */
export interface CallDetail {
  readonly row: CallRow;
  readonly document: RecordingDocument;
  /** Of the codes that its findings have; absent: not known here. */
  readonly codes?: Readonly<Record<string, CodeMeaning>>;
  /** Of its bag. Null: the log tells of none. Absent: the log was not asked. */
  readonly verified?: BagVerification | null;
}

/** Where the page gets its data from. Whatever waits takes a signal and rejects with its reason. */
export interface DataSource {
  overview(signal: AbortSignal): Promise<PageOverview>;
  /** Yields better and better answers to one question; the last one is whole. @param limit rows wanted @param offset rows to leave out */
  search(query: PageQuery, offset: number, limit: number, signal: AbortSignal): AsyncIterable<PageResult>;
  /** Null where there is no such recording. */
  detail(id: string, signal: AbortSignal): Promise<CallDetail | null>;
  /** Address of a file in the recording's folder (`access-1.opus`, `original-1.wav`, `recording.json`), for audio elements and links. @param use `play`: to be heard; `take`: to be kept */
  address(row: CallRow, file: string, use: 'play' | 'take'): string;
}
