import type { ByteSpan } from '../../core/findings/finding.ts';

/**
 * A place outside of the records of a tree (JSON, XML). `row`: an element that is one unit. `group`: an element of a list that has smaller places inside.
 * `value`: a value of a container, which can be erased alone. `name`: the name of a member that is a container.
 */
export type OutsideKind = 'row' | 'group' | 'value' | 'name';

/** A row of a kept table on which a decision is made. */
export interface KeptRow {
  /** Table within a database; `outside` for places outside of the records of JSON and XML; '' for other rows. */
  readonly table: string;
  /** Number of the row, as findings name it: as in a spreadsheet, or the number of the record from 1. */
  readonly number: number;
  /** The row as written, decoded. For a table of a SQLite database also the cells as JSON. A place outside of the records has its path before its text. */
  readonly raws: readonly string[];
  /** Bytes of the row in the whole table. */
  readonly span: ByteSpan;
  /** Facts about a place outside of the records; absent: it is a record. */
  readonly outside?: OutsidePlace;
  /** It could not be read, and may have several lines. */
  readonly isLost?: true;
}

/** Facts about a place outside of the records of JSON and XML. */
export interface OutsidePlace {
  readonly kind: OutsideKind;
  /** True if a row or group is around it. */
  readonly inRow: boolean;
  /** True if lists inside have elements with several values. */
  readonly hasLists: boolean;
  /** Its text without the rows inside. */
  readonly own: string;
}

/** Bytes of a table to replace, so that a row is removed and its neighbours keep their bytes. */
export interface RowReplacement extends ByteSpan {
  /** Bytes that take their place, and that keep the numbers of later rows. */
  readonly put: Uint8Array;
  readonly row: Pick<KeptRow, 'table' | 'number'>;
}
