import { createTurns } from '../../core/base/turns.ts';
import type { Source } from '../../core/model/source.ts';
import { type TableView, tableViews, type ViewOptions } from '../../tables/keep/table-view.ts';
import { NoSqliteText } from '../../tables/sql/sqlite-text.ts';
import { isUnreadable } from '../files/unreadable.ts';
import type { ReadTableFile } from './read-tables.ts';
import { openTable } from './views.ts';

/** Number and bytes of the tables that an import into a new archive would keep. */
export interface TableSizes {
  readonly tables: number;
  readonly bytes: number;
}

/**
 * Measures what would be kept of the tables of a source. Reads only parts of databases, and tables of which some columns are not kept. Tables that
 * cannot be kept do not count.
 */
export async function tableSizes(files: readonly ReadTableFile[], source: Source, options: ViewOptions, signal: AbortSignal): Promise<TableSizes> {
  let [tables, bytes] = [0, 0];
  for (const file of files) {
    try {
      await using opened = await openTable(source, file.path, signal);
      const { reader } = opened;
      for (const view of await tableViews(reader, file, options, signal)) {
        const size = view.form === 'file' ? reader.size : await sizeOf(view, reader.size, signal);
        if (size > 0) tables++;
        bytes += size;
      }
    } catch (error) {
      if (!(error instanceof RangeError) && !isUnreadable(error)) throw error;
    }
  }
  return { tables, bytes };
}

/** Returns the size of a view. @param whole size of the file; a damaged database is kept as a whole file */
async function sizeOf(view: TableView, whole: number, signal: AbortSignal): Promise<number> {
  const turns = createTurns();
  let bytes = 0;
  try {
    for await (const piece of view.bytes(signal)) {
      bytes += piece.length;
      if (turns.isDue()) await turns.take(signal);
    }
    return bytes;
  } catch (error) {
    if (!(error instanceof NoSqliteText)) throw error;
    return whole;
  }
}
