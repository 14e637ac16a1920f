import type { LogEntry } from '../../log/entries/log-entry.ts';
import { createDetailsReader, type EntryDetails } from '../../log/who/entry-details.ts';
import type { DayQuotas } from '../accounts/day-quotas.ts';
import { personOf } from '../accounts/export-requests.ts';
import type { Finder } from './finder.ts';
import { isSoundName } from './stored-file.ts';

const givingTypes: ReadonlySet<string> = new Set(['recording-listened', 'recording-taken', 'export-begun', 'exported']);

/** Returns true for an entry that records served audio on a day. @param day e.g. `2026-11-30` */
export function isOfDay({ time, type, detail }: LogEntry, day: string): boolean {
  const isSound = typeof detail.file !== 'string' || isSoundName(detail.file);
  return time.startsWith(day) && givingTypes.has(type) && typeof detail.session === 'string' && isSound;
}

/** Returns the user and recordings of an entry; null if its details were erased: the recordings then count for nobody. */
function handedOut({ detail }: LogEntry, details: EntryDetails | null): { readonly user: string; readonly recordings: readonly string[] } | null {
  if (typeof details?.user !== 'string') return null;
  const listed: readonly unknown[] = Array.isArray(details.recordings) ? details.recordings : [detail.recording];
  return { user: details.user, recordings: listed.filter((id) => typeof id === 'string') };
}

/** Returns true for an export of several recordings that needed no second person. */
function isAlone({ type, detail }: LogEntry): boolean {
  return (type === 'export-begun' || type === 'exported') && detail.request === undefined;
}

/** Counts, from the log and its details, how much users have got today and how much they have exported without a second person. */
export async function restoreQuotas(
  quotas: DayQuotas,
  exportedAlone: DayQuotas,
  dir: string,
  finder: Finder,
  entries: readonly LogEntry[],
): Promise<void> {
  const beside = createDetailsReader(dir);
  for (const entry of entries) {
    const had = handedOut(entry, await beside.of(entry));
    if (had === null) continue;
    const sounds = had.recordings.map((recordingId) => {
      const found = finder.one(recordingId, null);
      return { recordingId, durationMs: found.kind === 'found' ? found.row.durationMs : null };
    });
    quotas.restore(had.user, sounds);
    if (isAlone(entry)) exportedAlone.restore(personOf(had.user), sounds);
  }
}
