import type { Severity } from '../findings/entries/types.ts';
import type { Decision } from '../identity/decision.ts';
import type { KeepingState, RecorderField } from '../model/keeping-state.ts';
import type { RecordingDocument } from '../model/recording-document.ts';
import type { WindowCounts } from '../time/time-span.ts';
import type { SoundSpan } from '../time/wave-span.ts';
import type { OrderColumn, PageOrder } from './order.ts';

// Data about an archive for the browser page, from any source: scripts beside the page (`viewer/` in the archive) or a server.

/** Known fault of a call's files: altered, missing, or a fault of its bag for which no call is named. */
export type CallFault = 'damaged' | 'lost' | 'bag';

/** One recording as a row of results. */
export interface CallRow {
  readonly id: string;
  /** Start as ISO text: UTC if known (it then ends in Z), otherwise local time as written; null: unknown. */
  readonly start: string | null;
  /** `exact`, `assumed`, `ambiguous-fold` …; null if there is no start. */
  readonly certainty: string | null;
  readonly durationMs: number | null;
  readonly direction: string;
  readonly from: string;
  readonly to: string;
  /** File name or recorder's key, to distinguish a call without known parties. Absent: parties are known. */
  readonly name?: string;
  /** Agents, by name or number, as the recorder names them; joined by ", ". */
  readonly agent: string;
  /** `name=value`. */
  readonly tags: readonly string[];
  /** Codec ids of its originals. */
  readonly codecs: readonly string[];
  readonly status: string;
  readonly importer: string;
  readonly findings: number;
  /** Number of media whose audio may be noise because of a wrong codec. */
  readonly doubtful: number;
  /** Name of the bag, e.g. `2019/20190312-4f2a`. */
  readonly bag: string;
  readonly groupId: string | null;
  /**
   * Certainty of the result if it matches only another spelling of the wanted number or name. Absent: certain, or no number or name was searched for.
   */
  readonly number?: 'possible' | 'damaged';
  /** Known fault of its files, from a verification or from a later attempt to play it. Absent: none. */
  readonly fault?: CallFault;
}

/** A query. A call must match all members; an absent member matches every call. */
export interface PageQuery {
  /** Words in numbers, names, ids and tags; each matches beginnings of words, ignoring case and accents. */
  readonly text?: string;
  /** Beginnings of ISO times by the clock of `zone`; the range is [from, to). */
  readonly from?: string;
  readonly to?: string;
  readonly direction?: string;
  readonly agent?: string;
  readonly tag?: string;
  readonly codec?: string;
  readonly status?: string;
  readonly importer?: string;
  /** Shortest and longest audio, both inclusive, as `parseLength` reads them. */
  readonly minLength?: string;
  readonly maxLength?: string;
  /** Weekdays and time of day of the start, as `parseWeekdays` and `parseTimeOfDay` read them. */
  readonly weekday?: string;
  readonly timeOfDay?: string;
  /** `yes`: only calls that are known to be damaged or lost. */
  readonly damaged?: string;
  /** IANA name of the zone for days, weekdays and times of day; it does not exclude any call. Absent: UTC. */
  readonly zone?: string;
}

/** Results so far. */
export interface PageResult {
  /** In the requested order, at most as many as were requested. */
  readonly rows: readonly CallRow[];
  /** Number of all matches. */
  readonly total: number;
  readonly durationMs: number;
  /** Matching recordings by month (`2019-03`, `undated`) of the zone's clock: for the timeline. */
  readonly months: readonly { readonly month: string; readonly recordings: number }[];
  /** Matching recordings by day (`2019-03-12`) of the zone's clock, if all are in one month; absent: several months, or not counted yet. */
  readonly days?: readonly { readonly day: string; readonly recordings: number }[];
  /** How the matches relate to the time range of the query. Absent: there is no range, or they are not counted yet. */
  readonly window?: WindowCounts;
  /** Share of the archive that was searched, 0 to 1; below 1 more results will follow. */
  readonly searched: number;
  /** True if there are no rows yet, because the order is known only after everything was searched. */
  readonly unordered?: true;
}

