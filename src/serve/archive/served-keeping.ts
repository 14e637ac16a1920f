import { join } from 'node:path';
import { caseFileName, caseFolder } from '../../archive/documents/case-json.ts';
import { statOrNull } from '../../archive/files/stat-or-null.ts';
import type { Archive } from '../../archive/layout.ts';
import { namingFiles } from '../../cases/store/naming-messages.ts';
import { resultOf } from '../../core/base/with-result.ts';
import type { PageHold, PageKeeping, PageRetention, PageRetentionBound } from '../../core/page/data.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import type { KeepingEntries } from '../../log/read/keeping-entries.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import type { KnownNotes } from '../../log/who/notes.ts';
import { type ArchiveQuery, catalogQuery } from '../../pipeline/open/bag-verification.ts';
import type { Judgement } from '../../policy/judge.ts';
import { judgeRecording } from '../../policy/judge-one.ts';
import type { Bound } from '../../policy/rules/interval.ts';
import { createIdSet, type IdSet } from '../../policy/state/id-set.ts';
import { createKeepingLog, type Hold, isActive, type KeepingLog } from '../../policy/state/keeping-log.ts';
import type { CatalogReader } from '../../store/catalog/catalog-reader.ts';

/** Says what legal holds and the retention policy demand for a recording. */
export interface ServedKeeping {
  /** Returns the holds that are active now, oldest first, and what the policy demands. */
  of(recordingId: string, signal: AbortSignal): Promise<PageKeeping>;
}

/** What the log says now. */
type Known = Pick<KeepingEntries, 'all' | 'landings'> & { readonly notes: KnownNotes };

/**
 * Creates the lookup from the entries about holds and retention; the lists of recordings and the rules are read again only after such an entry.
 * @param known returns what the log says now
 * @param now returns the current ISO time
 */
export function createServedKeeping(
  archive: Archive,
  { catalog, known, now }: { readonly catalog: CatalogReader; readonly known: () => Known | Promise<Known>; readonly now: () => string },
): ServedKeeping {
  let read: { readonly size: number; readonly log: Promise<KeepingLog> } | null = null;
  const logOf = async (all: readonly LogEntry[]): Promise<KeepingLog> => {
    const log = createKeepingLog(createDetailsReader(archive.dir));
    for (const entry of all) await log.take(entry);
    return log;
  };
  const isNamedIn = createNamedLookup(archive, (id) => catalog.keepingRow(id) !== null);
  const covers = async (hold: Hold, recordingId: string, signal: AbortSignal): Promise<boolean> => {
    if (hold.unreadable !== null || hold.list.has(recordingId)) return true;
    if (hold.case !== null && (await isNamedIn(hold.case, recordingId))) return true;
    if (!hold.following || hold.query === null) return false;
    // The text is trusted: `hold add` wrote it, and a digest in a signed entry fixes it.
    const query = await resultOf(catalogQuery(archive, catalog, JSON.parse(hold.query) as ArchiveQuery, signal));
    return catalog.search({ ...query, recordingId, limit: 1 }).length > 0;
  };
  return {
    of: async (recordingId, signal) => {
      const { all, landings, notes } = await known();
      const entries = all();
      if (read?.size !== entries.length) read = { size: entries.length, log: logOf([...entries]) };
      const log = await read.log;
      const [holds, versions, nowMs] = [log.holds(), log.versions(), Date.parse(now())];
      const found: PageHold[] = [];
      for (const hold of holds) if (isActive(hold, nowMs) && (await covers(hold, recordingId, signal))) found.push(pageHold(hold));
      const current = versions.at(-1);
      if (current === undefined) return { holds: found, retention: null };
      const covering = new Set(found.map(({ id }) => id));
      const followed = { holds, versions, landings: landings(), notes, nowMs };
      const judgement = await judgeRecording({ dir: archive.dir, catalog }, recordingId, followed, covering, signal);
      return { holds: found, retention: judgement === null ? null : pageRetention(judgement, current.version) };
    },
  };
}

/**
 * Creates a function that returns whether messages of a case name a recording. The messages of a case are read again only after it has changed; those that this
 * process cannot open name nothing.
 * @param isMeant returns true for recordings that may be asked for
 */
function createNamedLookup(archive: Archive, isMeant: (recordingId: string) => boolean): (caseId: string, recordingId: string) => Promise<boolean> {
  const known = new Map<string, { readonly state: string; readonly named: IdSet }>();
  return async (caseId, recordingId) => {
    const stat = await statOrNull(join(caseFolder(archive.dir, caseId), caseFileName));
    const state = stat === null ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
    let found = known.get(caseId);
    if (found?.state !== state) {
      const named = createIdSet();
      for (const { ids } of namingFiles(archive, [caseId], isMeant)) for (const id of ids) named.add(id);
      found = { state, named };
      known.set(caseId, found);
    }
    return found.named.has(recordingId);
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

function pageRetention({ state, rules, notBefore, notAfter, reasons, uncertain }: Judgement, version: number): PageRetention {
  const eraseMs = notAfter === null ? Number.POSITIVE_INFINITY : Math.max(notAfter.atMs, notBefore?.atMs ?? notAfter.atMs);
  return {
    state,
    version,
    rules,
    notBefore: pageBound(notBefore),
    notAfter: pageBound(notAfter),
    eraseFrom: timeOf(eraseMs),
    unmapped: reasons.flatMap((reason) => (reason.kind === 'unmapped' || reason.kind === 'recorder-hold' ? [reason.field] : [])),
    isUncertain: uncertain.length > 0,
    isUnreadable: reasons.some(({ kind }) => kind === 'unreadable'),
  };
}

function pageBound(bound: Bound | null): PageRetentionBound | null {
  return bound === null ? null : { at: timeOf(bound.atMs), rule: bound.rule, version: bound.version, basis: bound.basis };
}

/** Returns an ISO time; null: forever. */
function timeOf(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}
