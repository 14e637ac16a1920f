import type { Archive } from '../../archive/layout.ts';
import { idsNamed } from '../../core/model/damaged-calls.ts';
import { faultyCalls } from '../../core/page/call-fault.ts';
import type { BagVerification } from '../../core/page/data.ts';
import type { TimedEntry } from '../../log/entries/log-entry.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import { createNotes } from '../../log/who/notes.ts';
import { createTagIndex } from '../../log/who/tag-index.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import type { CatalogQuery } from '../../store/catalog/catalog-query.ts';
import type { PipelineEvent } from '../events/events.ts';
import { readTimes, type TypedTimes } from '../events/typed-times.ts';

/** Returns what an entry says about a bag of the archive itself, not of a replica; null: nothing. */
export function verificationOf({ type, time, detail }: TimedEntry): { readonly bag: string; readonly verification: BagVerification } | null {
  const { bag, verdict, played, replica } = detail;
  // The bag was restored from a replica: earlier results are obsolete, and it has not been verified since.
  if (type === 'bag-repaired' && typeof bag === 'string' && detail.to === 'primary')
    return { bag, verification: { time, verdict: 'repaired', played: '' } };
  if (type !== 'bag-verified' || typeof bag !== 'string' || typeof replica === 'string') return null;
  const { calls } = detail;
  const [damaged, lost] = [idsNamed(detail.damaged), idsNamed(detail.lost)];
  const verification: BagVerification = {
    time,
    verdict: String(verdict ?? ''),
    played: String(played ?? ''),
    ...(damaged.length === 0 ? {} : { damaged }),
    ...(lost.length === 0 ? {} : { lost }),
    ...(typeof calls === 'number' && calls > damaged.length + lost.length ? { unnamed: true as const } : {}),
  };
  return { bag, verification };
}

/** Adds, for a bag with faults, the replicas that have it. */
export function withCopies(verification: BagVerification, replicas: readonly string[]): BagVerification {
  return verification.verdict === 'ok' || replicas.length === 0 ? verification : { ...verification, replicas };
}

/** Yields the results in entries of verifications and repairs, in order. */
export function* verificationsIn(entries: Iterable<TimedEntry>): Generator<readonly [bag: string, verification: BagVerification]> {
  for (const entry of entries) {
    const read = verificationOf(entry);
    if (read !== null) yield [read.bag, read.verification];
  }
}

/** A query to an archive. Unlike a query to the catalog, it can ask for damage and reviewers' texts, which are only in the log. */
export interface ArchiveQuery extends Omit<CatalogQuery, 'faulty' | 'tagged'> {
  /** True: only recordings that the last verification of their bag reported as damaged or lost. */
  readonly damaged?: boolean;
  /** Only recordings with these ids, e.g. those under a hold. */
  readonly only?: readonly string[];
  /** Time bounds without an offset. */
  readonly typed?: TypedTimes;
}

/** Converts the query to one for the catalog. */
export async function* catalogQuery(
  archive: Archive,
  catalog: Pick<Catalog, 'countBy'>,
  { damaged, typed, only, ...asked }: ArchiveQuery,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, CatalogQuery> {
  const { tag } = asked;
  const among = only === undefined ? {} : { faulty: { bags: [], calls: [], ids: only } };
  const query = { ...asked, ...among, ...(yield* readTimes(catalog, typed)) };
  if (damaged !== true && tag === undefined) return query;
  const verified = new Map<string, BagVerification>();
  const notes = createNotes();
  for await (const entry of loggedEntries(archive, null, signal)) {
    if (tag !== undefined) notes.take(entry);
    for (const [bag, verification] of verificationsIn([entry])) verified.set(bag, verification);
  }
  const tagged = tag === undefined ? [] : await createTagIndex(archive.dir, () => notes).recordingsWith(tag, signal);
  return { ...query, ...(damaged === true ? { faulty: faultyCalls(verified) } : {}), ...(tagged.length === 0 ? {} : { tagged }) };
}