/** Summary of the archive as a whole. */
export interface PageOverview {
  readonly archiveId: string;
  readonly recordings: number;
  readonly durationMs: number;
  /** Recordings by month of UTC. */
  readonly months: readonly { readonly month: string; readonly recordings: number }[];
  /** Values to choose from, most frequent first. */
  readonly choices: Readonly<
    Record<'direction' | 'codec' | 'status' | 'importer', readonly { readonly value: string; readonly recordings: number }[]>
  >;
  /** ISO time at which the data were written; null: they are read live. */
  readonly writtenAt: string | null;
  /** Number of calls that are known to be damaged or lost. Absent: none. */
  readonly faults?: number;
  /** Permissions of this user besides playback. */
  readonly may: { readonly export: boolean; readonly cases: boolean; readonly notes?: boolean };
}

/** Explanation of a finding code, for readers without longplay. */
export interface CodeMeaning {
  readonly severity: Severity;
  readonly title: string;
  readonly meaning: string;
  readonly next: string;
}

/** The last verification of a bag, according to the log. */
export interface BagVerification {
  /** ISO time. */
  readonly time: string;
  /** `ok`, or `faults`. */
  readonly verdict: string;
  /** How much of the audio was decoded: `none`, `copies`, `originals` …, in the log's words; empty if unknown. */
  readonly played: string;
  /** Ids of recordings with altered files, and of those with missing files. Absent: none is named. */
  readonly damaged?: readonly string[];
  readonly lost?: readonly string[];
  /** True if further recordings have faults. */
  readonly unnamed?: true;
  /** True if the faults are of other recordings, whose ids are left out. */
  readonly others?: true;
  /** Replicas that have the bag, according to the log. Absent: none. */
  readonly replicas?: readonly string[];
}

/** A reviewer's note or tag. */
export interface PageNote {
  readonly id: string;
  readonly kind: 'note' | 'tag';
  /** Text of the note or tag; null: `unknown` says why. */
  readonly text: string | null;
  /** Part of the audio that the note is about, in ms. Null: the note is about the whole recording. */
  readonly span: SoundSpan | null;
  /** Audio file of that part; null: the file that is played first. */
  readonly file: string | null;
  /** ISO time. */
  readonly time: string;
  /** Author; null: not known. */
  readonly by: string | null;
  /** Why text and author are not known; null: they are. */
  readonly unknown: UnknownDetails | null;
  /** Withdrawal of the note; null: not withdrawn. */
  readonly withdrawn: {
    readonly time: string;
    readonly by: string | null;
    readonly reason: string | null;
    /** Why author and reason are not known; null: they are. */
    readonly unknown: UnknownDetails | null;
  } | null;
}

/** Why the private details of a log entry are not known. */
export interface UnknownDetails {
  /** `erased`: an entry of the log records it. `lost`: missing or altered. `closed`: no key here opens them. `none`: the entry never had any. */
  readonly why: 'erased' | 'lost' | 'closed' | 'none';
  /** Number of the entry that records the erasure; null: not erased. */
  readonly erasedBy: number | null;
}

/** A legal hold that protects a recording. Its reason and its query are left out, because they may name persons. */
export interface PageHold {
  readonly id: string;
  /** ISO time of its entry in the log. */
  readonly since: string;
  /** ISO time at which it ends by itself; null: never. */
  readonly until: string | null;
  /** How it names its recordings. */
  readonly by: 'case' | 'query' | 'list';
  /** Id of the case; null: there is none, or the user may not know of cases. */
  readonly case: string | null;
  /** True if a list of its recordings cannot be read, so that it may cover this one. */
  readonly isUncertain?: true;
}

/** An end of the interval that the retention policy gives a recording. */
export interface PageRetentionBound {
  /** ISO time; null: forever. */
  readonly at: string | null;
  /** Name of the rule, version of the policy that has it, and the legal basis that the rule states. */
  readonly rule: string;
  readonly version: number;
  readonly basis: string;
}

