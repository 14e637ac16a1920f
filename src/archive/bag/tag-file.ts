import { closeSync, fstatSync, readSync } from 'node:fs';
import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { openRegular } from '../files/hash-file.ts';

/**
 * Reads a small file with untrusted content at a known path, e.g. a tag file, recording.json or longplay.json. Does not follow links; does not block on a pipe
 * in place of the file.
 * @param most largest size in bytes; a longer file is not read
 * @throws the system's error; ENOTFILE or ELOOP if it is not a regular file, EFBIG if it is longer
 */
export function readTagFile(path: string, most: number = limits.tagFileBytes): Buffer {
  const file = openRegular(path);
  try {
    const { size } = fstatSync(file);
    if (size > most) throw tooLong(path, most);
    // One more byte detects a file that grows while it is read.
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
  return Object.assign(new Error(agree`${path} has more than ${most} byte[s]`), { code: 'EFBIG' });
}
