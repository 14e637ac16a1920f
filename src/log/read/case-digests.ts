import { caseIdPattern } from '../../archive/documents/case-json.ts';
import type { LogEntry, TimedEntry } from '../entries/log-entry.ts';
import type { LogPlace } from '../files/walk-log.ts';
import { inspectLog } from './inspect-log.ts';
import { readEntries } from './read-log.ts';

/** Type of the entry written before case.json is replaced: id of the case, numbers, and SHA-256 of the new file. */
export const caseChanged = 'case-changed';
/** Type of the entry written before a case is deleted, or when somebody acknowledges that one is gone. */
export const caseDeleted = 'case-deleted';

/** History of a case in the log. */
export interface CaseHistory {
  /** SHA-256 of case.json at each of its changes, in log order; empty if the log only has entries about the case's messages. */
  readonly digests: readonly string[];
  /** True if the last entry about the case says that it was deleted. */
  readonly deleted: boolean;
  /** Index in `digests` of the last change that erased recordings or messages from the case; absent: none did. */
  readonly erasing?: number;
}

/** Changes of a case that erase something from it. */
const erasingChanges: ReadonlySet<unknown> = new Set(['recordings-erased', 'messages-erased']);

/** Returns true for a state of a case from which recordings or messages were erased later. @param digest SHA-256 of its case.json */
export function isBeforeCaseErasure({ digests, erasing }: CaseHistory, digest: string): boolean {
  return erasing !== undefined && digests.includes(digest) && digests.lastIndexOf(digest) < erasing;
}

/** Histories of cases, by id. */
export type CaseHistories = ReadonlyMap<string, CaseHistory>;

const naming: ReadonlySet<string> = new Set([caseChanged, caseDeleted, 'case-messages']);

/** Collects the histories of cases from log entries. */
export function createCaseHistories(): { take(entry: TimedEntry): void; readonly of: CaseHistories } {
  const cases = new Map<string, { digests: string[]; deleted: boolean; erasing?: number }>();
  return {
    of: cases,
    take: ({ type, detail }) => {
      const { case: id, sha256 } = detail;
      if (!naming.has(type) || typeof id !== 'string' || !caseIdPattern.test(id)) return; // The id becomes a path, and a log may be foreign.
      const known: { digests: string[]; deleted: boolean; erasing?: number } = cases.get(id) ?? { digests: [], deleted: false };
      cases.set(id, known);
      known.deleted = type === caseDeleted;
      if (type !== caseChanged || typeof sha256 !== 'string') return;
      known.digests.push(sha256);
      if (erasingChanges.has(detail.deed)) known.erasing = known.digests.length - 1;
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
  for await (const entry of readEntries(archive, await inspectLog(archive, memory, signal), signal)) {
    cases.take(entry);
    also(entry);
  }
  return cases.of;
}
