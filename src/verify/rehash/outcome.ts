import type { Work } from '../../core/base/work.ts';
import type { Finding } from '../../core/findings/finding.ts';
import type { Verdict } from '../../core/model/verdict.ts';

/** How far a rehash is, and what it meets. */
export type RehashEvent =
  | Verdict
  | Finding
  | { readonly kind: 'rehashed'; readonly bag: string; readonly algorithm: string; readonly files: number; readonly bytes: number }
  | { readonly kind: 'withdrawn'; readonly bag: string; readonly algorithm: string }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly bytes: number; readonly work?: Work };

/** What a rehash did. */
export interface RehashOutcome {
  readonly bags: number;
  /** Bags that had the digest before. */
  readonly hadIt: number;
  readonly rehashed: number;
  /** Bags without it that cannot be written, and whose rehash was withdrawn: before this run, or by it. */
  readonly withdrawn: number;
  /** Bags that were looked at and did not get it. */
  readonly refused: number;
  /** Bags that are left for the next run, because the budget was spent. */
  readonly left: number;
  readonly files: number;
  readonly bytes: number;
  readonly errors: number;
  /** Of the errors: files that the system would not give; they may be well. */
  readonly unreachable: number;
  /** Of the errors: bags that the system does not let change (H107, H108). */
  readonly unwritable: number;
  /** Entries of the log that its newest digest by the algorithm is over; null where it was not given one. */
  readonly logEntries: number | null;
  /** Whether that digest was made by this run. */
  readonly logRehashed: boolean;
}

/** An outcome in the making. */
export type Counts = { -readonly [Key in keyof RehashOutcome]: RehashOutcome[Key] };

/** Nothing done yet. */
export const noCounts: RehashOutcome = {
  ...{ bags: 0, hadIt: 0, rehashed: 0, withdrawn: 0, refused: 0, left: 0, files: 0, bytes: 0, errors: 0, unreachable: 0, unwritable: 0 },
  ...{ logEntries: null, logRehashed: false },
};

/** Codes of bags that the machine keeps as they are. */
const unwritable: ReadonlySet<string> = new Set(['H107', 'H108']);

/** Counts what is said where it is an error. */
export function counted<Item extends Verdict | Finding>(counts: Counts, item: Item): Item {
  if (item.kind === 'finding') {
    counts.errors++;
    if (unwritable.has(item.code)) counts.unwritable++;
  } else {
    const times = errorsIn(item);
    counts.errors += times;
    if (item.verdict === 'unreachable') counts.unreachable += times;
  }
  return item;
}

/** For how many errors a verdict stands. */
export function errorsIn({ severity, more = 1 }: Verdict): number {
  return severity === 'error' ? more : 0;
}
