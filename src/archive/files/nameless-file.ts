import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { applyCipher } from '../../core/base/place-cipher.ts';

/** A temporary file without a name, which is written only once at each place. A killed run leaves no file behind, and its blocks on the disk are encrypted. */
export interface NamelessFile {
  /** Appends bytes. Encrypts them in place, so that the given array contains ciphertext afterwards. */
  append(bytes: Uint8Array): void;
  /** Size in bytes. */
  readonly size: number;
  /** Reads into a part of a buffer. @returns number of bytes read; 0 at the end */
  read(buffer: Buffer, offset: number, length: number, position: number): number;
  close(): void;
}

/** Creates a file in a folder and unlinks it. Its key exists only in this process's memory. @throws the system's error; so do the methods */
export function openNameless(temporary: string): NamelessFile {
  const path = join(temporary, `longplay-sort-${randomUUID()}`);
  const file = openSync(path, 'wx+', 0o600);
  rmSync(path);
  const key = randomBytes(32);
  let size = 0;
  return {
    get size() {
      return size;
    },
    append: (bytes) => {
      applyCipher(key, size, bytes);
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, size + at);
      size += bytes.length;
    },
    read: (buffer, offset, length, position) => {
      const read = readSync(file, buffer, offset, length, position);
      applyCipher(key, position, buffer.subarray(offset, offset + read));
      return read;
    },
    close: () => closeSync(file),
  };
}
