import { join } from 'node:path';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { limits } from '../../core/base/limits.ts';
import { type Decision, decisionOf } from '../../core/identity/decision.ts';
import type { GivenValue } from '../../core/identity/person.ts';
import { type CaseFile, isCaseFile, isCount, isHex, isObject } from './case-file.ts';
import { type CaseDeadline, type CaseReview, isDeadline, isReview } from './case-progress.ts';

/** The folder of an archive's cases. */
export const casesFolder = 'cases';
/** Pattern of case ids: the day the case was opened and eight random hexadecimal digits. */
export const caseIdPattern = /^\d{8}-[0-9a-f]{8}$/;
/** Name of the file that describes a case's content. */
export const caseFileName = 'case.json';
/** Name of the next case.json during a change. The file is on disk before the change is logged, and then replaces the old one. */
export const pendingCaseName = '.longplay-next-case.json';
/** Name of an empty file in a case folder that a run is about to delete: it tells a deletion that was stopped from a folder that a backup brought back. */
export const deletingMark = '.longplay-deleting';

/** Why a recording is in a case. A query and a party may name people, so a case is personal data; the archive's log is not. */
export interface CaseReason {
  /** `hand`: added by its id; `query`: the options of a search; `key`: a shared correlation key; `party`: a participant; `subject`: a register extract. */
  readonly kind: 'hand' | 'query' | 'key' | 'party' | 'subject';
  /** The search options, the key with its value, or the party; empty for `hand`. */
  readonly detail: string;
  /** ISO time. */
  readonly at: string;
  /** The user who added it; null if the system has no name for that user. */
  readonly by: string | null;
}

/** A recording of a case. */
export interface CaseRecording {
  readonly recordingId: string;
  readonly reasons: readonly CaseReason[];
}

/** A recording that was removed from a case. */
export interface CaseRemoval {
  readonly recordingId: string;
  /** Reason as the user wrote it; empty if none was given. */
  readonly reason: string;
  readonly at: string;
  readonly by: string | null;
}

/** A person's decision that a recording, or one of its parties, is or is not the data subject's, or concerns the data subject. It takes precedence over all evidence. */
export interface CaseDecision {
  readonly recordingId: string;
  /** Path of the party, e.g. `parties[0]`, `accounts[0].parties[1]`; null: the recording as a whole. */
  readonly party: string | null;
  /** `concerns`: the recording as a whole concerns the data subject, who is no party of it. */
  readonly decision: Decision;
  /**
   * What a request to erase takes of a recording that concerns the data subject: `recording`, `nothing`, or names of its files as `erase request --only` reads
   * them. Absent: not decided.
   */
  readonly erase?: readonly string[];
  /** Reason as the user wrote it. */
  readonly reason: string;
  readonly at: string;
  readonly by: string | null;
}

/** A recording of a case that was erased from the archive. The case keeps nothing else of it. */
export interface CaseErasure {
  /** Keyed digest, as in the erasure ledger of the log. */
  readonly mark: string;
  /** ISO time. */
  readonly at: string;
  readonly request: string;
}

/** A message that was erased from a case. The case keeps nothing else of it. */
export interface CaseMessageErasure extends CaseErasure {
  /** Key that the message had in the timeline, e.g. `m2-17`. */
  readonly key: string;
}

/** A search that filled a case and its result, for the scope sheet of a hand-over. The words may name people. */
export interface CaseSearch {
  readonly at: string;
  readonly by: string | null;
  /** The search options. */
  readonly words: string;
  readonly found: number;
  readonly uncertainLeftOut: number;
  /** Number of found recordings whose clock is ambiguous and that are in the time range at only one reading. */
  readonly perhapsInTime: number;
  readonly undatedLeftOut: number;
  readonly unreadable: number;
}

/** Comparison of a case with a list of calls or orders from another source. */
export interface CaseComparison {
  /** Number from 1; names its folder below `comparisons/`. */
  readonly set: number;
  readonly at: string;
  readonly by: string | null;
  /** Base name of the list as given; it may name people. */
  readonly name: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** How columns of the list were read, e.g. `start=Date+Time`. */
  readonly columns: readonly string[];
  /** Zone of times without an offset; null: none was given. */
  readonly zone: string | null;
  readonly timeFormat: string;
  readonly toleranceMs: number;
  readonly counts: ComparedCounts;
  /** The comparison row by row, as CSV. */
  readonly file: CaseFile;
}

