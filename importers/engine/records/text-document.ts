import { Buffer } from 'node:buffer';
import type { ByteReader } from '../../../src/core/base/bytes.ts';
import type { Finding } from '../../../src/core/findings/finding.ts';
import { chooseEncoding, decodeText } from '../../../src/tables/text/encoding.ts';

/** Reads a small text file completely, with findings about its encoding. The caller has checked its size. */
export async function readText(
  reader: ByteReader,
  declared: string | null,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly findings: readonly Finding[] }> {
  const { choice, findings } = await chooseEncoding(reader, declared, signal);
  let text = '';
  for await (const piece of decodeText(reader, choice, signal)) text += piece;
  return { text, findings };
}

/** Returns the first bytes of a file as Latin-1. For UTF-16, zero bytes are removed, so that ASCII in the text is readable. */
export async function beginning(reader: ByteReader, bytes: number, signal: AbortSignal): Promise<string> {
  return Buffer.from(await reader.read(0, bytes, signal))
    .toString('latin1')
    .replaceAll('\0', '');
}
