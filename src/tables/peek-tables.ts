import type { ByteReader } from '../core/bytes.ts';
import type { RecordOptions } from './records.ts';
import type { TableKind } from './types.ts';

/** A table of a file, with the names of its columns. */
export interface PeekedTable {
  /** As in `TableRecord`. */
  readonly table: string;
  readonly columns: readonly string[];
}

export async function peekTables(
  reader: ByteReader,
  path: string,
  options: Pick<RecordOptions, 'declaredEncoding' | 'scratch'> & { readonly kind: TableKind },
  signal: AbortSignal,
): Promise<readonly PeekedTable[]> {
  signal.throwIfAborted();
  throw new Error(`${reader.name} ${path} ${options.kind}: not built yet`);
}
