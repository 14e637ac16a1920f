import type { KnownNotes } from '../log/who/notes.ts';
import type { CatalogReader } from '../store/catalog/catalog-reader.ts';
import { createJudge, type Judgement } from './judge.ts';
import { earlierOf, lostKeeping, tagsOfReviewers } from './read-keeping.ts';
import { createIdSet } from './state/id-set.ts';
import type { Hold, Landing, PolicyVersion } from './state/keeping-log.ts';

/** What a process that follows an intact log knows of holds and retention. */
export interface FollowedKeeping {
  readonly holds: readonly Hold[];
  /** Versions of the policy, oldest first. */
  readonly versions: readonly PolicyVersion[];
  readonly landings: ReadonlyMap<string, Landing>;
  readonly notes: KnownNotes;
  readonly nowMs: number;
}

/**
 * Judges one recording by what a process has read of the log, without reading the log again.
 * @param covering ids of the active holds that cover the recording now
 * @returns null: the recording is not in the catalog
 */
export async function judgeRecording(
  { dir, catalog }: { readonly dir: string; readonly catalog: Pick<CatalogReader, 'keepingRow' | 'earlier'> },
  recordingId: string,
  { holds, versions, landings, notes, nowMs }: FollowedKeeping,
  covering: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Judgement | null> {
  const row = catalog.keepingRow(recordingId);
  if (row === null) return null;
  const list = createIdSet();
  list.add(recordingId);
  const own = holds.filter(({ id }) => covering.has(id)).map((hold) => ({ ...hold, list }));
  const unreadable = lostKeeping([], holds, versions, nowMs).map(({ message }) => message);
  const tags = await tagsOfReviewers(dir, versions, notes, signal);
  return createJudge({ holds: own, versions, landings, tags, unreadable, nowMs }, (one) => earlierOf(dir, catalog, one))(row);
}
