import type { CaseDocument } from '../../archive/documents/case-json.ts';
import type { CaseReview } from '../../archive/documents/case-progress.ts';

/** How an item of a case stands in its review. */
export interface ItemReview {
  /** Null: released, or nobody said. */
  readonly relevance: CaseReview | null;
  /** The word that it is privileged, or that it is released; null: nobody said. */
  readonly privilege: CaseReview | null;
}

/** Why an item is not handed over. */
export type WithheldAs = 'privileged' | 'not-relevant';

/** The reviews of a case, folded: the later word counts, but what is privileged stays so until it is released, which takes back *not relevant* as well. */
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

/** Why an item is withheld from hand-overs, and by what word; null: it is handed over. */
export function withheldAs(review: ItemReview | undefined): { readonly as: WithheldAs; readonly review: CaseReview } | null {
  if (review?.privilege?.state === 'privileged') return { as: 'privileged', review: review.privilege };
  if (review?.relevance?.state === 'not-relevant') return { as: 'not-relevant', review: review.relevance };
  return null;
}

/** The words that hold of an item, oldest first. */
export function wordsThatHold({ relevance, privilege }: ItemReview): readonly CaseReview[] {
  return [relevance, privilege].filter((one) => one !== null).sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** What of a case is reviewed, by items: its recordings and files of messages. */
export interface ReviewCounts {
  readonly items: number;
  /** Nobody said anything of them. */
  readonly unreviewed: number;
  readonly privileged: number;
  readonly notRelevant: number;
  readonly released: number;
}

/** Counts how the items of a case stand. */
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

/** How a review names a file of messages. */
export function messagesItem(set: number): string {
  return `m${set}`;
}

/** A state in the words of people. */
export function stateWords(state: CaseReview['state']): string {
  return state === 'not-relevant' ? 'not relevant' : state;
}
