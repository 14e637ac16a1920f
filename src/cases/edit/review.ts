import type { CaseDocument } from '../../archive/documents/case-json.ts';
import type { CaseReview, ReviewState } from '../../archive/documents/case-progress.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { givenReason } from '../../core/base/given-reason.ts';
import { limits } from '../../core/base/limits.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { openCaseArchive } from '../store/open-case.ts';
import { countReview, type ItemReview, messagesItem, type ReviewCounts, reviewOf } from '../store/review-state.ts';
import { type CaseTools, changeCase } from '../store/store.ts';
import { memberOf } from './edit-case.ts';

/** A review by a person. */
export interface ReviewRequest {
  /** Ids of recordings of the case, prefixes of ids, or file numbers of messages, e.g. `m1` for the first file. */
  readonly items: readonly string[];
  readonly state: ReviewState;
  readonly reason: string;
}

/** Number of reviewed items, and the state of the case. */
export interface Reviewed extends ReviewCounts {
  readonly id: string;
  readonly state: ReviewState;
  readonly reviewed: number;
  /** Number of items that already had the same review with the same reason, so that nothing was added. */
  readonly before: number;
}

/**
 * Records a review of items in a case, with user, time and reason.
 * @throws LongplayError usage C100, C103, C106, C117, U317; C180 for the release of an item that was never withheld; incomplete A105, C115
 */
export async function* reviewInCase(
  archiveDir: string,
  wanted: string,
  { items: asked, state, reason }: ReviewRequest,
  tools: CaseTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Reviewed> {
  const archive = await openCaseArchive(archiveDir);
  const stamp = { state, reason: givenReason(reason), at: tools.now(), by: tools.user() };
  let made: readonly CaseReview[] = [];
  let before = 0;
  const after = await changeCase(
    archive,
    wanted,
    {
      action: 'reviewed',
      change: async (document) => {
        const items = [...new Set(asked.map((one) => itemOf(document, one)))];
        refuseRelease(document, items, state);
        const known = reviewOf(document.reviews);
        made = items.filter((item) => !stands(known.get(item), stamp)).map((item) => ({ item, ...stamp }));
        before = items.length - made.length;
        return made.length === 0 ? document : withReviews(document, made);
      },
    },
    tools,
    signal,
  );
  return { id: after.id, state, reviewed: made.length, before, ...countReview(after) };
}

function itemOf(document: CaseDocument, wanted: string): string {
  if (!/^m\d+$/.test(wanted)) return memberOf(document, wanted);
  if (document.messages.some(({ set }) => messagesItem(set) === wanted)) return wanted;
  throw new LongplayError('usage', 'C106', `case ${document.id} has no file of messages ${wanted}`, 'see them with: longplay case show');
}

/**
 * Checks that only items withheld as privileged or not relevant are released. Otherwise the case would claim the release of something that was never withheld.
 */
function refuseRelease({ id, reviews }: CaseDocument, items: readonly string[], state: ReviewState): void {
  if (state !== 'released') return;
  const known = reviewOf(reviews);
  const never = items.filter((item) => {
    const review = known.get(item);
    return (review?.privilege ?? null) === null && review?.relevance?.state !== 'not-relevant';
  });
  if (never.length > 0)
    throw new LongplayError(
      'usage',
      'C180',
      agree`${never.length} of ${items.length} item[s] of case ${id} [was|were] never privileged or not relevant, so there is nothing to release: ${never.slice(0, 5).join(', ')}`,
      'nothing was changed; say relevant of them, or leave them out',
    );
}

/** Returns true if the same review with the same reason is in effect, so that a repeated command adds nothing. */
function stands(review: ItemReview | undefined, { state, reason }: Pick<CaseReview, 'state' | 'reason'>): boolean {
  const last = state === 'privileged' || state === 'released' ? review?.privilege : review?.relevance;
  return last?.state === state && last.reason === reason;
}

function withReviews(document: CaseDocument, made: readonly CaseReview[]): CaseDocument {
  const reviews = [...(document.reviews ?? []), ...made];
  if (reviews.length > limits.caseReviews)
    throw new LongplayError(
      'usage',
      'C103',
      agree`the case would hold ${reviews.length} review[s], more than ${limits.caseReviews}`,
      'make another case',
    );
  return { ...document, reviews };
}
