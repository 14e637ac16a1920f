import { caseIdPattern } from '../../archive/documents/case-json.ts';
import { agree } from '../../core/base/agree.ts';
import type { LogEntry, TimedEntry } from '../entries/log-entry.ts';
import type { LogPlace } from '../files/walk-log.ts';
import { loggedEntries } from './read-log.ts';

/** Type of the entry written before case.json is replaced: id of the case, numbers, and SHA-256 of the new file. */
export const caseChanged = 'case-changed';
/** Type of the entry written before a case is deleted, or when somebody acknowledges that one is gone. */
export const caseDeleted = 'case-deleted';

/** History of a case in the log. */
export interface CaseHistory {
  /** SHA-256 of case.json at each of its changes, in log order; empty if the log only has entries about the case's messages. */
  readonly digests: readonly string[];
  /** True if an entry says that the case was deleted. Nothing brings a deleted case back: its id is never given again, and a later change was of a copy of it. */
  readonly deleted: boolean;
  /** Index in `digests` of the last change that erased recordings or messages from the case; absent: none did. */
  readonly erasing?: number;
  /** Indexes in `digests` of all such changes; absent: there is none. */
  readonly erasures?: readonly number[];
  /**
   * Numbers of earlier changes, without erasures, that states lack, because an older one was there when something was erased from it, by index in `digests`;
   * absent, or without an index: none.
   */
  readonly lackings?: ReadonlyMap<number, number>;
}

/** Changes of a case that erase something from it. */
const erasingChanges: ReadonlySet<unknown> = new Set(['recordings-erased', 'messages-erased']);

/** Returns true for a state of a case from which recordings or messages were erased later. @param digest SHA-256 of its case.json */
export function isBeforeCaseErasure({ digests, erasing }: CaseHistory, digest: string): boolean {
  return erasing !== undefined && digests.includes(digest) && digests.lastIndexOf(digest) < erasing;
}

/** Returns the number of changes that a state of a case lacks, without those that only erased something; null if the log does not know the state. */
export function changesSince({ digests, erasures = [], lackings }: CaseHistory, digest: string): number | null {
  const at = digests.lastIndexOf(digest);
  if (at < 0) return null;
  return digests.length - 1 - at - erasures.filter((index) => index > at).length + (lackings?.get(at) ?? 0);
}

/**
 * Returns the number of changes that a state of a case has and the newest state in the log lacks, because something was erased from an older one; 0: the newest
 * state may replace it. Nothing copies the newest state over one that has such changes: they may exist nowhere else.
 * @param digest SHA-256 of case.json of the state
 */
export function changesAhead(history: CaseHistory, digest: string): number {
  const [lacking, there] = [changesSince(history, history.digests.at(-1) ?? ''), changesSince(history, digest)];
  return lacking === null || there === null ? 0 : Math.max(0, lacking - there);
}

/** Returns the ids of the cases whose newest state lacks earlier changes, and for which nobody has acknowledged that these are lost. */
export function lackingCases(histories: CaseHistories): readonly string[] {
  return [...histories].flatMap(([id, history]) => (!history.deleted && (changesSince(history, history.digests.at(-1) ?? '') ?? 0) > 0 ? [id] : []));
}

/** Member of an entry `case-changed`: number of earlier changes that the state lacks from which something was erased. */
export const lackingMember = 'lacking';

/** Says what the newest state of a case lacks, as the end of a sentence about its case.json. */
export function lackingWords(changes: number): string {
  const many = changes === 1 ? 'a change that the log records' : agree`${changes} change[s] that the log records`;
  return `lacks ${many}: an older state of the case was there when something was erased from it`;
}

/** The next step for such a case. */
export const lackingNext =
  'compare it with backups and replicas, then acknowledge that the changes are lost: longplay case forget ARCHIVE CASE --reason TEXT';

/** Says that a copy of a case has changes that its newest state lacks, as the end of a sentence about its case.json. @param changes `changesAhead` */
export function aheadWords(changes: number): string {
  const many = changes === 1 ? 'a change' : agree`${changes} change[s]`;
  return `has ${many} that the newest state in the log lacks: something was erased from an older state of the case, and this one still has it`;
}

