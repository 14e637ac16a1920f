import { cellBounds } from '../csv/records.ts';
import type { SeparatedHeader } from '../csv/separated.ts';
import type { Row } from '../text/types.ts';
import { findColumn } from '../values/columns.ts';

/** Returns a row without the values of some columns; null if its cells cannot be assigned to columns. */
export type RowBlanker = (row: Row) => Row | null;

/** Creates a function that removes the values of columns from rows of a table. If the header lacks a column, every row is removed. */
export function rowBlanker({ names, separator }: SeparatedHeader, columns: readonly string[]): RowBlanker {
  const indexes = columns.map((column) => findColumn(names, column) ?? names.length);
  const isBlank = new Set(indexes);
  return (row) => {
    const bounds = row.cells.length === names.length ? cellBounds(row.raw, { separator }) : null;
    if (bounds?.length !== names.length || indexes.some((index) => index >= names.length)) return null;
    const raw = bounds.map(([start, end], index) => (isBlank.has(index) ? '' : row.raw.slice(start, end))).join(separator);
    return { ...row, cells: row.cells.map((cell, index) => (isBlank.has(index) ? '' : cell)), raw };
  };
}
