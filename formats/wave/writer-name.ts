import type { ByteReader } from '../../src/core/base/bytes.ts';
import type { RiffWalk } from '../riff/riff.ts';

/** Number of bytes of an INFO list that are searched; FFmpeg's list has 26. */
const searchedBytes = 4_096;

/**
 * Returns the name of the program that wrote a WAVE file, e.g. `Lavf61.7.100`, according to its ISFT chunk; null if there is none.
 * INFO lists: Multimedia Programming Interface and Data Specifications 1.0, chapter 2.
 */
export async function waveWriter(bytes: ByteReader, { chunks }: RiffWalk, signal: AbortSignal): Promise<string | null> {
  for (const { id, start, declared } of chunks) {
    if (id !== 'LIST') continue;
    const text = Buffer.from(await bytes.read(start, Math.min(declared, searchedBytes), signal)).toString('latin1');
    if (!text.startsWith('INFO')) continue;
    const at = text.indexOf('ISFT');
    if (at > 0) return text.slice(at + 8).split('\0', 1)[0] ?? null;
  }
  return null;
}

/** Returns true for the name of an FFmpeg muxer. */
export function isFfmpeg(writer: string | null): boolean {
  return writer?.startsWith('Lavf') === true;
}
