import type { Severity } from '../findings/entries/types.ts';
import type { RecordingDocument } from '../model/recording-document.ts';
import type { WindowCounts } from '../time/time-span.ts';
import type { SoundSpan } from '../time/wave-span.ts';
import type { OrderColumn, PageOrder } from './order.ts';

// What the page in the browser knows of an archive, wherever it gets it from: scripts beside it (`viewer/` in the archive) or a server.

/** What is known to be wrong with a call's files: altered, gone, or something of its bag that no call is named for. */
export type CallFault = 'damaged' | 'lost' | 'bag';

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
  /** Name of the file, or the recorder's key, of a call of which no party is known: nothing else tells it from others. Absent: parties are known. */
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
  /** Media whose sound may be noise of a wrong decoding. */
  readonly doubtful: number;
  /** Name of the bag, such as `2019/20190312-4f2a`. */
  readonly bag: string;
  readonly groupId: string | null;
  /** The number or name that was asked for stands here in another spelling: how sure it is that it is the one. Absent: it is, or none was asked for. */
  readonly number?: 'possible' | 'damaged';
  /** What is known to be wrong with its files, by a verification or since somebody wanted to hear it. Absent: nothing. */
  readonly fault?: CallFault;
}

/** What may be asked; members are joined by "and", an absent one asks nothing. */
export interface PageQuery {
  /** Words over numbers, names, ids and tags; each matches beginnings of words, without regard to case and accents. */
  readonly text?: string;
  /** ISO beginnings of times by the clock of `zone`: [from, to). */
  readonly from?: string;
  readonly to?: string;
  readonly direction?: string;
  readonly agent?: string;
  readonly tag?: string;
  readonly codec?: string;
  readonly status?: string;
  readonly importer?: string;
  /** Length of the sound, both ends included, as `parseLength` reads it. */
  readonly minLength?: string;
  readonly maxLength?: string;
  /** Weekdays and time of day of the start, as `parseWeekdays` and `parseTimeOfDay` read them. */
  readonly weekday?: string;
  readonly timeOfDay?: string;
  /** `yes`: only what is known to be damaged or lost. */
  readonly damaged?: string;
  /** IANA name of the zone whose clock tells days, weekdays and times of day; it asks nothing by itself. Absent: UTC. */
  readonly zone?: string;
}

/** What was found so far. */
export interface PageResult {
  /** In the order that was asked for, at most as many as were asked for. */
  readonly rows: readonly CallRow[];
  /** Of all that match. */
  readonly total: number;
  readonly durationMs: number;
  /** Recordings that match, by month (`2019-03`, `undated`) of the zone's clock: for the time line. */
  readonly months: readonly { readonly month: string; readonly recordings: number }[];
  /** Recordings that match, by day (`2019-03-12`) of the zone's clock, where all of them are of one month; absent: of several, or not counted yet. */
  readonly days?: readonly { readonly day: string; readonly recordings: number }[];
  /** How they lie to the range of the question. Absent: none is asked for, or not counted yet. */
  readonly window?: WindowCounts;
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
  /** By month of UTC. */
  readonly months: readonly { readonly month: string; readonly recordings: number }[];
  /** Values that can be chosen, largest number first. */
  readonly choices: Readonly<
    Record<'direction' | 'codec' | 'status' | 'importer', readonly { readonly value: string; readonly recordings: number }[]>
  >;
  /** ISO time at which the data was written; null: it is live. */
  readonly writtenAt: string | null;
  /** Calls that are known to be damaged or lost. Absent: none. */
  readonly faults?: number;
  /** What this user may do beside listening. */
  readonly may: { readonly export: boolean; readonly cases: boolean; readonly notes?: boolean };
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
  /** Ids of recordings with files that are altered, and of those with files that are gone. Absent: none is named. */
  readonly damaged?: readonly string[];
  readonly lost?: readonly string[];
  /** Other recordings have faults, too. */
  readonly unnamed?: true;
  /** Replicas that have the bag, by the log. Absent: none. */
  readonly replicas?: readonly string[];
}

/** A note or a tag of a reviewer. */
export interface PageNote {
  readonly id: string;
  readonly kind: 'note' | 'tag';
  /** Null: it was erased. */
  readonly text: string | null;
  /** Part of the sound, in ms. Null: of the recording as a whole. */
  readonly span: SoundSpan | null;
  /** The sound that it is a part of; null: the one that is played first. */
  readonly file: string | null;
  /** ISO time. */
  readonly time: string;
  /** Null: it was erased. */
  readonly by: string | null;
  /** Null: it holds. */
  readonly withdrawn: { readonly time: string; readonly by: string | null; readonly reason: string | null } | null;
}

