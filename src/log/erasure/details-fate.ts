import { systemCode } from '../../core/base/error.ts';
import type { EntryType } from '../entries/entry-types.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { bundleOf, digestMember, readDetailLines } from '../who/entry-details.ts';
import { covers, type Erasure, erasureOf, subjectOf } from '../who/erasure.ts';
import { plainLine, secretOfLine } from '../who/sealed-details.ts';
import { createLossRegister } from './lost-pages.ts';

/**
 * Why private details of an entry are not known. `erased`: the log records that somebody erased them. `lost`: they are missing or altered without such an
 * entry, or two persons acknowledged that the page with their secrets is lost. `closed`: they are there, and the keyring has no secret that opens them.
 * `none`: the entry never had any.
 */
export type DetailsFate = 'erased' | 'lost' | 'closed' | 'none';

/** Finds out why details are not known. */
export interface DetailsFates {
  /** Reads each entry of the log, in order. */
  take(entry: LogEntry): void;
  /** Returns why the details of an entry of a type are not known; call it after the last entry, and not for details that were read. */
  of(type: EntryType, entry: Pick<LogEntry, 'seq' | 'detail'>): Promise<DetailsFate>;
}

/** Creates a register of what happened to the details of an archive. */
export function createDetailsFates(archive: { readonly dir: string; readonly id: string }): DetailsFates {
  const forgettings: Erasure[] = [];
  const losses = createLossRegister();
  return {
    take: (entry) => {
      losses.take(entry);
      const forgetting = erasureOf(entry);
      if (forgetting !== null && !forgetting.isLoss) forgettings.push(forgetting);
    },
    of: async (type, { seq, detail }) => {
      const digest = detail[digestMember];
      if (typeof digest !== 'string') return 'none';
      const subject = subjectOf({ type, detail });
      if (forgettings.some((one) => covers(one, seq, subject))) return 'erased';
      const line = (await storedLines(archive.dir, seq))?.get(digest);
      if (line === undefined) return 'lost';
      const page = secretOfLine(line)?.page;
      const isLost = page !== undefined && losses.acknowledged(archive.id).has(page);
      return !isLost && (await plainLine(line)) === 'sealed' ? 'closed' : 'lost';
    },
  };
}

/** Reads the lines of an entry's bundle; null if there are none, or the system cannot read them. */
async function storedLines(dir: string, seq: number): ReturnType<typeof readDetailLines> {
  try {
    return await readDetailLines(dir, bundleOf(seq));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}
