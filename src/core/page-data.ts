import type { Severity } from './finding.ts';
import type { OrderColumn, PageOrder } from './page-order.ts';
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
  /** The number that was asked for stands here in another spelling: how sure it is that it is the one. Absent: it is, or none was asked for. */
  readonly number?: 'possible' | 'damaged';
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
  /** In the order that was asked for, at most as many as were asked for. */
  readonly rows: readonly CallRow[];
  /** Of all that match. */
  readonly total: number;
  readonly durationMs: number;
  /** Recordings that match, by month (`2019-03`, `undated`): for the time line. */
  readonly months: readonly { readonly month: string; readonly recordings: number }[];
  /** Recordings that match, by day (`2019-03-12`), where all of them are of one month; absent: of several, or not counted yet. */
  readonly days?: readonly { readonly day: string; readonly recordings: number }[];
  /** Share of the archive that was looked at, 0 to 1; below 1 more is coming. */
  readonly searched: number;
  /** The order is known only when all was looked at: there are no rows yet. */
  readonly unordered?: true;
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
  /** How one gets the proof that it was in the archive: `file`: by the name `proof.tlog-proof` among its files; `command`: made by a command. Absent: not by whoever asks. */
  readonly proof?: 'file' | 'command';
}

/** What a list says of a case. */
export interface PageCase {
  readonly id: string;
  readonly title: string;
  /** ISO time. */
  readonly createdAt: string;
  readonly createdBy: string | null;
  /** Then all others can be masked where it is handed over. */
  readonly isAboutSomebody: boolean;
  readonly recordings: number;
  readonly messages: number;
}

/** What is to come into a case; what several members ask for comes in together. */
export interface CaseWish {
  /** By hand. */
  readonly recordings?: readonly string[];
  /** All that it finds; with `party` it is the window. */
  readonly query?: PageQuery;
  /** Spellings of somebody. */
  readonly party?: readonly string[];
  /** Also where it is not certain that it is them. */
  readonly uncertain?: boolean;
  /** What shares a key with one of the case. */
  readonly correlated?: boolean;
  /** Everything about the person that the case is about. */
  readonly subject?: boolean;
}

/** What came in. */
export interface CaseFilled {
  /** Not in it before. */
  readonly added: number;
  /** Not certain that it is them, and left out. */
  readonly uncertainLeftOut: number;
  /** Of theirs, without a time, so that no window holds them. */
  readonly undatedLeftOut: number;
  /** Recordings that could not be looked into. */
  readonly unreadable: number;
  /** Keys that too many recordings share. */
  readonly keysNotFollowed: number;
}

/** What became of a file with messages. */
export interface CaseReceived {
  readonly received: number;
  readonly attachments: number;
  /** Messages beyond what one file may have: they are in the original alone. */
  readonly leftOut: number;
  /** The same file was in the case before. */
  readonly isKnown: boolean;
}

/** A recording or a message in the order of a case. */
export interface PageCaseRow {
  /** Recording id, or `m1-3`: the third message of the first import. */
  readonly key: string;
  readonly kind: 'recording' | 'message';
  /** ISO, UTC; the clock's reading where no zone is known; null: no time. */
  readonly time: string | null;
  /** `exact`, `assumed`, `ambiguous`, `local`, `unknown`. */
  readonly placement: string;
  /** `second`: the later reading of an hour that occurred twice; the row stands further up as well. */
  readonly reading: 'first' | 'second';
  readonly lengthMs: number | null;
  readonly hasAudio: boolean;
  /** `asterisk pbx`, `mail`. */
  readonly system: string;
  readonly direction: string;
  readonly status: string;
  readonly from: string;
  readonly to: string;
  /** Of a message, cut where it is very long. */
  readonly text: string;
  /** Entries that go on at once; not certain: by one reading of an ambiguous hour alone. */
  readonly overlaps: readonly { readonly with: string; readonly certain: boolean }[];
}

/** A time at which somebody was active, and of which the case has no recording of them. */
export interface PageCaseGap {
  readonly from: string;
  readonly to: string;
  readonly parties: readonly string[];
  /** `no-audio`, `call-longer`, `account`, `message`, `other-system`. */
  readonly evidence: string;
  /** Key of the row that shows it. */
  readonly entry: string;
  /** `exact`, `assumed`, `ambiguous`. */
  readonly sureness: string;
}

/** A case in order. */
export interface PageCaseView extends PageCase {
  /** Null: it is too large to be put in order for a page. */
  readonly timeline: {
    readonly rows: readonly PageCaseRow[];
    readonly gaps: readonly PageCaseGap[];
    /** Gaps beyond those. */
    readonly moreGaps: number;
    /** No gaps: recordings of them lie in the archive, and not in the case; the first of their ids. */
    readonly outside: readonly (PageCaseGap & { readonly recordings: readonly string[] })[];
    readonly moreOutside: number;
    /** Times at which was not looked for such. */
    readonly notLooked: number;
    /** Pairs that overlap for certain. */
    readonly overlaps: number;
    /** Recordings and messages that cannot be read. */
    readonly unreadable: number;
  } | null;
}

/** Cases, where somebody may work on them. */
export interface PageCases {
  /** Newest first. */
  list(signal: AbortSignal): Promise<readonly PageCase[]>;
  /** @param about spellings of the person that it is about; none: of nobody in particular */
  create(title: string, country: string, about: readonly string[], signal: AbortSignal): Promise<PageCase>;
  /** Null where there is no such case. */
  open(id: string, signal: AbortSignal): Promise<PageCaseView | null>;
  add(id: string, wish: CaseWish, signal: AbortSignal): Promise<CaseFilled>;
  /** Takes a file with messages in. @param zone of its local times; empty: none is known */
  receive(id: string, file: File, zone: string, signal: AbortSignal): Promise<CaseReceived>;
  remove(id: string, recording: string, reason: string, signal: AbortSignal): Promise<void>;
  /** Address of the case as it is handed over, a zip. @param masked only whom it is about stays readable */
  address(id: string, masked: boolean): string;
}

/** Where the page gets its data from. Whatever waits takes a signal and rejects with its reason. */
export interface DataSource {
  overview(signal: AbortSignal): Promise<PageOverview>;
  /** Columns that this source can put calls in order by, at a cost that a person waits for. */
  readonly orders: readonly OrderColumn[];
  /** Yields better and better answers to one question; the last one is whole. @param order by one of `orders` @param limit rows wanted @param offset rows to leave out */
  search(query: PageQuery, order: PageOrder, offset: number, limit: number, signal: AbortSignal): AsyncIterable<PageResult>;
  /** Null where there is no such recording. */
  detail(id: string, signal: AbortSignal): Promise<CallDetail | null>;
  /** Address of a file in the recording's folder (`access-1.opus`, `original-1.wav`, `recording.json`), for audio elements and links. @param use `play`: to be heard; `take`: to be kept */
  address(row: CallRow, file: string, use: 'play' | 'take'): string;
  /** Absent: there are none where the data is. Whether this user may, the overview says. */
  readonly cases?: PageCases;
  /** All calls of a question as one file. Absent: nobody makes one. */
  readonly export?: { address(query: PageQuery): string; readonly mostRecordings: number };
}