/** Everything about one recording. */
export interface CallDetail {
  /** Notes and tags, oldest first. Absent: they are not known here. */
  readonly notes?: readonly PageNote[];
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
  /** ISO time of its last change, by the log; null: the log has none. */
  readonly changedAt: string | null;
  /** `open`: not handed over yet; `handed-over`: since its last change; `changed`: it was changed after that. */
  readonly state: 'open' | 'handed-over' | 'changed';
  /** The day by which it is to be handed over (`2026-12-30`, in UTC), days until then (less than 0: overdue), and whether it was handed over since the day was set. Absent: it has none. */
  readonly deadline?: { readonly due: string; readonly daysLeft: number; readonly isMet: boolean };
}

/** What a server knows of a register of persons. `stale`: it has changed since `readAt` (ISO time) and cannot be used; what it said then counts. */
export type PageRegister = { readonly is: 'none' } | { readonly is: 'read' | 'stale'; readonly entries: number; readonly readAt: string };

/** Why a recording is in a case. */
export interface PageCaseReason {
  /** `hand`, `query`, `key`, `party`, `subject`; `decided-is`, `decided-is-not`: what a person decided of it; `reviewed-privileged` and the like: what a reviewer said. */
  readonly kind: string;
  readonly detail: string;
  /** ISO time. */
  readonly at: string;
  readonly by: string | null;
  /** A later decision took it back. */
  readonly isOver?: true;
}

/** Somebody in a recording of a case. */
export interface PageCaseParty {
  /** `parties[0]`. */
  readonly field: string;
  readonly role: string;
  readonly label: string;
}

/** What a person decides: that a recording, or a party of it, is of the person of the case or is not. */
export interface CaseDecisionRequest {
  readonly recording: string;
  readonly decision: 'is' | 'is-not';
  /** Field of a party. Absent: whoever is like them; where it is not them, the recording. */
  readonly party?: string;
  readonly reason: string;
}

/** What was done to a case, as the log has it. */
export interface PageCaseEntry {
  readonly seq: number;
  /** ISO time. */
  readonly time: string;
  /** Type of the entry, of a change what was done: `recordings-added`. */
  readonly what: string;
  /** Null: nobody, or it was erased. */
  readonly by: string | null;
  readonly recordings: number | null;
  readonly messages: number | null;
  /** SHA-256 of case.json, or of the file of messages. */
  readonly sha256: string | null;
}

