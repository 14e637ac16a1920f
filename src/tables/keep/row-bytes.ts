import type { ByteReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import type { ByteSpan } from '../../core/findings/finding.ts';
import { decodeBytes } from '../text/encoding.ts';
import type { EncodingChoice } from '../text/types.ts';

/** Why rows cannot be erased from a table. */
export const unknownBytes = 'its bytes cannot be located in its encoding';

/** Returns the line end that ends a text. */
export function lineEnd(raw: string): string {
  return /(?:\r\n|\r|\n)$/.exec(raw)?.[0] ?? '';
}

/** Returns the text of a record that could not be read. */
export async function lostText(reader: ByteReader, { offset, bytes }: ByteSpan, { encoding }: EncodingChoice, signal: AbortSignal): Promise<string> {
  return decodeBytes(await reader.read(offset, Math.min(bytes, limits.recordBytes), signal), encoding);
}

/** Returns all line ends of a text. */
export function lineEnds(raw: string): string {
  return (raw.match(/\r?\n/g) ?? raw.match(/\r/g) ?? []).join('');
}

/** Returns ASCII text in the encoding of the table. */
export function encoded(text: string, { encoding }: EncodingChoice): Uint8Array {
  if (encoding === 'utf16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text, 'latin1');
}
