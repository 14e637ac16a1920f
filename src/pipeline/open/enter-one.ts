import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { PrivateDetail } from '../../log/entries/actor.ts';
import type { EntryType } from '../../log/entries/entry-types.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import { type ArchiveLog, type LogTools, openLog } from '../../log/log.ts';
import { isReplicaHere } from '../../log/read/replica-here.ts';
import { isWritable } from './open-archive.ts';

/** What an entry of the log is signed with, and who causes it. */
export type EntryTools = LogTools;

/** Why a deed is not entered. */
export interface NotEntered {
  readonly reason: string;
  /** The system failed, another run held the log, or the log is damaged; false: nothing can be entered here, e.g. the archive may only be read or its key is elsewhere. */
  readonly isFault: boolean;
}

/** There is no key here, or one that everybody can write: nothing is signed with it. */
const withoutKey: ReadonlySet<string> = new Set(['L104', 'L117']);

/** What is told of a deed that was done and not entered. @param code of what is told where nothing can be entered here */
export function notEnteredFinding(code: 'P172' | 'P173', { reason, isFault }: NotEntered): Finding {
  return finding(isFault ? 'P177' : code, 'log', reason);
}

/** Enters deeds of one run in the log of an archive, which is opened by the first of them. */
export interface Entering {
  /** @returns null: it is entered; else why not */
  enter(type: EntryType, detail: LogDetail, details?: PrivateDetail): Promise<NotEntered | null>;
  close(): Promise<void>;
}

/** Opens nothing yet. */
export function createEntering(archive: { readonly dir: string; readonly id: string }, tools: EntryTools): Entering {
  let log: ArchiveLog | null = null;
  return {
    enter: async (type, detail, details = {}) => {
      if (!isWritable(archive.dir)) return { reason: 'the archive may only be read', isFault: false };
      try {
        log ??= await openLog(archive, tools);
        await log.append(type, detail, details);
        return null;
      } catch (error) {
        if (isReplicaHere(error)) return { reason: error.message, isFault: false };
        if (error instanceof LongplayError && error.kind === 'incomplete') return { reason: error.message, isFault: !withoutKey.has(error.code) };
        if (systemCode(error) !== null) return { reason: errorText(error), isFault: true };
        throw error;
      }
    },
    close: async () => await log?.close(),
  };
}

/** Enters one deed in the log of an archive that nothing else is written to. @returns null: it is entered; else why not */
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
