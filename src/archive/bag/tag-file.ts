import { closeSync, fstatSync, readSync } from 'node:fs';
import { limits } from '../../core/base/limits.ts';
import { openRegular } from '../files/hash-file.ts';

/**
 * The bytes of a small file whose place is known and whose content nobody vouches for yet: tag files, recording.json, longplay.json. Links are
 * not followed, and a pipe that lies in the file's place does not block.
 * @param most bytes; one that is longer is not read
 * @throws the system's error; ENOTFILE or ELOOP where no regular file lies there, EFBIG where it is longer
 */
export function readTagFile(path: string, most: number = limits.tagFileBytes): Buffer {
  const file = openRegular(path);
  try {
    const { size } = fstatSync(file);
    if (size > most) throw tooLong(path, most);
    // One byte more shows a file that grows while it is read.
    const bytes = Buffer.alloc(size + 1);
    let end = 0;
    for (let read = 1; read > 0 && end < bytes.length; end += read) read = readSync(file, bytes, end, bytes.length - end, end);
    if (end > size) throw Object.assign(new Error(`${path} grew while it was read`), { code: 'EAGAIN' });
    return bytes.subarray(0, end);
  } finally {
    closeSync(file);
  }
}

function tooLong(path: string, most: number): Error {
  return Object.assign(new Error(`${path} has more than ${most} bytes`), { code: 'EFBIG' });
}
