import type { CaseDocument } from '../../archive/documents/case-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { countReview, messagesItem, type ReviewCounts } from '../store/review-state.ts';
import { type HandOvers, nextNumber } from './hand-overs.ts';
import { handOverAsked, type Supplement, supplementTo } from './supplement.ts';
import { type Withheld, withheldOf, withoutWithheld } from './withheld.ts';

/** What of a case is handed over, and as what. */
export interface HandOverPlan {
  /** From 1: which of the hand-overs of the case it is. */
  readonly number: number;
  /** What is new since an earlier one; null: all of the case is handed over. */
  readonly supplement: Supplement | null;
  /** Kept back, because a reviewer said so. */
  readonly withheld: readonly Withheld[];
  readonly review: ReviewCounts;
  /** The case without what is withheld; the same as it lies in the archive where nothing is. */
  readonly document: CaseDocument;
  /** Of it what goes into the bag: of a supplement less. */
  readonly given: CaseDocument;
  /** Whether an item goes into the bag: the id of a recording, or `m1`. */
  gives(item: string): boolean;
}

/** What is asked of a hand-over. */
export interface AskedHandOver {
  readonly mask: boolean;
  /** `last`, a number or a day: what is new since that hand-over. */
  readonly supplement?: string;
  /** Refuses where nobody reviewed an item. */
  readonly requireReview?: boolean;
}

/**
 * Decides what is handed over.
 * @param denied ids of recordings that a masked hand-over leaves out by decision
 * @throws LongplayError usage C182: not everything is reviewed; C183: no such hand-over; incomplete C184
 */
export async function planHandOver(
  archive: { readonly dir: string },
  document: CaseDocument,
  handOvers: Pick<HandOvers, 'all'>,
  { mask, supplement: wanted, requireReview }: AskedHandOver,
  denied: ReadonlySet<string>,
): Promise<HandOverPlan> {
  const review = countReview(document);
  if (requireReview === true && review.unreviewed > 0)
    throw new LongplayError(
      'usage',
      'C182',
      `nobody reviewed ${review.unreviewed} of ${review.items} items of case ${document.id}`,
      'review them with: longplay case review; `longplay case show` lists them',
    );
  const earlier = wanted === undefined ? null : handOverAsked(handOvers, wanted, { id: document.id, masked: mask });
  const supplement = earlier === null ? null : await supplementTo(archive.dir, earlier, handOvers.all, document, denied);
  const withheld = withheldOf(document).filter(({ item }) => !denied.has(item));
  const reduced = withoutWithheld(document);
  const wantedItems = supplement === null ? null : new Set([...supplement.added, ...supplement.released]);
  const isGiven = (item: string): boolean => !denied.has(item) && (wantedItems === null || wantedItems.has(item));
  const given: CaseDocument = {
    ...reduced,
    recordings: reduced.recordings.filter(({ recordingId }) => isGiven(recordingId)),
    messages: reduced.messages.filter(({ set }) => isGiven(messagesItem(set))),
  };
  const items = new Set([...given.recordings.map(({ recordingId }) => recordingId), ...given.messages.map(({ set }) => messagesItem(set))]);
  return { number: nextNumber(handOvers), supplement, withheld, review, document: reduced, given, gives: (item) => items.has(item) };
}