/** What is to come into a case; what several members ask for comes in together. */
export interface CaseAdditionRequest {
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
  /** Taken in, and perhaps not in the range of time that was asked for: their time is not certain. */
  readonly perhapsInTime: number;
  /** Found without that range, and without a time, so that no range holds them. */
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

/** A time at which a call went on, and of which the case has no recording. */
export interface PageCaseGap {
  readonly from: string;
  readonly to: string;
  readonly parties: readonly string[];
  /** `no-audio`, `call-longer`, `account`, `message`, `other-system`. */
  readonly evidence: string;
  /** The system that was to record it. */
  readonly system: string;
  /** Key of the row that shows it. */
  readonly entry: string;
  /** `exact`, `assumed`, `ambiguous`. */
  readonly sureness: string;
}

/** A case in order. */
export interface PageCaseView extends PageCase {
  /** Names, numbers and ids of whom it is about; none: of nobody in particular. */
  readonly about: readonly string[];
  readonly register: PageRegister;
  /** Recordings and why each is in it; as many as a page takes. Parties: who can be decided of. */
  readonly members: readonly {
    readonly recording: string;
    readonly reasons: readonly PageCaseReason[];
    readonly parties: readonly PageCaseParty[];
  }[];
  /** Recordings that were taken out. */
  readonly removed: readonly { readonly recording: string; readonly reason: string; readonly at: string; readonly by: string | null }[];
  /** Notes and tags of its recordings. */
  readonly notes: readonly { readonly recording: string; readonly note: PageNote }[];
  /** Oldest first. */
  readonly custody: readonly PageCaseEntry[];
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

/** The cases of an archive. */
export interface PageCaseList {
  /** Newest first. */
  readonly cases: readonly PageCase[];
  readonly register: PageRegister;
}

/** Cases, where somebody may work on them. */
export interface PageCases {
  list(signal: AbortSignal): Promise<PageCaseList>;
  /** @param about spellings of the person that it is about; none: of nobody in particular */
  create(title: string, country: string, about: readonly string[], signal: AbortSignal): Promise<PageCase>;
  /** Null where there is no such case. */
  open(id: string, signal: AbortSignal): Promise<PageCaseView | null>;
  add(id: string, wish: CaseAdditionRequest, signal: AbortSignal): Promise<CaseFilled>;
  /** Takes a file with messages in. @param zone of its local times; empty: none is known */
  receive(id: string, file: File, zone: string, signal: AbortSignal): Promise<CaseReceived>;
  remove(id: string, recording: string, reason: string, signal: AbortSignal): Promise<void>;
  decide(id: string, wish: CaseDecisionRequest, signal: AbortSignal): Promise<void>;
  /** Address of the case as it is handed over, a zip. @param masked only whom it is about stays readable */
  address(id: string, masked: boolean): string;
}

/** What somebody had of the archive's sound today, and may have; null: no limit. */
export interface PageQuota {
  readonly recordings: number;
  readonly mostRecordings: number | null;
  readonly hours: number;
  readonly mostHours: number | null;
}

/** An export that needs a second person, as who asked and those who may decide see it. */
export interface PageExportRequest {
  readonly id: string;
  readonly user: string;
  readonly kind: 'search' | 'selection' | 'case';
  /** What was searched for, member by member; of a case its title. */
  readonly said: readonly string[];
  readonly case: string | null;
  readonly masked: boolean;
  /** `access`, `original`, `both`; null: as a case has them. */
  readonly take: string | null;
  readonly recordings: number;
  readonly hours: number;
  /** Digest of the sorted ids. */
  readonly setSha256: string;
  readonly reason: string;
  readonly state: 'waits' | 'allowed' | 'refused' | 'taken' | 'withdrawn';
  readonly decidedBy: string | null;
  readonly ageMs: number;
  /** Until it is forgotten. */
  readonly leftMs: number;
  /** Where an own one that is allowed is had; else null. */
  readonly address: string | null;
}

/** A session, as those see it who may end it. */
export interface PageSession {
  /** Opens nothing. */
  readonly name: string;
  readonly user: string;
  /** The one that asks. */
  readonly isThis: boolean;
  readonly by: 'password' | 'address' | 'openid' | 'proxy';
  /** Null: it is not kept. */
  readonly address: string | null;
  /** Null: not known. */
  readonly browser: string | null;
  readonly system: string | null;
  /** Since somebody came in, and since the last request. */
  readonly ageMs: number;
  readonly idleMs: number;
}

/** A part of a sound of a recording. */
export interface SoundPart {
  readonly span: SoundSpan;
  readonly file: string;
}

/** Notes and tags, where somebody may write them. */
export interface PageNotes {
  /** @returns all of the recording, with the new one */
  add(recording: string, kind: PageNote['kind'], text: string, part: SoundPart | null, signal: AbortSignal): Promise<readonly PageNote[]>;
  withdraw(recording: string, note: string, reason: string, signal: AbortSignal): Promise<readonly PageNote[]>;
}

/** Where the page gets its data from. Whatever waits takes a signal and rejects with its reason. */
export interface DataSource {
  overview(signal: AbortSignal): Promise<PageOverview>;
  /** Columns that this source can put calls in order by, at a cost that a person waits for. */
  readonly orders: readonly OrderColumn[];
  /** Yields better and better answers to one question; the last one is whole. @param order by one of `orders` @param limit rows wanted @param offset rows to leave out */
  search(query: PageQuery, order: PageOrder, offset: number, limit: number, signal: AbortSignal): AsyncIterable<PageResult>;
  /** Reads ahead what a search by words needs, once somebody is about to type them. Absent: a search reads nothing that can be read before it. */
  prepare?(): void;
  /** Null where there is no such recording. */
  detail(id: string, signal: AbortSignal): Promise<CallDetail | null>;
  /** Address of a file in the recording's folder (`access-1.opus`, `original-1.wav`, `recording.json`), for audio elements and links. @param use `play`: to be heard; `take`: to be kept */
  address(row: CallRow, file: string, use: 'play' | 'take'): string;
  /** Address of a part of a sound as WAV. Absent: the page makes it of the file that it is given. Whether this user may, the overview says. */
  spanAddress?(row: CallRow, file: string, span: SoundSpan): string;
  /** Why a file is refused at an address that could not be played, in the words of the page; null: it is not. Absent: nobody compares files before they are heard. */
  refusal?(address: string): Promise<string | null>;
  /** Absent: there are none where the data is. Whether this user may, the overview says. */
  readonly cases?: PageCases;
  /** Tags of reviewers that can be chosen, the most frequent first. Absent: none are known where the data is. */
  tags?(signal: AbortSignal): Promise<readonly string[]>;
  /** Absent: nothing is written where the data is. Whether this user may, the overview says. */
  readonly notes?: PageNotes;
  /** All calls of a question as one file. Absent: nobody makes one. */
  readonly export?: {
    address(query: PageQuery): string;
    /** The same of calls that were chosen one by one. */
    selected(recordings: readonly string[], signal: AbortSignal): Promise<string>;
    readonly mostRecordings: number;
  };
}
