import type { HandOverPlan } from './plan.ts';

/** How far the bag proves the hand-over. */
export interface HandOverProved {
  /** True if the log records the hand-over. */
  readonly isEntered: boolean;
  /** True if the bag contains the proof of that entry. */
  readonly isThere: boolean;
  /** True if a time stamp was obtained; null: none was requested. */
  readonly isStamped: boolean | null;
}

/** Result of a hand-over. */
export interface CaseExported {
  readonly id: string;
  readonly recordings: number;
  readonly messages: number;
  readonly proofs: number;
  readonly files: number;
  readonly bytes: number;
  /** Number of files that differ from what the archive recorded. None of them is handed over. */
  readonly corrupt: number;
  /** Number of files and documents that cannot be read. */
  readonly unreachable: number;
  readonly gaps: number;
  readonly masked: boolean;
  /** Number of recordings of a masked export in which other persons are audible. */
  readonly othersHeard: number;
  readonly zipped: boolean;
  /** True if the zip is an age file. */
  readonly encrypted: boolean;
  /** True if the hand-over contains unencrypted what the archive seals. */
  readonly opened: boolean;
  /** Number of the hand-over within its case, from 1; null: nothing is new, so no hand-over was made. */
  readonly handOver: number | null;
  /** Number of the hand-over that this one supplements; null: it covers the whole case. */
  readonly supplementTo: number | null;
  /** Numbers of withheld items and, below, of items without a review. */
  readonly withheld: { readonly privileged: number; readonly notRelevant: number };
  readonly unreviewed: number;
  readonly items: number;
  /** SHA-256 of the bag's tag manifest, which covers all other files. The log records it, and it is short enough to compare by telephone. */
  readonly tagManifestSha256: string;
  readonly proof: HandOverProved;
}

/** Returns the facts of a plan that the result repeats. */
export function planned({ supplement, review }: HandOverPlan): Pick<CaseExported, 'supplementTo' | 'withheld' | 'unreviewed' | 'items'> {
  const { privileged, notRelevant, unreviewed, items } = review;
  return { supplementTo: supplement?.to.number ?? null, withheld: { privileged, notRelevant }, unreviewed, items };
}

/** Returns the result for a supplement that would be empty and is therefore not made. */
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
    encrypted: false,
    opened: false,
    handOver: null,
    ...planned(plan),
    tagManifestSha256: '',
    proof: { isEntered: false, isThere: false, isStamped: null },
  };
}
