import { isDay } from '../../core/time/calendar-day.ts';

// Review states of the items of a case, and deadlines of the case.

/** A reviewer's decision on an item. `privileged` applies until `released`. Items that are privileged or not relevant are withheld from hand-overs. */
export type ReviewState = 'relevant' | 'not-relevant' | 'privileged' | 'released';

/** All states, in display order. */
export const reviewStates: readonly ReviewState[] = ['relevant', 'not-relevant', 'privileged', 'released'];

/** A reviewer's decision on an item of a case, with its reason. */
export interface CaseReview {
  /** Id of a recording, or e.g. `m1` for the first message file. */
  readonly item: string;
  readonly state: ReviewState;
  /** Reason as the reviewer wrote it. The privilege log of the hand-over shows it for withheld items. */
  readonly reason: string;
  readonly at: string;
  readonly by: string | null;
}

/** The day by which a case must be handed over. */
export interface CaseDeadline {
  /** `2026-12-30`, the whole day in UTC; null: the deadline was removed. */
  readonly due: string | null;
  readonly reason: string;
  readonly at: string;
  readonly by: string | null;
}

/** Matches the name of an item of a case in a review. */
export const itemPattern = /^(?:[0-9a-f-]{36}|m[1-9]\d{0,5})$/;

/** Returns true if a value of case.json is a review. */
export function isReview(value: unknown): value is CaseReview {
  if (!isStamped(value)) return false;
  return typeof value.item === 'string' && itemPattern.test(value.item) && reviewStates.some((state) => state === value.state);
}

/** Returns true if a value of case.json is a deadline. */
export function isDeadline(value: unknown): value is CaseDeadline {
  return isStamped(value) && (value.due === null || (typeof value.due === 'string' && isDay(value.due)));
}

function isStamped(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const { reason, at, by } = value as Record<string, unknown>; // an object with unknown members
  return typeof reason === 'string' && typeof at === 'string' && (by === null || typeof by === 'string');
}
