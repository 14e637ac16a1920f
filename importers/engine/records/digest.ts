import { createHash } from 'node:crypto';
import type { ByteReader } from '../../../src/core/base/bytes.ts';

/** Returns the digest of a reader's content in hexadecimal. */
export async function digestOf(reader: ByteReader, signal: AbortSignal, algorithm = 'sha256'): Promise<string> {
  const hash = createHash(algorithm);
  for await (const piece of reader.stream(0, reader.size, signal)) hash.update(piece);
  return hash.digest('hex');
}
