import { LongplayError } from '../../core/base/error.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';

/**
 * Details of the newest landing of each bag, by the log. A log that is damaged beyond reading names none: whoever hands something out cannot enter it then, and says so.
 * @returns what gives them
 */
export async function landedBagsOf(
  archive: { readonly dir: string; readonly id: string },
  keys: string,
  signal: AbortSignal,
): Promise<() => ReadonlyMap<string, LogDetail>> {
  const landed = new Map<string, LogDetail>();
  try {
    const found = await inspectLog(archive, keys, signal);
    for await (const { type, detail } of readEntries(archive, found, signal))
      if (type === 'bag-landed' && typeof detail.bag === 'string') landed.set(detail.bag, detail);
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    landed.clear();
  }
  return () => landed;
}
