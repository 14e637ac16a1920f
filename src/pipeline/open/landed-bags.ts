import { createLandings, standingBags } from '../../archive/bag/landing.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import { loggedEntries } from '../../log/read/read-log.ts';

/** Returns the names of the bags that must exist according to the log. */
export async function standingBagsOf(archive: { readonly dir: string; readonly id: string }, keys: string, signal: AbortSignal): Promise<string[]> {
  const landings = createLandings();
  for await (const entry of loggedEntries(archive, keys, signal)) landings.take(entry);
  return standingBags(landings);
}

/**
 * Reads the details of each bag's newest landing from the log. If the log is too damaged there are none; an export or playback then reports that it
 * cannot be logged.
 * @returns a function that returns the details
 */
export async function landedBagsOf(
  archive: { readonly dir: string; readonly id: string },
  keys: string,
  signal: AbortSignal,
): Promise<() => ReadonlyMap<string, LogDetail>> {
  const landed = new Map<string, LogDetail>();
  try {
    for await (const { type, detail } of loggedEntries(archive, keys, signal))
      if (type === 'bag-landed' && typeof detail.bag === 'string') landed.set(detail.bag, detail);
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    landed.clear();
  }
  return () => landed;
}
