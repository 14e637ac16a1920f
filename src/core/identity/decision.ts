/**
 * Decision of a person about a recording or a party: `is`: the wanted person; `is-not`: not the wanted person; `concerns`, only of a recording as a whole: it
 * concerns the wanted person, who is no party of it.
 */
export const decisions = ['is', 'is-not', 'concerns'] as const;

/** A decision. */
export type Decision = (typeof decisions)[number];

/** Returns the decision that a value is; null: it is none. */
export function decisionOf(value: unknown): Decision | null {
  return decisions.find((one) => one === value) ?? null;
}
