import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { PrivateDetail } from '../../log/entries/actor.ts';
import type { EntryType } from '../../log/entries/entry-types.ts';
import type { LogDetail, NewEntry } from '../../log/entries/log-entry.ts';
import { type ArchiveLog, type LogTools, openLog } from '../../log/log.ts';
import { isReplicaHere } from '../../log/read/replica-here.ts';
import { isWritable } from './open-archive.ts';

/** What writing a log entry needs: the signing key, and the user. */
export type EntryTools = LogTools;

/** Why an action was not logged. */
export interface NotEntered {
  readonly reason: string;
  /**
   * True: the system failed, another run held the log, or the log is damaged. False: nothing can be logged here, e.g. because the archive is
   * read-only or its key is on another machine.
   */
  readonly isFault: boolean;
}

/** Codes of a missing key, and of a key that everybody can write: nothing is signed then. */
const withoutKey: ReadonlySet<string> = new Set(['L104', 'L117']);

/** Makes the finding about an action that was done and not logged. @param code used if nothing can be logged here */
export function notEnteredFinding(code: 'P172' | 'P173', { reason, isFault }: NotEntered): Finding {
  return finding(isFault ? 'P177' : code, 'log', reason);
}

/** Logs actions of one run. The first action opens the log. */
export interface Entering {
  /** Logs an action. @returns null if it was logged; otherwise the reason why not */
  enter(type: EntryType, detail: LogDetail, details?: PrivateDetail): Promise<NotEntered | null>;
  /** Logs several actions with one signature, all of them or none. @param entries makes the entries; its `mark` returns the keyed digest of a text */
  enterAll(entries: (mark: ArchiveLog['mark']) => Promise<readonly NewEntry[]>): Promise<NotEntered | null>;
  close(): Promise<void>;
}

/** Creates it without opening the log. */
export function createEntering(archive: { readonly dir: string; readonly id: string }, tools: EntryTools): Entering {
  let log: ArchiveLog | null = null;
  const enterAll: Entering['enterAll'] = async (entries) => {
    if (!isWritable(archive.dir)) return { reason: 'the archive is read-only', isFault: false };
    try {
      log ??= await openLog(archive, tools);
      await log.appendAll(await entries(log.mark));
      return null;
    } catch (error) {
      if (isReplicaHere(error)) return { reason: error.message, isFault: false };
      // Which step comes first depends on the copies of the log.
      if (error instanceof LongplayError && error.code === 'L132') return { reason: `${error.message}; ${error.hint}`, isFault: true };
      if (error instanceof LongplayError && error.kind === 'incomplete') return { reason: error.message, isFault: !withoutKey.has(error.code) };
      if (systemCode(error) !== null) return { reason: errorText(error), isFault: true };
      throw error;
    }
  };
  return {
    enter: async (type, detail, details = {}) => await enterAll(async () => [{ type, detail, details }]),
    enterAll,
    close: async () => await log?.close(),
  };
}

/** Logs one action in an archive that is not written otherwise. @returns null if it was logged; otherwise the reason why not */
export async function enterOne(
  archive: { readonly dir: string; readonly id: string },
  type: EntryType,
  detail: LogDetail,
  tools: EntryTools,
  details: PrivateDetail = {},
): Promise<NotEntered | null> {
  const entering = createEntering(archive, tools);
  try {
    return await entering.enter(type, detail, details);
  } finally {
    await entering.close();
  }
}
