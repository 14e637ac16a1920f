import type { CaseDocument } from '../../archive/documents/case-json.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { countReview, messagesItem, type ReviewCounts } from '../store/review-state.ts';
import { type HandOvers, nextNumber } from './hand-overs.ts';
import { requestedHandOver, type Supplement, supplementTo } from './supplement.ts';
import { type Withheld, withheldOf, withoutWithheld } from './withheld.ts';

/** Which part of a case is handed over, and as which hand-over. */
export interface HandOverPlan {
  /** Number of the hand-over within its case, from 1. */
  readonly number: number;
  /** What is new since an earlier hand-over; null: the whole case is handed over. */
  readonly supplement: Supplement | null;
  /** Items withheld by review. */
  readonly withheld: readonly Withheld[];
  readonly review: ReviewCounts;
  /** The case without withheld items; identical to the archive's document if nothing is withheld. */
  readonly document: CaseDocument;
  /** The part of `document` that goes into the bag; smaller for a supplement. */
  readonly given: CaseDocument;
  /** Returns true if an item goes into the bag. @param item id of a recording, or `m1` for the first file of messages */
  gives(item: string): boolean;
}

/** Options of a hand-over. */
export interface HandOverOptions {
  /** True if everybody but the data subject is masked. */
  readonly mask: boolean;
  /** Only what is new since this earlier hand-over: `last`, a number or a day. Absent: the whole case. */
  readonly supplement?: string;
  /** True if the hand-over is refused while an item has no review. */
  readonly requireReview?: boolean;
}

/**
 * Decides which part of a case is handed over.
 * @param denied ids of recordings that a masked hand-over omits by decision
 * @throws LongplayError usage C182 if items are not reviewed; C183 if there is no such hand-over; incomplete C184
 */
export async function planHandOver(
  archive: { readonly dir: string },
  document: CaseDocument,
  handOvers: Pick<HandOvers, 'all'>,
  { mask, supplement: wanted, requireReview }: HandOverOptions,
  denied: ReadonlySet<string>,
): Promise<HandOverPlan> {
  const review = countReview(document);
  if (requireReview === true && review.unreviewed > 0)
    throw new LongplayError(
      'usage',
      'C182',
      agree`${review.unreviewed} of ${review.items} item[s] of case ${document.id} [was|were] not reviewed`,
      'review them with: longplay case review; `longplay case show` lists them',
    );
  const earlier = wanted === undefined ? null : requestedHandOver(handOvers, wanted, { id: document.id, masked: mask });
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