/** Results for the rows of a list. The first five add up to the number of rows. */
export interface ComparedCounts {
  readonly rows: number;
  /** Number of rows whose calls are certainly in the case. */
  readonly found: number;
  /** Number of rows whose calls are certainly in the archive, but not or only partly in the case. */
  readonly outside: number;
  readonly perhaps: number;
  readonly missing: number;
  /** Number of rows that could not be read, or that contain nothing by which a call can be found. */
  readonly unread: number;
  /** Number of recordings of the case and, below, of those that no row names. */
  readonly recordings: number;
  readonly unnamed: number;
}

/** Messages that were imported from one file. */
export interface CaseMessages {
  /** Number from 1; names its folder below `messages/`. */
  readonly set: number;
  readonly kind: 'eml' | 'csv' | 'vcon';
  /** Base name of the file as given. */
  readonly name: string;
  readonly importedAt: string;
  readonly by: string | null;
  /** Zone of local times; null: none was given. */
  readonly zone: string | null;
  readonly messages: number;
  /**
   * Where a search for the data subject of the case found them: another case, the number of its file, and how certainly they concern the person; `sureness` is
   * absent in cases of earlier versions. Absent: a user added the file.
   */
  readonly copiedFrom?: { readonly case: string; readonly set: number; readonly sureness?: 'certain' | 'uncertain' };
  /** The original first, then `messages.json`, then attachments. */
  readonly files: readonly CaseFile[];
}

/** A case's extract of a register of persons: the data subject's rows, and the countries of sites (site to digits of a calling code). */
export interface CaseRegister {
  readonly values: readonly GivenValue[];
  readonly countries: Readonly<Record<string, string>>;
}

/** `case.json`, version 1. */
export interface CaseDocument {
  readonly format: 'longplay-case';
  readonly version: 1;
  readonly id: string;
  /** Id of the archive. */
  readonly archive: string;
  readonly title: string;
  readonly createdAt: string;
  readonly createdBy: string | null;
  /** Calling code (`+46`) for comparing national numbers; null if the case has none. */
  readonly country: string | null;
  /** Spellings of the data subject, whose data stay readable in a masked export. Null: the case has no single data subject. */
  readonly subject: readonly string[] | null;
  /** Extract of a register of persons from the time when the case was created. Absent: no register was given. */
  readonly register?: CaseRegister;
  readonly recordings: readonly CaseRecording[];
  /** Removals in order of time. A recording that was added again later is still listed here. */
  readonly removed: readonly CaseRemoval[];
  /** Decisions in order of time; of two about the same item, the later one counts. Absent: there are none. */
  readonly decisions?: readonly CaseDecision[];
  /** Reviews in order of time. Absent: nothing was reviewed. */
  readonly reviews?: readonly CaseReview[];
  /** Deadlines in order of time; the last one counts. Absent: there never was one. */
  readonly deadlines?: readonly CaseDeadline[];
  readonly messages: readonly CaseMessages[];
  /** Searches in order of time; absent: none was kept. */
  readonly searches?: readonly CaseSearch[];
  /** Comparisons in order of time; absent: the case was not compared with a list. */
  readonly comparisons?: readonly CaseComparison[];
  /** Recordings that were erased, in order of time. Absent: none. */
  readonly erased?: readonly CaseErasure[];
  /** Messages that were erased, in order of time. Absent: none. */
  readonly erasedMessages?: readonly CaseMessageErasure[];
  /** Folders of files that were erased with them, e.g. `comparisons/2`; their numbers are not used again. Absent: none. */
  readonly erasedSets?: readonly string[];
}

/** Returns the absolute path of a case's folder. */
export function caseFolder(archiveDir: string, id: string): string {
  return join(archiveDir, casesFolder, id);
}

/** Returns a case as the bytes of `case.json`: canonical, indented by two. */
export function caseBytes(document: CaseDocument): Uint8Array {
  return Buffer.from(`${canonicalJson(document, 2)}\n`, 'utf8');
}

