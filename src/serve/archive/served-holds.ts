import type { Archive } from '../../archive/layout.ts';
import type { PageHold } from '../../core/page/data.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import { type ArchiveQuery, catalogQuery } from '../../pipeline/open/bag-verification.ts';
import { isActive } from '../../policy/read-keeping.ts';
import { createKeepingLog, type Hold } from '../../policy/state/keeping-log.ts';
import type { CatalogReader } from '../../store/catalog/catalog-reader.ts';

/** Says which legal holds protect a recording. */
export interface ServedHolds {
  /** Returns the holds that are active now, oldest first. */
  of(recordingId: string, signal: AbortSignal): Promise<readonly PageHold[]>;
}

/**
 * Creates the lookup from the entries about holds; the lists of recordings are read again only after such an entry.
 * @param now returns the current ISO time
 */
export function createServedHolds(
  archive: Archive,
  { catalog, entries, now }: { readonly catalog: CatalogReader; readonly entries: () => readonly LogEntry[]; readonly now: () => string },
): ServedHolds {
  let known: { readonly size: number; readonly holds: Promise<readonly Hold[]> } | null = null;
  const holdsOf = async (all: readonly LogEntry[]): Promise<readonly Hold[]> => {
    const log = createKeepingLog(createDetailsReader(archive.dir));
    for (const entry of all) await log.take(entry);
    return log.holds();
  };
  const covers = async (hold: Hold, recordingId: string, signal: AbortSignal): Promise<boolean> => {
    if (hold.unreadable !== null || hold.list.has(recordingId)) return true;
    if (!hold.following || hold.query === null) return false;
    // The text is trusted: `hold add` wrote it, and a digest in a signed entry fixes it.
    const work = catalogQuery(archive, catalog, JSON.parse(hold.query) as ArchiveQuery, signal);
    let next = await work.next();
    while (next.done !== true) next = await work.next();
    return catalog.search({ ...next.value, recordingId, limit: 1 }).length > 0;
  };
  return {
    of: async (recordingId, signal) => {
      const all = entries();
      if (known?.size !== all.length) known = { size: all.length, holds: holdsOf([...all]) };
      const nowMs = Date.parse(now());
      const found: PageHold[] = [];
      for (const hold of await known.holds) if (isActive(hold, nowMs) && (await covers(hold, recordingId, signal))) found.push(pageHold(hold));
      return found;
    },
  };
}

function pageHold({ id, time, untilMs, query, unreadable, case: caseId }: Hold): PageHold {
  return {
    id,
    since: time,
    until: untilMs === null ? null : new Date(untilMs).toISOString(),
    by: caseId !== null ? 'case' : query !== null ? 'query' : 'list',
    case: caseId,
    ...(unreadable === null ? {} : { isUncertain: true as const }),
  };
}
