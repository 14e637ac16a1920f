import { errorText, LongplayError, systemCode } from '../core/error.ts';
import type { EntryType } from '../log/entry-types.ts';
import { openLog } from '../log/log.ts';
import type { LogDetail } from '../log/log-entry.ts';
import { isWritable } from './open-archive.ts';

/** What an entry of the log is signed with. */
export interface EntryTools {
  /** Folder of this machine's signing keys. */
  readonly keys: string;
  /** ISO time of now. */
  readonly now: () => string;
}

/** Enters one deed in the log of an archive that nothing else is written to. @returns null: it is entered; else why not */
export async function enterOne(
  archive: { readonly dir: string; readonly id: string },
  type: EntryType,
  detail: LogDetail,
  tools: EntryTools,
): Promise<string | null> {
  if (!isWritable(archive.dir)) return 'the archive may only be read';
  try {
    const log = await openLog(archive, tools);
    try {
      await log.append(type, detail);
    } finally {
      await log.close();
    }
    return null;
  } catch (error) {
    if (error instanceof LongplayError && error.kind === 'incomplete') return error.message;
    if (systemCode(error) !== null) return errorText(error);
    throw error;
  }
}
