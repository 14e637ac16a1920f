import type { FindingCode } from './finding-table.ts';

/**
 * A fact about the user's data that they must know. Never thrown. `message` has the numbers and no caller's number or
 * name; the code's table entry has severity, meaning and the next step.
 */
export interface Finding {
  readonly kind: 'finding';
  /** Code of `findingTable`, e.g. `F102`. */
  readonly code: FindingCode;
  /** The entry, table row, bag or file it is about, as a person would look it up. */
  readonly place: string;
  readonly message: string;
  /** How many calls, rows or files it speaks of, where these are not one: the number by which it is accepted (`--accept`). Never of a finding that is kept with a recording. */
  readonly count?: number;
}

/** Creates a finding. A code that is not in `findingTable` does not compile. */
export function finding(code: FindingCode, place: string, message: string, count?: number): Finding {
  return { kind: 'finding', code, place, message, ...(count === undefined ? {} : { count }) };
}
