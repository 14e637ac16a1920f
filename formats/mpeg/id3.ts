import type { ByteReader } from '../../src/core/base/bytes.ts';

/** Largest number of consecutive tags that are skipped: programs add a second tag without looking for the first. */
const mostTags = 16;

/** Returns the end of the ID3v2 tags at the start (ID3v2.4 structure, 3.1: sizes of 4 times 7 bits); 0 if there are none. */
export async function skipId3(bytes: ByteReader, signal: AbortSignal): Promise<number> {
  let at = 0;
  for (let tags = 0; tags < mostTags; tags++) {
    const head = await bytes.read(at, 10, signal);
    if (head.length < 10 || head[0] !== 0x49 || head[1] !== 0x44 || head[2] !== 0x33) break;
    const size = head.subarray(6, 10);
    if (size.some((byte) => byte > 0x7f)) break;
    const footer = (head[5] ?? 0) & 0x10 ? 10 : 0;
    at += 10 + footer + size.reduce((sum, byte) => sum * 128 + byte, 0);
    if (at >= bytes.size) return bytes.size;
  }
  return at;
}
