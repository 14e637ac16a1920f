import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { readFully, unreadable } from './file-reader.ts';

/** Length of the longest line in a table that a recorder may still be writing. */
const longestLineBytes = 0x10000;

const lineFeed = 0x0a;

/**
 * Returns the offset after the last line feed in the first `size` bytes of a file; null if the last `longestLineBytes` of them contain none, or the file no
 * longer exists.
 * @param name name for messages
 * @throws LongplayError S102
 */
export async function lastLineEnd(file: string | Buffer, size: number, name: string): Promise<number | null> {
  const from = Math.max(0, size - longestLineBytes);
  const bytes = new Uint8Array(size - from);
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const read = await readFully(handle, bytes, from, name);
      const at = bytes.subarray(0, read).lastIndexOf(lineFeed);
      return at === -1 ? null : from + at + 1;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error instanceof LongplayError ? error : unreadable(name, error);
  }
}