/** What the retention policy demands for a recording now. Conditions of rules are left out, because they may name persons. */
export interface PageRetention {
  readonly state: KeepingState;
  /** Version of the policy in force. */
  readonly version: number;
  /** Rules of that version that match the recording, or may match it. */
  readonly rules: readonly string[];
  /** The recording must not be deleted before this; null: no rule says so. */
  readonly notBefore: PageRetentionBound | null;
  /** The recording must be deleted after this; null: no rule says so. */
  readonly notAfter: PageRetentionBound | null;
  /** ISO time from which on the policy demands the erasure, with both ends; holds may defer it. Null: nothing demands it. */
  readonly eraseFrom: string | null;
  /** Statements of the recorder that no rule names. They forbid a deletion until a rule does. */
  readonly unmapped: readonly RecorderField[];
  /** True if a time is uncertain, and the interval was counted from the latest possible moment. */
  readonly isUncertain: boolean;
  /** True if the log, a hold or a rule cannot be read, so that nothing may be deleted. */
  readonly isUnreadable: boolean;
}

/** Legal holds that protect a recording now, oldest first, and what the retention policy demands; null: there is no policy. */
export interface PageKeeping {
  readonly holds: readonly PageHold[];
  readonly retention: PageRetention | null;
}

/** All data about one recording. */
export interface CallDetail {
  /** Notes and tags, oldest first. Absent: unavailable here. */
  readonly notes?: readonly PageNote[];
  readonly row: CallRow;
  readonly document: RecordingDocument;
  /** Explanations of the codes of its findings; absent: unavailable here. */
  readonly codes?: Readonly<Record<string, CodeMeaning>>;
  /** Legal holds that protect it now, oldest first. Absent: unavailable here. */
  readonly holds?: readonly PageHold[];
  /** What the retention policy demands for it now. Absent: unavailable here, or there is no policy. */
  readonly retention?: PageRetention;
  /** Verification of its bag. Null: none in the log. Absent: the log was not read. */
  readonly verified?: BagVerification | null;
  /**
   * How the user gets the proof that the recording was in the archive. `file`: as `proof.tlog-proof` among its files; `command`: with a command.
   * Absent: not available to this user.
   */
  readonly proof?: 'file' | 'command';
  /** Names of its files that this user cannot download, because they may describe other calls. Absent: none. */
  readonly withheld?: readonly string[];
}

/** A case in a list. */
export interface PageCase {
  readonly id: string;
  readonly title: string;
  /** ISO time. */
  readonly createdAt: string;
  readonly createdBy: string | null;
  /** True if the case has a data subject: all other people can then be masked in a hand-over. */
  readonly isAboutSomebody: boolean;
  readonly recordings: number;
  readonly messages: number;
  /** ISO time of its last change, according to the log; null: the log has none. */
  readonly changedAt: string | null;
  /** `open`: not handed over yet; `handed-over`: handed over since its last change; `changed`: changed since its last hand-over. */
  readonly state: 'open' | 'handed-over' | 'changed';
  /**
   * Deadline for the hand-over (`2026-12-30`, in UTC), days until then (negative: overdue), and whether it was handed over after the deadline was
   * set. Absent: no deadline.
   */
  readonly deadline?: { readonly due: string; readonly daysLeft: number; readonly isMet: boolean };
}

/**
 * State of the server's register of persons. `stale`: its file has changed since `readAt` (ISO time) and cannot be read, so the earlier content is
 * used.
 */
export type PageRegister = { readonly is: 'none' } | { readonly is: 'read' | 'stale'; readonly entries: number; readonly readAt: string };

