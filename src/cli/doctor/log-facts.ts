import type { Archive } from '../../archive/layout.ts';
import { errorText } from '../../core/base/error.ts';
import { isHarmless } from '../../log/entries/harmless.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { isUnreadable, readAccount } from '../../pipeline/log/read-account.ts';

/** What the log of an archive says about its environment. */
export interface LogFacts {
  /** Time of the newest entry in epoch ms, wherever it is in the log. */
  readonly newestMs: number;
  /** Time of the last finished verification of the archive itself; null: none. */
  readonly verifiedMs: number | null;
  /** Landed bags with their times, the newest first. */
  readonly landed: readonly { readonly bag: string; readonly ms: number }[];
  /** False: entries of the log are damaged or lost. */
  readonly isWhole: boolean;
}

/** Reads the log once, and stores nothing about it. Returns the reason if the log cannot be read. @param also receives each entry as well */
export async function logFacts(
  archive: Archive,
  now: string,
  signal: AbortSignal,
  also: (entry: LogEntry) => void = () => undefined,
): Promise<LogFacts | string> {
  let newestMs = Date.parse(archive.createdAt);
  let verifiedMs: number | null = null;
  const landed = new Map<string, number>();
  let isWhole = false;
  try {
    const { found } = await readAccount(archive, null, now, signal, (entry) => {
      also(entry);
      const { type, time, detail } = entry;
      const ms = Date.parse(time);
      if (Number.isNaN(ms)) return;
      newestMs = Math.max(newestMs, ms);
      if (type === 'verification-finished' && typeof detail.replica !== 'string') verifiedMs = ms;
      if (type === 'bag-landed' && typeof detail.bag === 'string') landed.set(detail.bag, ms);
      if (type === 'deleted' && typeof detail.bag === 'string') landed.delete(detail.bag);
    });
    isWhole = found.findings.every((one) => isHarmless(one, true));
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return errorText(error);
  }
  return { newestMs, verifiedMs, landed: [...landed].map(([bag, ms]) => ({ bag, ms })).sort((a, b) => b.ms - a.ms), isWhole };
}
