import type { LogEntry } from '../../log/entries/log-entry.ts';
import { createDetailsReader, type EntryDetails } from '../../log/who/entry-details.ts';
import type { DayQuotas } from '../accounts/day-quotas.ts';
import { personOf } from '../accounts/export-requests.ts';
import type { Finder } from './finder.ts';
import { isSoundName } from './stored-file.ts';

const givingTypes: ReadonlySet<string> = new Set(['recording-listened', 'recording-taken', 'export-begun', 'exported']);

/** True for an entry by which a server handed out sound on a day. @param day `2026-11-30` */
export function isOfDay({ time, type, detail }: LogEntry, day: string): boolean {
  const isSound = typeof detail.file !== 'string' || isSoundName(detail.file);
  return time.startsWith(day) && givingTypes.has(type) && typeof detail.session === 'string' && isSound;
}

/** Whose sound an entry tells of. Erased details count for nobody. */
function handedOut({ detail }: LogEntry, details: EntryDetails | null): { readonly user: string; readonly recordings: readonly string[] } | null {
  if (typeof details?.user !== 'string') return null;
  const listed: readonly unknown[] = Array.isArray(details.recordings) ? details.recordings : [detail.recording];
  return { user: details.user, recordings: listed.filter((id) => typeof id === 'string') };
}

/** Exports of several recordings that nobody else had allowed. */
function isAlone({ type, detail }: LogEntry): boolean {
  return (type === 'export-begun' || type === 'exported') && detail.request === undefined;
}

/** Counts what the log says that was handed out today, and what was exported without a second person: who had it, the details beside it know. */
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
