import type { CaseDecision, CaseRemoval } from '../../archive/documents/case-json.ts';
import type { CaseReview } from '../../archive/documents/case-progress.ts';
import type { Mask } from '../mask/mask.ts';
import { whatDecided } from '../store/decisions.ts';
import { type ReviewCounts, stateWords } from '../store/review-state.ts';
import type { HandOverPlan } from './plan.ts';
import type { Recalled, Supplement } from './supplement.ts';

/** Facts about one hand-over for the scope sheet: its number within the case, review totals, and what it supplements. */
export interface HandOverPart {
  readonly number: number;
  readonly review: ReviewCounts;
  /** What is new since an earlier hand-over; null: the whole case is handed over. */
  readonly supplement: Supplement | null;
}

/** Returns the facts about a hand-over, with masked reasons. @param mask null: nothing is masked */
export function handOverPart(
  { number, review, supplement }: Pick<HandOverPlan, 'number' | 'review' | 'supplement'>,
  mask: Pick<Mask, 'text'> | null,
): HandOverPart {
  if (supplement === null || mask === null) return { number, review, supplement };
  const masked = <One extends { readonly reason: string }>(list: readonly One[]): One[] =>
    list.map((one) => ({ ...one, reason: mask.text(one.reason) }));
  const { removed, decisions, reviews } = supplement;
  return { number, review, supplement: { ...supplement, removed: masked(removed), decisions: masked(decisions), reviews: masked(reviews) } };
}

type Row = [part: string, what: string, number: number | null];

/** Returns the rows of a scope sheet about the hand-over itself: its number, the hand-over that it supplements, and the changes since then. */
export function partRows({ number, review, supplement }: HandOverPart): Row[] {
  const rows: Row[] = [
    [
      'hand-over',
      supplement === null
        ? 'number of this hand-over within the case; it covers the whole case'
        : 'number of this hand-over within the case; it is a supplement',
      number,
    ],
  ];
  if (supplement !== null) rows.push(...supplementRows(supplement));
  const { items, unreviewed, privileged, notRelevant, released } = review;
  rows.push(['review', 'recordings and files of messages in the case', items], ['review', 'of these: not reviewed', unreviewed]);
  if (privileged > 0) rows.push(['withheld', 'as privileged, see withheld.csv', privileged]);
  if (notRelevant > 0) rows.push(['withheld', 'as not relevant, see withheld.csv', notRelevant]);
  if (released > 0) rows.push(['review', 'of these: withheld first and released by a later review', released]);
  return rows;
}

function supplementRows({ to, added, released, removed, recalled, decisions, reviews }: Supplement): Row[] {
  const digest = to.tagManifestSha256 === null ? 'whose digest is not in the log' : `whose tag manifest has SHA-256 ${to.tagManifestSha256}`;
  return [
    ['supplement', `to hand-over ${to.number} of ${to.time.slice(0, 19).replace('T', ' ')} UTC, entry ${to.seq} of the log, ${digest}`, to.number],
    ['supplement', 'items that are new in the case since then', added.length],
    ['supplement', 'items that were withheld then and released since', released.length],
    ...removed.map((one): Row => ['removed since', removedWords(one), 1]),
    ...recalled.map((one): Row => ['withheld since', recalledWords(one), 1]),
    ...decisions.map((one): Row => ['changed since', decisionWords(one), 1]),
    ...reviews.map((one): Row => ['changed since', reviewWords(one), 1]),
  ];
}

const said = ({ at, by, reason }: { readonly at: string; readonly by: string | null; readonly reason: string }): string =>
  `${at.slice(0, 10)}${by === null ? '' : ` by ${by}`}${reason === '' ? '' : `: ${reason}`}`;

function removedWords(one: CaseRemoval): string {
  return `${one.recordingId} was handed over earlier and was removed from the case ${said(one)}`;
}

function recalledWords({ item, as }: Recalled): string {
  return `${item} was handed over earlier and is now withheld ${as === 'denied' ? 'by decision, because it does not concern the data subject' : `as ${stateWords(as)}`}: delete it or return it`;
}

function decisionWords(one: CaseDecision): string {
  return `${one.recordingId}, decision: it ${whatDecided(one)}${one.party === null ? '' : ` (${one.party})`}, ${said(one)}`;
}

function reviewWords(one: CaseReview): string {
  return `${one.item}, review: ${stateWords(one.state)}, ${said(one)}`;
}