/** Returns the case that a JSON value describes; a text that says what is wrong if it describes none. */
export function parseCase(value: unknown): CaseDocument | string {
  if (!isObject(value) || value.format !== 'longplay-case' || value.version !== 1) return 'it does not describe itself as a case';
  const { id, archive, title, createdAt, createdBy, country, subject, register, recordings, removed = [], decisions, messages, searches } = value;
  const { reviews, deadlines, comparisons, erased, erasedMessages, erasedSets } = value;
  if (typeof id !== 'string' || !caseIdPattern.test(id)) return 'its id is invalid';
  if (typeof archive !== 'string' || typeof title !== 'string' || typeof createdAt !== 'string') return 'archive, title or createdAt is not a text';
  if (!isTextOrNull(createdBy) || !isTextOrNull(country)) return 'createdBy or country is not a text';
  if (subject !== null && !(Array.isArray(subject) && subject.every((one) => typeof one === 'string'))) return 'its subject is not a list of texts';
  if (register !== undefined && !isRegister(register)) return 'its extract of a register of persons is invalid';
  if (!Array.isArray(recordings) || recordings.length > limits.caseRecordings || !recordings.every(isRecording))
    return 'its recordings are not a list of recordings';
  if (!Array.isArray(removed) || removed.length > limits.caseRecordings || !removed.every(isRemoval))
    return 'its removed recordings are not a list of recordings';
  if (decisions !== undefined && !(Array.isArray(decisions) && decisions.length <= limits.caseRecordings && decisions.every(isDecision)))
    return 'its decisions are not a list of decisions';
  if (reviews !== undefined && !(Array.isArray(reviews) && reviews.length <= limits.caseReviews && reviews.every(isReview)))
    return 'its reviews are not a list of reviews';
  if (deadlines !== undefined && !(Array.isArray(deadlines) && deadlines.length <= limits.caseRecordings && deadlines.every(isDeadline)))
    return 'its deadlines are not a list of days';
  if (!Array.isArray(messages) || messages.length > limits.caseMessageFiles || !messages.every(isMessages))
    return 'its messages are not a list of imports';
  if (searches !== undefined && !(Array.isArray(searches) && searches.length <= limits.caseRecordings && searches.every(isSearch)))
    return 'its searches are not a list of searches';
  if (comparisons !== undefined && !(Array.isArray(comparisons) && comparisons.length <= limits.caseComparisons && comparisons.every(isComparison)))
    return 'its comparisons are not a list of comparisons';
  if (erased !== undefined && !(Array.isArray(erased) && erased.every(isErasure))) return 'its erased recordings are not a list of erasures';
  if (erasedMessages !== undefined && !(Array.isArray(erasedMessages) && erasedMessages.every(isMessageErasure)))
    return 'its erased messages are not a list of erasures';
  if (erasedSets !== undefined && !isSetList(erasedSets)) return 'its erased files are not a list of folders';
  const about = { country, subject, ...(register === undefined ? {} : { register }) };
  return {
    format: 'longplay-case',
    version: 1,
    id,
    archive,
    title,
    createdAt,
    createdBy,
    ...about,
    recordings,
    removed,
    ...(decisions === undefined ? {} : { decisions }),
    ...(reviews === undefined ? {} : { reviews }),
    ...(deadlines === undefined ? {} : { deadlines }),
    messages,
    ...(searches === undefined ? {} : { searches }),
    ...(comparisons === undefined ? {} : { comparisons }),
    ...(erased === undefined ? {} : { erased }),
    ...(erasedMessages === undefined ? {} : { erasedMessages }),
    ...(erasedSets === undefined ? {} : { erasedSets }),
  };
}

const valueKinds: readonly unknown[] = ['number', 'extension', 'id', 'name', 'open', null] satisfies GivenValue['kind'][];

function isRegister(value: unknown): value is CaseRegister {
  if (!isObject(value) || !Array.isArray(value.values) || !isObject(value.countries)) return false;
  return (
    value.values.length <= limits.caseRegisterValues &&
    value.values.every(isGivenValue) &&
    Object.values(value.countries).every((one) => typeof one === 'string')
  );
}

function isGivenValue(value: unknown): value is GivenValue {
  if (!isObject(value) || typeof value.text !== 'string' || !valueKinds.includes(value.kind)) return false;
  const { period, site, entry, isShared, isOthers } = value;
  const isMoment = (ms: unknown): boolean => ms === null || (typeof ms === 'number' && Number.isSafeInteger(ms));
  if (period !== null && !(isObject(period) && isMoment(period.fromMs) && isMoment(period.toMs))) return false;
  return isTextOrNull(site) && isTextOrNull(entry) && typeof isShared === 'boolean' && typeof isOthers === 'boolean';
}

const reasonKinds: readonly unknown[] = ['hand', 'query', 'key', 'party', 'subject'] satisfies CaseReason['kind'][];
const messageKinds: readonly unknown[] = ['eml', 'csv', 'vcon'] satisfies CaseMessages['kind'][];