/** The next step where such a copy is in the archive itself. */
export const aheadNext = 'to erase it from this state, too: longplay erase run ARCHIVE';

/** The next step where such a copy is in a replica. @param copying command that replaces the folder of the archive by that of the replica */
export function aheadThereNext(copying: string): string {
  return `to keep the changes: ${copying}; then longplay erase run ARCHIVE, then longplay replica sync ARCHIVE; if they are not needed: longplay case forget ARCHIVE CASE --reason TEXT, then longplay replica sync ARCHIVE`;
}

/** Says that a deleted case exists, as the end of a sentence about its folder. */
export const returnedWords = 'was deleted according to the log and exists: somebody restored the folder';

/** The next step for such a case. */
export function returnedNext(id: string): string {
  return `delete it again: longplay case delete ARCHIVE ${id} --reason TEXT`;
}

/** Histories of cases, by id. */
export type CaseHistories = ReadonlyMap<string, CaseHistory>;

const naming: ReadonlySet<string> = new Set([caseChanged, caseDeleted, 'case-messages']);

type Writable = { -readonly [Member in keyof CaseHistory]: CaseHistory[Member] } & { digests: string[]; lackings?: Map<number, number> };

/** Collects the histories of cases from log entries. */
export function createCaseHistories(): { take(entry: TimedEntry): void; readonly of: CaseHistories } {
  const cases = new Map<string, Writable>();
  return {
    of: cases,
    take: ({ type, detail }) => {
      const { case: id, sha256 } = detail;
      if (!naming.has(type) || typeof id !== 'string' || !caseIdPattern.test(id)) return; // The id becomes a path, and a log may be foreign.
      const known: Writable = cases.get(id) ?? { digests: [], deleted: false };
      cases.set(id, known);
      known.deleted ||= type === caseDeleted;
      if (type !== caseChanged || typeof sha256 !== 'string') return;
      const at = known.digests.push(sha256) - 1;
      const given = detail[lackingMember];
      // Somebody acknowledged that the later states are lost.
      const lacking = detail.deed === 'accepted' ? 0 : typeof given === 'number' ? given : (known.lackings?.get(at - 1) ?? 0);
      if (lacking > 0) known.lackings = (known.lackings ?? new Map()).set(at, lacking);
      if (!erasingChanges.has(detail.deed)) return;
      known.erasing = at;
      known.erasures = [...(known.erasures ?? []), at];
    },
  };
}

/**
 * Returns true for an entry that hands over a case: the export and the handed-over bag have the same name. Versions that did not number hand-overs
 * logged only the export.
 */
export function isHandedOver({ type, detail }: Pick<LogEntry, 'type' | 'detail'>): boolean {
  return type === 'handed-over' || (type === 'exported' && detail.handOver === undefined);
}

/** Collects the times of hand-overs, by case id: ISO times, oldest first. */
export function createHandOverTimes(): { take(entry: TimedEntry): void; readonly of: ReadonlyMap<string, readonly string[]> } {
  const times = new Map<string, string[]>();
  return {
    of: times,
    take: ({ type, time, detail }) => {
      const { case: id } = detail;
      if (!isHandedOver({ type, detail }) || typeof id !== 'string' || !caseIdPattern.test(id)) return;
      times.set(id, [...(times.get(id) ?? []), time]);
    },
  };
}

/**
 * Reads the histories of cases from the current log.
 * @param memory folder of this machine's keys and memory of logs; null: no memory
 * @param also receives every entry
 */
export async function readCaseHistories(
  archive: LogPlace,
  memory: string | null,
  signal: AbortSignal,
  also: (entry: TimedEntry) => void = () => undefined,
): Promise<CaseHistories> {
  const cases = createCaseHistories();
  for await (const entry of loggedEntries(archive, memory, signal)) {
    cases.take(entry);
    also(entry);
  }
  return cases.of;
}
