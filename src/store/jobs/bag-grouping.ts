import { sha256Hex } from '../../core/base/identifier.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { PlannedBag } from './plan.ts';

/** Size limits of a bag. */
export interface BagLimits {
  readonly recordings: number;
  /** Bytes of originals. A larger recording has a bag to itself. */
  readonly bytes: number;
}

/** Up to 1,000 recordings per bag. The byte limit keeps re-creation and verification of a bag within minutes. */
export const defaultBagLimits: BagLimits = { recordings: 1_000, bytes: 4 * 1024 ** 3 };

/** A recording to be placed in a bag. */
export interface Grouped {
  readonly recordingId: string;
  /** Number of the revision that this recording amends; null: the recording is new. Amendments have bags of their own. */
  readonly amends: number | null;
}

/** Assigns recordings, which come in order of start, to one bag after another. */
export interface BagGrouper {
  /** Returns the number, from 0, of the bag for a recording. `day` is `YYYY-MM-DD` or null. */
  place(planned: Grouped, day: string | null, bytes: number): number;
  finish(): PlannedBag[];
}

/**
 * Creates a grouper that assigns recordings to bags. A bag never spans two years, because retention ends by year.
 * @param liftsOf returns how often the erasure of a recording was lifted while its earlier bag stays; absent: never
 */
export function createBagGrouper(limits: BagLimits, liftsOf: (recordingId: string) => number = () => 0): BagGrouper {
  const bags: PlannedBag[] = [];
  let ids: string[] = [];
  let bytes = 0;
  let firstDay: string | null = null;
  let isAmendment = false;
  const close = (): void => {
    if (ids.length === 0) return;
    bags.push({ name: bagName(firstDay, ids), recordings: ids.length, bytes, ...(isAmendment ? { type: 'amendment' } : {}) });
    ids = [];
    bytes = 0;
  };
  return {
    place: (planned, day, size) => {
      const full = ids.length >= limits.recordings || (ids.length > 0 && bytes + size > limits.bytes);
      const isOther = ids.length > 0 && (yearOf(day) !== yearOf(firstDay) || (planned.amends !== null) !== isAmendment);
      if (full || isOther) close();
      if (ids.length === 0) firstDay = day;
      isAmendment = planned.amends !== null;
      // The bag of the first description has the same ids, so the name of a bag of amendments is computed from the revisions, too.
      const lifts = liftsOf(planned.recordingId);
      const id = lifts === 0 ? planned.recordingId : `${planned.recordingId} lifted ${lifts}`;
      ids.push(planned.amends === null ? id : `${id} ${planned.amends + 1}`);
      bytes += size;
      return bags.length;
    },
    finish: () => {
      close();
      return bags;
    },
  };
}

function yearOf(day: string | null): string {
  return day === null ? 'undated' : day.slice(0, 4);
}

/** Returns the name of a bag, `2019/20190312-4f2a…`: the day of the first recording and a digest of all ids. */
function bagName(day: string | null, ids: readonly string[]): string {
  const digest = sha256Hex([...ids].sort(byCodePoint).join('\n')).slice(0, 16);
  return `${yearOf(day)}/${day === null ? 'undated' : day.replaceAll('-', '')}-${digest}`;
}