function isRecording(value: unknown): value is CaseRecording {
  return (
    isObject(value) &&
    typeof value.recordingId === 'string' &&
    /^[0-9a-f-]{36}$/.test(value.recordingId) &&
    Array.isArray(value.reasons) &&
    value.reasons.every(isReason)
  );
}

function isRemoval(value: unknown): value is CaseRemoval {
  return (
    isObject(value) &&
    typeof value.recordingId === 'string' &&
    typeof value.reason === 'string' &&
    typeof value.at === 'string' &&
    isTextOrNull(value.by)
  );
}

function isErasure(value: unknown): value is CaseErasure {
  return isObject(value) && isHex(value.mark, 32) && typeof value.at === 'string' && typeof value.request === 'string';
}

function isMessageErasure(value: unknown): value is CaseMessageErasure {
  return isErasure(value) && 'key' in value && typeof value.key === 'string' && messageKeyPattern.test(value.key);
}

/** Matches the key of a message in a timeline: the number of its import and its own number in the file. */
export const messageKeyPattern = /^m([1-9]\d{0,8})-([1-9]\d{0,14})$/;

/** Returns true for a list of folders of files of a case. */
export function isSetList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && setPattern.test(one));
}

const setPattern = /^(?:messages|comparisons)\/[1-9]\d{0,8}$/;

function isSearch(value: unknown): value is CaseSearch {
  if (!isObject(value) || typeof value.at !== 'string' || !isTextOrNull(value.by) || typeof value.words !== 'string') return false;
  return [value.found, value.uncertainLeftOut, value.perhapsInTime, value.undatedLeftOut, value.unreadable].every(isCount);
}

function isComparison(value: unknown): value is CaseComparison {
  if (!isObject(value) || !isCount(value.set) || typeof value.at !== 'string' || !isTextOrNull(value.by) || !isTextOrNull(value.zone)) return false;
  if (typeof value.name !== 'string' || typeof value.timeFormat !== 'string' || !isCount(value.toleranceMs) || !isCount(value.sizeBytes))
    return false;
  if (typeof value.sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(value.sha256) || !isObject(value.counts) || !isCaseFile(value.file)) return false;
  const { rows, found, outside, perhaps, missing, unread, recordings, unnamed } = value.counts;
  if (![rows, found, outside, perhaps, missing, unread, recordings, unnamed].every(isCount)) return false;
  return Array.isArray(value.columns) && value.columns.length <= limits.recordFields && value.columns.every((one) => typeof one === 'string');
}

function isDecision(value: unknown): value is CaseDecision {
  if (!isObject(value)) return false;
  const { decision, party, erase } = value;
  if (decisionOf(decision) === null || (decision === 'concerns' && party !== null)) return false;
  if (erase !== undefined && (decision !== 'concerns' || !isErasedPart(erase))) return false;
  return isRemoval(value) && (value.party === null || (typeof value.party === 'string' && partyPattern.test(value.party)));
}

function isErasedPart(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= limits.recordFields &&
    value.every((one) => typeof one === 'string' && namePattern.test(one))
  );
}

/** Matches the name of a file of a recording, and words for several. */
const namePattern = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** Matches the path of a party in `recording.json`. */
const partyPattern = /^(?:accounts\[\d{1,5}\]\.)?parties\[\d{1,5}\]$/;

function isReason(value: unknown): value is CaseReason {
  return (
    isObject(value) && reasonKinds.includes(value.kind) && typeof value.detail === 'string' && typeof value.at === 'string' && isTextOrNull(value.by)
  );
}

function isMessages(value: unknown): value is CaseMessages {
  return (
    isObject(value) &&
    isCount(value.set) &&
    messageKinds.includes(value.kind) &&
    typeof value.name === 'string' &&
    typeof value.importedAt === 'string' &&
    isTextOrNull(value.by) &&
    isTextOrNull(value.zone) &&
    isCount(value.messages) &&
    (value.copiedFrom === undefined || isMessageOrigin(value.copiedFrom)) &&
    Array.isArray(value.files) &&
    value.files.every((file) => isCaseFile(file))
  );
}

const sureness: readonly unknown[] = ['certain', 'uncertain', undefined];

function isMessageOrigin(value: unknown): boolean {
  return (
    isObject(value) && typeof value.case === 'string' && caseIdPattern.test(value.case) && isCount(value.set) && sureness.includes(value.sureness)
  );
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
