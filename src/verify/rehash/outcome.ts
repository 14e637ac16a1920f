import type { Work } from '../../core/base/work.ts';
import type { Finding } from '../../core/findings/finding.ts';
import type { Verdict } from '../../core/model/verdict.ts';

/** Progress and findings of a rehash. */
export type RehashEvent =
  | Verdict
  | Finding
  | { readonly kind: 'rehashed'; readonly bag: string; readonly algorithm: string; readonly files: number; readonly bytes: number }
  | { readonly kind: 'withdrawn'; readonly bag: string; readonly algorithm: string }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly bytes: number; readonly work?: Work };

/** Result of a rehash. */
export interface RehashOutcome {
  readonly bags: number;
  /** Bags that already had the digest. */
  readonly hadIt: number;
  readonly rehashed: number;
  /** Bags without the digest that cannot be written and whose rehash was withdrawn, by an earlier run or by this one. */
  readonly withdrawn: number;
  /** Bags that were processed and did not get the digest. */
  readonly refused: number;
  /** Bags left for the next run, because the budget was used up. */
  readonly left: number;
  readonly files: number;
  readonly bytes: number;
  readonly errors: number;
  /** Errors about files that the system could not read; the files may be intact. */
  readonly unreachable: number;
  /** Errors about bags that the system does not permit to change (H107, H108). */
  readonly unwritable: number;
  /** Number of log entries that the newest digest by the algorithm covers; null if the log has none. */
  readonly logEntries: number | null;
  /** True if this run added that digest. */
  readonly logRehashed: boolean;
}

/** A `RehashOutcome` under construction. */
export type Counts = { -readonly [Key in keyof RehashOutcome]: RehashOutcome[Key] };

/** Outcome of zero. */
export const noCounts: RehashOutcome = {
  ...{ bags: 0, hadIt: 0, rehashed: 0, withdrawn: 0, refused: 0, left: 0, files: 0, bytes: 0, errors: 0, unreachable: 0, unwritable: 0 },
  ...{ logEntries: null, logRehashed: false },
};

/** Codes of bags that the system does not permit to change. */
const unwritable: ReadonlySet<string> = new Set(['H107', 'H108']);

/** Counts an item if it is an error, and returns it. */
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

/** Returns the number of errors that a verdict stands for. */
export function errorsIn({ severity, more = 1 }: Verdict): number {
  return severity === 'error' ? more : 0;
}