/** Why a recording is in a case. */
export interface PageCaseReason {
  /**
   * `hand`, `query`, `key`, `party`, `subject`; `decided-is`, `decided-is-not`, `decided-concerns`: a person's decision; `reviewed-privileged` and the like: a reviewer's
   * decision.
   */
  readonly kind: string;
  readonly detail: string;
  /** ISO time. */
  readonly at: string;
  readonly by: string | null;
  /** True if a later decision replaced this one. */
  readonly isOver?: true;
}

/** A party of a recording in a case. */
export interface PageCaseParty {
  /** `parties[0]`. */
  readonly field: string;
  readonly role: string;
  readonly label: string;
}

/** A decision to be made: whether a recording, or one of its parties, is the data subject of the case. */
export interface CaseDecisionRequest {
  readonly recording: string;
  readonly decision: Decision;
  /** Field of a party. Absent: a positive decision is about the one party that matches and is refused if several match, a negative one is about the recording. */
  readonly party?: string;
  readonly reason: string;
}

/** An action on a case, from the log. */
export interface PageCaseEntry {
  readonly seq: number;
  /** ISO time. */
  readonly time: string;
  /** Type of the log entry; for a change the kind of change, e.g. `recordings-added`. */
  readonly what: string;
  /** Author; null: not known. */
  readonly by: string | null;
  /** Why the author is not known; null: the author is. */
  readonly unknown: UnknownDetails | null;
  readonly recordings: number | null;
  readonly messages: number | null;
  /** SHA-256 of case.json, or of the message file. */
  readonly sha256: string | null;
}

/** A request to add to a case. The results of all its members are added together. */
export interface CaseAdditionRequest {
  /** Ids of single recordings. */
  readonly recordings?: readonly string[];
  /** Adds all results of a query; together with `party`, the query gives the time range. */
  readonly query?: PageQuery;
  /** Spellings of a person. */
  readonly party?: readonly string[];
  /** True to add uncertain matches as well. */
  readonly uncertain?: boolean;
  /** True to add recordings that share a key with one of the case. */
  readonly correlated?: boolean;
  /** True to add everything about the data subject of the case. */
  readonly subject?: boolean;
}

/** Result of an addition. */
export interface CaseFilled {
  /** Number of added recordings. */
  readonly added: number;
  /** Number of uncertain matches that were not added. */
  readonly uncertainLeftOut: number;
  /** Number of recordings that were added although their time is uncertain and may be outside the requested range. */
  readonly perhapsInTime: number;
  /** Number of matches that were not added because they have no time, so that no time range includes them. */
  readonly undatedLeftOut: number;
  /** Number of recordings that could not be read. */
  readonly unreadable: number;
  /** Number of keys that were not followed because too many recordings share them. */
  readonly keysNotFollowed: number;
}

/** Result of adding a message file. */
export interface CaseReceived {
  readonly received: number;
  readonly attachments: number;
  /** Number of messages beyond the limit per file: they are only in the original. */
  readonly leftOut: number;
  /** True if the same file was already in the case. */
  readonly isKnown: boolean;
}

/** A recording or a message in the timeline of a case. */
export interface PageCaseRow {
  /** Recording id, or `m1-3`: the third message of the first message file. */
  readonly key: string;
  readonly kind: 'recording' | 'message';
  /** ISO time in UTC; local time if no zone is known; null: no time. */
  readonly time: string | null;
  /** `exact`, `assumed`, `ambiguous`, `local`, `unknown`. */
  readonly placement: string;
  /** `second`: the row shows the later reading of an ambiguous time (DST fold); the recording or message is also listed further up. */
  readonly reading: 'first' | 'second';
  readonly lengthMs: number | null;
  readonly hasAudio: boolean;
  /** E.g. `asterisk pbx` or `mail`. */
  readonly system: string;
  readonly direction: string;
  readonly status: string;
  readonly from: string;
  readonly to: string;
  /** Text of a message, truncated if very long. */
  readonly text: string;
  /** Keys of simultaneous rows. Not certain: they overlap only in one reading of an ambiguous time. */
  readonly overlaps: readonly { readonly with: string; readonly certain: boolean }[];
}

