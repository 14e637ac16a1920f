import type { ByteReader } from '../core/bytes.ts';
import type { SqlRowOrFinding } from './types.ts';

export async function* readSqlDump(
  reader: ByteReader,
  options: { readonly place: string; readonly declaredEncoding?: string | null; readonly tables?: (name: string) => boolean },
  signal: AbortSignal,
): AsyncIterable<SqlRowOrFinding> {
  signal.throwIfAborted();
  throw new Error(`${reader.name} ${options.place}: not built yet`);
}
