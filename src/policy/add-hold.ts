import { randomBytes } from 'node:crypto';
import { refuseOutdated } from '../cases/store/case-state.ts';
import { openCase } from '../cases/store/store.ts';
import { canonicalJson } from '../core/base/canonical-json.ts';
import { LongplayError } from '../core/base/error.ts';
import { givenReason } from '../core/base/given-reason.ts';
import { limits } from '../core/base/limits.ts';
import type { NewEntry } from '../log/entries/log-entry.ts';
import type { PipelineEvent } from '../pipeline/events/events.ts';
import { readTimes } from '../pipeline/events/typed-times.ts';
import { type ArchiveQuery, catalogQuery } from '../pipeline/open/bag-verification.ts';
import type { EntryTools } from '../pipeline/open/enter-one.ts';
import { type OpenedArchive, openForReading } from '../pipeline/open/open-archive.ts';
import { enterStep } from './enter.ts';
import { keepingTypes } from './state/entries.ts';
import { createIdSet, type IdSet } from './state/id-set.ts';

/** Selects the recordings that a hold covers. */
export type HoldScope =
  | { readonly by: 'query'; readonly query: ArchiveQuery; readonly following: boolean }
  | { readonly by: 'case'; readonly case: string }
  | { readonly by: 'ids'; readonly ids: readonly string[] };

/** A new legal hold. */
export interface NewHold {
  readonly scope: HoldScope;
  /** Reason in one sentence; kept in the details beside the log. */
  readonly why: string;
  /** ISO time at which the hold ends by itself; null: it ends when it is released. */
  readonly until: string | null;
}

/** Tools of the commands about holds and retention. */
export interface PolicyTools extends EntryTools {
  readonly temporary: string;
}

/**
 * Enters a legal hold. Before this returns, digests in signed entries fix what the hold covers at this moment.
 * @throws LongplayError usage C117, D101, D108, U130, U131, C100; incomplete D103
 */
export async function* addHold(
  archiveDir: string,
  { scope, why, until }: NewHold,
  tools: PolicyTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly id: string; readonly recordings: number }> {
  const reason = givenReason(why);
  if (until !== null && Date.parse(until) <= Date.parse(tools.now()))
    throw new LongplayError(
      'usage',
      'D108',
      `the hold would end at ${until.slice(0, 16)}Z, which has passed: it would protect nothing`,
      'give a later day with --until, or omit it: the hold then lasts until it is released',
    );
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  const covered = yield* coveredBy(opened, scope, tools.keys, signal);
  const following = scope.by === 'query' && scope.following;
  if (covered.list.size() === 0 && !following && !covered.hasMessages)
    throw new LongplayError('usage', 'D101', 'no recording was found', 'try the same query with: longplay list ARCHIVE');
  const id = randomBytes(6).toString('hex');
  const parts = [...covered.list.parts(limits.logDetailRecordings)];
  // A hold that covers nothing yet has one part, for its query.
  if (parts.length === 0) parts.push([]);
  const entry: NewEntry = {
    type: keepingTypes.hold,
    detail: {
      hold: id,
      recordings: covered.list.size(),
      parts: parts.length,
      following,
      ...(covered.case === null ? {} : { case: covered.case }),
      ...(until === null ? {} : { until }),
    },
    details: { reason },
  };
  const lists = parts.map(
    (recordings, at): NewEntry => ({
      type: keepingTypes.holdList,
      actor: null,
      detail: { hold: id, part: at + 1, recordings: recordings.length },
      details: { recordings, ...(at === 0 && covered.query !== null ? { query: covered.query } : {}) },
    }),
  );
  await enterStep(opened.archive, async () => [entry, ...lists], tools);
  yield { type: 'result', of: 'hold', value: { id, recordings: covered.list.size(), following, case: covered.case, until } };
  return { id, recordings: covered.list.size() };
}

interface Covered {
  readonly list: IdSet;
  readonly case: string | null;
  readonly query: string | null;
  /** True for a case with messages, which the hold keeps as well. */
  readonly hasMessages: boolean;
}

async function* coveredBy(opened: OpenedArchive, scope: HoldScope, keys: string, signal: AbortSignal): AsyncGenerator<PipelineEvent, Covered> {
  const { archive, catalog } = opened;
  const list = createIdSet();
  if (scope.by === 'case') {
    const { document } = await openCase(archive, scope.case, keys, signal);
    await refuseOutdated(archive, document.id, keys, signal);
    for (const { recordingId } of document.recordings) list.add(recordingId);
    return { list, case: document.id, query: null, hasMessages: document.messages.length > 0 };
  }
  if (scope.by === 'ids') {
    for (const wanted of scope.ids) list.add(onlyRecording(opened, wanted));
    return { list, case: null, query: null, hasMessages: false };
  }
  // Times typed by the archive's clock are converted now: a later import may have another zone.
  const { typed, ...asked } = scope.query;
  const query: ArchiveQuery = { ...asked, ...(yield* readTimes(catalog, typed)) };
  for (const { recordingId } of catalog.search(yield* catalogQuery(archive, catalog, query, signal))) {
    signal.throwIfAborted();
    list.add(recordingId);
  }
  return { list, case: null, query: canonicalJson(query), hasMessages: false };
}

function onlyRecording({ catalog }: OpenedArchive, wanted: string): string {
  const [first, second] = wanted === '' ? [] : [...catalog.search({ recordingId: wanted.toLowerCase(), limit: 2 })];
  if (first === undefined)
    throw new LongplayError('usage', 'U130', `no recording has an id that begins with '${wanted}'`, 'longplay list ARCHIVE prints them');
  if (second !== undefined) throw new LongplayError('usage', 'U131', `several ids begin with '${wanted}'`, 'give more of the id');
  return first.recordingId;
}
