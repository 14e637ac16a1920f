import type { CaseDocument } from '../../archive/documents/case-json.ts';
import type { CaseReview } from '../../archive/documents/case-progress.ts';

/** Review state of an item of a case. */
export interface ItemReview {
  /** The review that made the item relevant or not relevant; null: it was released, or there is none. */
  readonly relevance: CaseReview | null;
  /** The review that made the item privileged or released it; null if there is none. */
  readonly privilege: CaseReview | null;
}

/** Why an item is withheld from a hand-over. */
export type WithheldAs = 'privileged' | 'not-relevant';

/**
 * Combines the reviews of a case. The later review counts, but a privileged item stays privileged until it is released; a release also revokes *not relevant*.
 */
export function reviewOf(reviews: readonly CaseReview[] = []): ReadonlyMap<string, ItemReview> {
  const items = new Map<string, ItemReview>();
  for (const one of reviews) {
    const before = items.get(one.item) ?? { relevance: null, privilege: null };
    const { state } = one;
    if (state === 'privileged') items.set(one.item, { ...before, privilege: one });
    else if (state === 'released')
      items.set(one.item, { relevance: before.relevance?.state === 'relevant' ? before.relevance : null, privilege: one });
    else items.set(one.item, { ...before, relevance: one });
  }
  return items;
}

/** Returns why an item is withheld from hand-overs, and the review that withholds it; null: it is handed over. */
export function withheldAs(review: ItemReview | undefined): { readonly as: WithheldAs; readonly review: CaseReview } | null {
  if (review?.privilege?.state === 'privileged') return { as: 'privileged', review: review.privilege };
  if (review?.relevance?.state === 'not-relevant') return { as: 'not-relevant', review: review.relevance };
  return null;
}

/** Returns the reviews of an item that are in effect, oldest first. */
export function wordsThatHold({ relevance, privilege }: ItemReview): readonly CaseReview[] {
  return [relevance, privilege].filter((one) => one !== null).sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** Review totals of a case, counted in items (recordings and files of messages). */
export interface ReviewCounts {
  readonly items: number;
  /** Number of items without a review. */
  readonly unreviewed: number;
  readonly privileged: number;
  readonly notRelevant: number;
  readonly released: number;
}

/** Counts the items of a case by review state. */
export function countReview({ recordings, messages, reviews }: Pick<CaseDocument, 'recordings' | 'messages' | 'reviews'>): ReviewCounts {
  const known = reviewOf(reviews);
  const items = [...recordings.map(({ recordingId }) => recordingId), ...messages.map(({ set }) => messagesItem(set))];
  const stand = items.map((item) => known.get(item));
  const withheld = stand.map((review) => withheldAs(review)?.as ?? null);
  return {
    items: items.length,
    unreviewed: stand.filter((review) => review === undefined).length,
    privileged: withheld.filter((as) => as === 'privileged').length,
    notRelevant: withheld.filter((as) => as === 'not-relevant').length,
    released: stand.filter((review) => review?.privilege?.state === 'released').length,
  };
}

/** Returns the name by which reviews refer to a file of messages, e.g. `m1`. */
export function messagesItem(set: number): string {
  return `m${set}`;
}

/** Describes a review state. */
export function stateWords(state: CaseReview['state']): string {
  return state === 'not-relevant' ? 'not relevant' : state;
}
