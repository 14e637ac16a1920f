import { inspectLog } from './inspect-log.ts';
import type { TimedEntry } from './log-entry.ts';
import { readEntries } from './read-log.ts';
import type { LogPlace } from './walk-log.ts';

/** Type of the entry that is made before case.json is replaced: id of the case, numbers, and SHA-256 of the file as it is about to be. */
export const caseChanged = 'case-changed';

/** SHA-256 of case.json at each of its changes, in order of the log, by id of the case. */
export type CaseDigests = ReadonlyMap<string, readonly string[]>;

/** Gathers what the log says of cases. */
export function createCaseDigests(): { take(entry: TimedEntry): void; readonly of: CaseDigests } {
  const digests = new Map<string, string[]>();
  return {
    of: digests,
    take: ({ type, detail }) => {
      if (type !== caseChanged || typeof detail.case !== 'string' || typeof detail.sha256 !== 'string') return;
      const own = digests.get(detail.case);
      if (own === undefined) digests.set(detail.case, [detail.sha256]);
      else own.push(detail.sha256);
    },
  };
}

/** The same from a log as it is now. @param memory folder of this machine's keys and memory of logs; null: nothing is remembered */
export async function readCaseDigests(archive: LogPlace, memory: string | null, signal: AbortSignal): Promise<CaseDigests> {
  const digests = createCaseDigests();
  for await (const entry of readEntries(archive, await inspectLog(archive, memory, signal), signal)) digests.take(entry);
  return digests.of;
}
