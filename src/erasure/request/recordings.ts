import { findCase } from '../../cases/store/store.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { finding } from '../../core/findings/finding.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { type ArchiveQuery, catalogQuery } from '../../pipeline/open/bag-verification.ts';
import type { OpenedArchive } from '../../pipeline/open/open-archive.ts';

/** Selects the recordings, rows and messages of a request; at least one member must be given. */
export interface Selection {
  /** Ids, or prefixes of them. */
  readonly ids: readonly string[];
  /** Query; null: none. */
  readonly query: ArchiveQuery | null;
  /** Id of a case whose recordings are selected; null: none. */
  readonly caseId: string | null;
  /** Rows of kept tables, as `selectRows` reads them. */
  readonly rows: readonly string[];
  /** Messages of cases, as `selectMessages` reads them. */
  readonly messages: readonly string[];
}

/**
 * Returns the ids of the selected recordings, in code-point order. Recordings of a case that are not the data subject's, as a reviewer decided, are not selected (E135).
 * @throws LongplayError usage E101, U130, U131, C100
 */
export async function* selectRecordings(
  { archive, catalog }: OpenedArchive,
  { ids, query, caseId }: Selection,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, string[]> {
  const chosen = new Set<string>();
  const add = (id: string): void => {
    chosen.add(id);
    if (chosen.size > limits.erasureRecordings)
      throw new LongplayError(
        'usage',
        'E101',
        agree`more than ${limits.erasureRecordings} recording[s] were chosen`,
        'make several requests, e.g. one per month: --from and --to',
      );
  };
  for (const id of ids) {
    signal.throwIfAborted();
    const [found, second] = id === '' ? [] : [...catalog.search({ recordingId: id.toLowerCase(), limit: 2 })];
    if (found === undefined)
      throw new LongplayError('usage', 'U130', `no recording has an id that begins with '${id}'`, 'longplay list ARCHIVE prints them');
    if (second !== undefined) throw new LongplayError('usage', 'U131', `several ids begin with '${id}'`, 'give more of the id');
    add(found.recordingId);
  }
  if (query !== null) {
    const asked = yield* catalogQuery(archive, catalog, query, signal);
    for (const { recordingId } of catalog.search(asked)) {
      signal.throwIfAborted();
      add(recordingId);
    }
  }
  if (caseId !== null) {
    const { id, recordings, decisions = [] } = findCase(archive, caseId).document;
    const decided = new Map(decisions.flatMap(({ recordingId, party, decision }) => (party === null ? [[recordingId, decision] as const] : [])));
    for (const { recordingId } of recordings)
      if (decided.get(recordingId) !== 'is-not') add(recordingId);
      else
        yield findingEvent(
          finding('E135', recordingId, `is not part of the request: in case ${id} it was decided that it is not the data subject's; give its id`),
        );
  }
  return [...chosen].sort(byCodePoint);
}
