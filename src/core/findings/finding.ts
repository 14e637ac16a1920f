import type { FindingCode } from './finding-table.ts';

/** A range of bytes of a file. */
export interface ByteSpan {
  readonly offset: number;
  readonly bytes: number;
}

/** A record of a table that could not be read. */
export interface LostRecord {
  /** The database table; '' if the file holds one. */
  readonly table: string;
  /** Number of the record, as in the finding's place. */
  readonly number: number;
  /** Bytes of the record in the file, up to the next record that could be read; null if unknown, e.g. in a database file. */
  readonly span: ByteSpan | null;
}

/**
 * A fact about the user's data that the user must know. Never thrown. `message` contains the numbers and never a caller's number or name; the code's
 * table entry has severity, meaning and the next step.
 */
export interface Finding {
  readonly kind: 'finding';
  /** Code of `findingTable`, e.g. `F102`. */
  readonly code: FindingCode;
  /** The entry, table row, bag or file, in a form that a person can look up. */
  readonly place: string;
  readonly message: string;
  /**
   * Number of calls, rows or files that the finding stands for; absent: one. The finding is accepted by this number (`--accept`). Never set for a
   * finding that is stored with a recording.
   */
  readonly count?: number;
  /** The record that could not be read, if the finding is about one. Used by the program only: never printed and never stored. */
  readonly lost?: LostRecord;
}

/** Creates a finding. A code that is not in `findingTable` does not compile. */
export function finding(code: FindingCode, place: string, message: string, count?: number): Finding {
  return { kind: 'finding', code, place, message, ...(count === undefined ? {} : { count }) };
}
