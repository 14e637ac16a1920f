import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';

const footerBytes = 32;
const hasHeader = 0x80000000;

/** Returns where an APEv2 tag at the end of a file begins (APE Tags Specification 2.0, footer); the end of the file if there is none. */
export async function beforeApeTag(bytes: ByteReader, signal: AbortSignal): Promise<number> {
  if (bytes.size < footerBytes) return bytes.size;
  const footer = new Cursor(await bytes.read(bytes.size - footerBytes, footerBytes, signal));
  if (footer.text(8, 'preamble') !== 'APETAGEX') return bytes.size;
  footer.skip(4, 'version');
  const tagBytes = footer.u32('size');
  footer.skip(4, 'items');
  const begin = bytes.size - tagBytes - ((footer.u32('flags') & hasHeader) !== 0 ? footerBytes : 0);
  return begin > 0 ? begin : bytes.size;
}