/** A time of a call for which the case has no recording. */
export interface PageCaseGap {
  readonly from: string;
  readonly to: string;
  readonly parties: readonly string[];
  /** `no-audio`, `call-longer`, `account`, `message`, `other-system`. */
  readonly evidence: string;
  /** System that should have made the recording. */
  readonly system: string;
  /** Key of the row that shows the gap. */
  readonly entry: string;
  /** `exact`, `assumed`, `ambiguous`. */
  readonly sureness: string;
}

/** A case with its contents in order. */
export interface PageCaseView extends PageCase {
  /** Names, numbers and ids of the data subject; empty: there is none. */
  readonly about: readonly string[];
  readonly register: PageRegister;
  /** Recordings, and why each is in the case; at most as many as fit on a page. `parties` has those about which a decision is possible. */
  readonly members: readonly {
    readonly recording: string;
    readonly reasons: readonly PageCaseReason[];
    readonly parties: readonly PageCaseParty[];
  }[];
  /** Recordings that were removed. */
  readonly removed: readonly { readonly recording: string; readonly reason: string; readonly at: string; readonly by: string | null }[];
  /** Notes and tags on the recordings of the case. */
  readonly notes: readonly { readonly recording: string; readonly note: PageNote }[];
  /** Actions on the case, oldest first. */
  readonly custody: readonly PageCaseEntry[];
  /** Null: the case is too large to be sorted for a page. */
  readonly timeline: {
    readonly rows: readonly PageCaseRow[];
    readonly gaps: readonly PageCaseGap[];
    /** Number of further gaps. */
    readonly moreGaps: number;
    /**
     * Times that are not gaps of the archive but of the case: the archive has recordings of these times, and the case does not. `recordings` has the
     * first of their ids.
     */
    readonly outside: readonly (PageCaseGap & { readonly recordings: readonly string[] })[];
    readonly moreOutside: number;
    /** Number of times at which nobody searched the archive for recordings. */
    readonly notLooked: number;
    /** Number of pairs that certainly overlap. */
    readonly overlaps: number;
    /** Number of unreadable recordings and messages. */
    readonly unreadable: number;
  } | null;
}

/** The cases of an archive. */
export interface PageCaseList {
  /** Cases, newest first. */
  readonly cases: readonly PageCase[];
  readonly register: PageRegister;
}

/** Access to cases, for a user who may work on them. */
export interface PageCases {
  list(signal: AbortSignal): Promise<PageCaseList>;
  /** Creates a case. @param about spellings of the data subject; empty: none */
  create(title: string, country: string, about: readonly string[], signal: AbortSignal): Promise<PageCase>;
  /** Returns a case with its contents; null: there is no such case. */
  open(id: string, signal: AbortSignal): Promise<PageCaseView | null>;
  add(id: string, wish: CaseAdditionRequest, signal: AbortSignal): Promise<CaseFilled>;
  /** Adds a message file. @param zone of its local times; empty: unknown */
  receive(id: string, file: File, zone: string, signal: AbortSignal): Promise<CaseReceived>;
  remove(id: string, recording: string, reason: string, signal: AbortSignal): Promise<void>;
  decide(id: string, wish: CaseDecisionRequest, signal: AbortSignal): Promise<void>;
  /** Returns the address of the hand-over of the case, a zip. @param masked true: everything except the data subject is masked */
  address(id: string, masked: boolean): string;
}

/** Amount of audio that a user received today, and its limits; null: no limit. */
export interface PageQuota {
  readonly recordings: number;
  readonly mostRecordings: number | null;
  readonly hours: number;
  readonly mostHours: number | null;
}

