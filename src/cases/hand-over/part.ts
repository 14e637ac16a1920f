import type { CaseDecision, CaseRemoval } from '../../archive/documents/case-json.ts';
import type { CaseReview } from '../../archive/documents/case-progress.ts';
import type { Mask } from '../mask/mask.ts';
import { type ReviewCounts, stateWords } from '../store/review-state.ts';
import type { HandOverPlan } from './plan.ts';
import type { Recalled, Supplement } from './supplement.ts';

/** What a scope sheet says about a hand-over's place among those of its case. */
export interface HandOverPart {
  readonly number: number;
  readonly review: ReviewCounts;
  /** Null: the whole case is handed over. */
  readonly supplement: Supplement | null;
}

/** Returns this in the form that may be shown. @param mask null: unmasked */
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

/** Returns the lines of a scope sheet that identify the hand-over, what it supplements, and what changed since. */
export function partRows({ number, review, supplement }: HandOverPart): Row[] {
  const rows: Row[] = [
    [
      'hand-over',
      supplement === null ? 'number of this hand-over of the case; all of the case' : 'number of this hand-over of the case; a supplement',
      number,
    ],
  ];
  if (supplement !== null) rows.push(...supplementRows(supplement));
  const { items, unreviewed, privileged, notRelevant, released } = review;
  rows.push(['review', 'recordings and files of messages in the case', items], ['review', 'of them reviewed by nobody', unreviewed]);
  if (privileged > 0) rows.push(['withheld', 'as privileged, see withheld.csv', privileged]);
  if (notRelevant > 0) rows.push(['withheld', 'as not relevant, see withheld.csv', notRelevant]);
  if (released > 0) rows.push(['review', 'released: they were withheld and then released by review', released]);
  return rows;
}

function supplementRows({ to, added, released, removed, recalled, decisions, reviews }: Supplement): Row[] {
  const digest = to.tagManifestSha256 === null ? 'whose digest the log does not have' : `whose tag manifest has SHA-256 ${to.tagManifestSha256}`;
  return [
    ['supplement', `to hand-over ${to.number} of ${to.time.slice(0, 19).replace('T', ' ')} UTC, entry ${to.seq} of the log, ${digest}`, to.number],
    ['supplement', 'new in the case since', added.length],
    ['supplement', 'withheld then, and released since', released.length],
    ...removed.map((one): Row => ['removed since', removedWords(one), 1]),
    ...recalled.map((one): Row => ['withheld since', recalledWords(one), 1]),
    ...decisions.map((one): Row => ['changed since', decisionWords(one), 1]),
    ...reviews.map((one): Row => ['changed since', reviewWords(one), 1]),
  ];
}

const said = ({ at, by, reason }: { readonly at: string; readonly by: string | null; readonly reason: string }): string =>
  `${at.slice(0, 10)}${by === null ? '' : ` by ${by}`}${reason === '' ? '' : `: ${reason}`}`;

function removedWords(one: CaseRemoval): string {
  return `${one.recordingId} was handed over, and was removed from the case ${said(one)}`;
}

function recalledWords({ item, as }: Recalled): string {
  return `${item} was handed over, and is ${as === 'denied' ? 'not about the person, by decision' : stateWords(as)} since: delete it or give it back`;
}

function decisionWords(one: CaseDecision): string {
  const what = one.decision === 'is' ? 'this is them' : 'this is not them';
  return `${one.recordingId}, decided: ${what}${one.party === null ? '' : ` (${one.party})`}, ${said(one)}`;
}

function reviewWords(one: CaseReview): string {
  return `${one.item}, reviewed: ${stateWords(one.state)}, ${said(one)}`;
}
