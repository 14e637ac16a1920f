import type { ByteReader } from '../../core/base/bytes.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { Source } from '../../core/model/source.ts';
import { type ReadTable, type TableView, tableViews, type ViewOptions, wholeView } from '../../tables/keep/table-view.ts';

/** A file of the source that is open for reading; it stays available until it is disposed. */
export interface OpenTable extends AsyncDisposable {
  readonly reader: ByteReader;
}

/** Opens a file that was read as a table. @throws LongplayError P110 if it is no longer in the source; errors of `Source.open` */
export async function openTable(source: Source, path: string, signal: AbortSignal): Promise<OpenTable> {
  const entry = await source.find(path, signal);
  if (entry === null)
    throw new LongplayError('incomplete', 'P110', `${path} is no longer in the source`, 'restore the source as it was, then run again');
  const release = await source.keep?.(entry, signal);
  try {
    return { reader: await source.open(entry, signal), [Symbol.asyncDispose]: async () => await release?.() };
  } catch (error) {
    await release?.();
    throw error;
  }
}

/** Returns the view of a planned table; null if the file no longer has it. */
export async function viewOf(
  reader: ByteReader,
  planned: ReadTable & { readonly form: TableView['form']; readonly table: string | null },
  options: ViewOptions,
  signal: AbortSignal,
): Promise<TableView | null> {
  if (planned.form === 'file') return wholeView(reader, null, planned.path);
  const { path, tables, leftOut } = planned;
  const views = await tableViews(reader, { path, tables, leftOut }, options, signal);
  return views.find(({ form, table }) => form === planned.form && table === (planned.table ?? '')) ?? null;
}
