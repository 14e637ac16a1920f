/** `error`: something was not done or is wrong; `warning`: done, but somebody must look; `note`: good to know. */
export type Severity = 'error' | 'warning' | 'note';

/**
 * A fact about the user's data that they must know. Never thrown. `message` has the numbers and no caller's number or
 * name; the code's table entry has severity, meaning and the next step.
 */
export interface Finding {
  readonly kind: 'finding';
  /** Code of `findingTable`, such as `F102`. */
  readonly code: string;
  /** The entry, table row, bag or file it is about, as a person would look it up. */
  readonly place: string;
  readonly message: string;
  /** How many calls, rows or files it speaks of, where these are not one: the number by which it is accepted (`--accept`). Never of a finding that is kept with a recording. */
  readonly count?: number;
}

/** A finding. */
export function finding(code: string, place: string, message: string, count?: number): Finding {
  return { kind: 'finding', code, place, message, ...(count === undefined ? {} : { count }) };
}
