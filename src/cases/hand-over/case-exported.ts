import type { HandOverPlan } from './plan.ts';

/** What the bag carries to prove what was handed over. */
export interface HandOverProved {
  /** The log tells of the hand-over. */
  readonly isEntered: boolean;
  /** The proof of that entry lies in the bag. */
  readonly isThere: boolean;
  /** Null: no time stamp was asked for. */
  readonly isStamped: boolean | null;
}

/** What was handed over. */
export interface CaseExported {
  readonly id: string;
  readonly recordings: number;
  readonly messages: number;
  readonly proofs: number;
  readonly files: number;
  readonly bytes: number;
  /** Files that are not what was recorded; none of them is handed out. */
  readonly corrupt: number;
  /** Files and documents that the machine does not give. */
  readonly unreachable: number;
  readonly gaps: number;
  readonly masked: boolean;
  /** Recordings of a masked export in which others are heard. */
  readonly othersHeard: number;
  readonly zipped: boolean;
  /** From 1: which of the hand-overs of the case it is. Null: nothing is new, and none was made. */
  readonly handOver: number | null;
  /** Number of the hand-over that it is a supplement to; null: all of the case was asked for. */
  readonly supplementTo: number | null;
  /** Items that were kept back, and items that nobody reviewed. */
  readonly withheld: { readonly privileged: number; readonly notRelevant: number };
  readonly unreviewed: number;
  readonly items: number;
  /** SHA-256 of the bag's tag manifest, which covers all of it: in the log, and to compare over the telephone. */
  readonly tagManifestSha256: string;
  readonly proof: HandOverProved;
}

/** What a plan says of what is handed over. */
export function planned({ supplement, review }: HandOverPlan): Pick<CaseExported, 'supplementTo' | 'withheld' | 'unreviewed' | 'items'> {
  const { privileged, notRelevant, unreviewed, items } = review;
  return { supplementTo: supplement?.to.number ?? null, withheld: { privileged, notRelevant }, unreviewed, items };
}

/** A supplement that would hold nothing is not made. */
export function nothingNew(id: string, plan: HandOverPlan, { mask, zip }: { readonly mask: boolean; readonly zip: boolean }): CaseExported {
  return {
    id,
    recordings: 0,
    messages: 0,
    proofs: 0,
    files: 0,
    bytes: 0,
    corrupt: 0,
    unreachable: 0,
    gaps: 0,
    masked: mask,
    othersHeard: 0,
    zipped: zip,
    handOver: null,
    ...planned(plan),
    tagManifestSha256: '',
    proof: { isEntered: false, isThere: false, isStamped: null },
  };
}
