/** One record of a table, as it is staged. */
export interface StagedRow {
  /** Index of the table. */
  readonly table: number;
  /** Record number from 1, header not counted. */
  readonly number: number;
  /** Cells in the order of the table's columns, or the pairs of an XML or JSON record. */
  readonly cells: readonly string[] | readonly (readonly [name: string, value: string])[];
  readonly raw: string;
  /** The file that is this record, where each file is one; else absent. */
  readonly file?: { readonly path: string; readonly sha256: string | null };
}
