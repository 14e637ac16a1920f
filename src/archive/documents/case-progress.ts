// What people keep in a case while they work it off: the review of its items, and its deadlines.

/** What a reviewer says of an item. `privileged` holds until `released`; what is privileged or not relevant is withheld from hand-overs. */
export type ReviewState = 'relevant' | 'not-relevant' | 'privileged' | 'released';

/** Every state, in the order in which people are told of them. */
export const reviewStates: readonly ReviewState[] = ['relevant', 'not-relevant', 'privileged', 'released'];

/** What a person said of an item of a case when they reviewed it. */
export interface CaseReview {
  /** Id of a recording, or `m1`: the first file of messages. */
  readonly item: string;
  readonly state: ReviewState;
  /** In the words of the reviewer. Of what is withheld the log of privileges hands it out. */
  readonly reason: string;
  readonly at: string;
  readonly by: string | null;
}

/** The day by which a case is to be handed over. */
export interface CaseDeadline {
  /** `2026-12-30`, the whole day in UTC; null: there is none any more. */
  readonly due: string | null;
  readonly reason: string;
  readonly at: string;
  readonly by: string | null;
}

/** An item of a case as a review names it. */
export const itemPattern = /^(?:[0-9a-f-]{36}|m[1-9]\d{0,5})$/;

/** True for a day that the calendar has, as `2026-12-30`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00.000Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text);
}

/** Whether a value of case.json is a review. */
export function isReview(value: unknown): value is CaseReview {
  if (!isStamped(value)) return false;
  return typeof value.item === 'string' && itemPattern.test(value.item) && reviewStates.some((state) => state === value.state);
}

/** Whether a value of case.json is a deadline. */
export function isDeadline(value: unknown): value is CaseDeadline {
  return isStamped(value) && (value.due === null || (typeof value.due === 'string' && isDay(value.due)));
}

function isStamped(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const { reason, at, by } = value as Record<string, unknown>; // an object, its members unknown
  return typeof reason === 'string' && typeof at === 'string' && (by === null || typeof by === 'string');
}
