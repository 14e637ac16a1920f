import type { FindingCode } from './finding-table.ts';

/** Bytes of a file. */
export interface ByteSpan {
  readonly offset: number;
  readonly bytes: number;
}

/** A record of a table that could not be read. */
export interface LostRecord {
  /** The database table; '' if the file holds one. */
  readonly table: string;
  /** As in the finding's place. */
  readonly number: number;
  /** Its bytes in the file, up to the next record that could be read; null if they are unknown, e.g. in a database file. */
  readonly span: ByteSpan | null;
}

/**
 * A fact about the user's data that they must know. Never thrown. `message` has the numbers and never a caller's number or
 * name; the code's table entry has severity, meaning and the next step.
 */
export interface Finding {
  readonly kind: 'finding';
  /** Code of `findingTable`, e.g. `F102`. */
  readonly code: FindingCode;
  /** The entry, table row, bag or file, in a form in which a person would look it up. */
  readonly place: string;
  readonly message: string;
  /** Number of calls, rows or files, if it is not one: the number by which the finding is accepted (`--accept`). Never set for a finding that is stored with a recording. */
  readonly count?: number;
  /** For a record that could not be read: which one. For the program alone: never printed and never stored. */
  readonly lost?: LostRecord;
}

/** Creates a finding. A code that is not in `findingTable` does not compile. */
export function finding(code: FindingCode, place: string, message: string, count?: number): Finding {
  return { kind: 'finding', code, place, message, ...(count === undefined ? {} : { count }) };
}
