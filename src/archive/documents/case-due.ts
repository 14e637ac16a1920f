import type { CaseDeadline } from './case-progress.ts';

/** State of a case's deadline. */
export interface DueState {
  /** `2026-12-30`; null: the case has no deadline. */
  readonly due: string | null;
  /** Days from today to the deadline, in UTC; 0 on the day itself, negative if overdue. Null: the case has no deadline. */
  readonly daysLeft: number | null;
  /** ISO time of the hand-over that met the deadline; null: none has. */
  readonly metAt: string | null;
}

/**
 * Returns the state of a case's deadline.
 * @param handedOver ISO times of the case's hand-overs, oldest first; the first one after the deadline was set meets it
 * @param now ISO time
 */
export function dueState({ deadlines }: { readonly deadlines?: readonly CaseDeadline[] }, handedOver: readonly string[], now: string): DueState {
  const last = deadlines?.at(-1) ?? null;
  if (last === null || last.due === null) return { due: null, daysLeft: null, metAt: null };
  const metAt = handedOver.find((time) => time >= last.at) ?? null;
  return { due: last.due, daysLeft: daysBetween(now, last.due), metAt };
}

/** Returns true if a case is past its deadline and was not handed over since the deadline was set. */
export function isOverdue({ daysLeft, metAt }: DueState): boolean {
  return daysLeft !== null && daysLeft < 0 && metAt === null;
}

function daysBetween(now: string, due: string): number {
  return Math.round((Date.parse(`${due}T00:00:00.000Z`) - Date.parse(`${now.slice(0, 10)}T00:00:00.000Z`)) / 86_400_000);
}
