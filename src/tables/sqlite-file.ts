import type { ByteReader } from '../core/bytes.ts';
import type { SqlRowOrFinding } from './types.ts';

export async function* readSqlite(
  reader: ByteReader,
  options: { readonly place: string; readonly scratch: string; readonly tables?: (name: string) => boolean },
  signal: AbortSignal,
): AsyncIterable<SqlRowOrFinding> {
  signal.throwIfAborted();
  throw new Error(`${reader.name} ${options.place}: not built yet`);
}