/** An export that needs a second person's approval, as its requester and its approvers see it. */
export interface PageExportRequest {
  readonly id: string;
  readonly user: string;
  readonly kind: 'search' | 'selection' | 'case';
  /** The query, one text per member; for a case, its title. */
  readonly said: readonly string[];
  readonly case: string | null;
  readonly masked: boolean;
  /** Requested files: `access`, `original` or `both`; null: as the case has them. */
  readonly take: string | null;
  readonly recordings: number;
  readonly hours: number;
  /** Digest of the sorted recording ids. */
  readonly setSha256: string;
  readonly reason: string;
  readonly state: 'waits' | 'allowed' | 'refused' | 'taken' | 'withdrawn';
  readonly decidedBy: string | null;
  readonly ageMs: number;
  /** Time until it expires. */
  readonly leftMs: number;
  /** Download address of the user's own approved request; otherwise null. */
  readonly address: string | null;
}

/** A session, as shown to users who may end it. */
export interface PageSession {
  /** Identifies the session; does not grant access. */
  readonly name: string;
  readonly user: string;
  /** True for the session of this request. */
  readonly isThis: boolean;
  readonly by: 'password' | 'address' | 'openid' | 'proxy';
  /** Address of the client; null: not kept. */
  readonly address: string | null;
  /** Browser of the client; null: unknown. */
  readonly browser: string | null;
  readonly system: string | null;
  /** Time since the sign-in, and since the last request. */
  readonly ageMs: number;
  readonly idleMs: number;
}

/** A part of the audio of a recording. */
export interface SoundPart {
  readonly span: SoundSpan;
  readonly file: string;
}

/** Access to notes and tags, for a user who may write them. */
export interface PageNotes {
  /** Adds a note or tag. @returns all notes of the recording, including the new one */
  add(recording: string, kind: PageNote['kind'], text: string, part: SoundPart | null, signal: AbortSignal): Promise<readonly PageNote[]>;
  withdraw(recording: string, note: string, reason: string, signal: AbortSignal): Promise<readonly PageNote[]>;
}

/** Source of the page's data. Every method that waits takes a signal and rejects with the signal's reason. */
export interface DataSource {
  overview(signal: AbortSignal): Promise<PageOverview>;
  /** Columns by which this source can sort calls fast enough. */
  readonly orders: readonly OrderColumn[];
  /**
   * Yields increasingly complete results of one query; the last one is complete.
   * @param order column and direction, one of `orders`
   * @param limit number of requested rows
   * @param offset number of rows to skip
   */
  search(query: PageQuery, order: PageOrder, offset: number, limit: number, signal: AbortSignal): AsyncIterable<PageResult>;
  /** Loads what a word search needs, before the user begins to type. Absent: nothing can be loaded in advance. */
  prepare?(): void;
  /** Returns all data about one recording; null: there is no such recording. */
  detail(id: string, signal: AbortSignal): Promise<CallDetail | null>;
  /**
   * Returns the address of a file in the recording's folder (`access-1.opus`, `original-1.wav`, `recording.json`), for audio elements and links.
   * @param use `play`: for playback; `take`: for download
   */
  address(row: CallRow, file: string, use: 'play' | 'take'): string;
  /** Returns the address of a part of the audio as WAV. Absent: the page makes the part from the file. The overview states whether this user may. */
  spanAddress?(row: CallRow, file: string, span: SoundSpan): string;
  /**
   * Returns why the server refused a file that could not be played, in the language of the page; null: it did not refuse. Absent: the page does not
   * ask.
   */
  refusal?(address: string): Promise<string | null>;
  /** Absent: the data have no cases. The overview states whether this user may. */
  readonly cases?: PageCases;
  /** Returns reviewers' tags to choose from, most frequent first. Absent: none are known. */
  tags?(signal: AbortSignal): Promise<readonly string[]>;
  /** Absent: the data are read-only. The overview states whether this user may. */
  readonly notes?: PageNotes;
  /** Export of all calls of a query as one file. Absent: not available. */
  readonly export?: {
    address(query: PageQuery): string;
    /** Returns the address of an export like `address`, for calls that were selected one by one. */
    selected(recordings: readonly string[], signal: AbortSignal): Promise<string>;
    readonly mostRecordings: number;
  };
}
