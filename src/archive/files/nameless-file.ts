import { createCipheriv, randomBytes, randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A temporary file without a name: a killed run leaves nothing, and what its blocks on the disk hold is encrypted. Written once at each place. */
export interface NamelessFile {
  /** Appends bytes. */
  append(bytes: Uint8Array): void;
  /** Size in bytes. */
  readonly size: number;
  /** Reads into a part of a buffer. @returns bytes read; 0 at the end */
  read(buffer: Buffer, offset: number, length: number, position: number): number;
  close(): void;
}

/** AES-256 in counter mode: opens at any place. Nothing is authenticated: nobody else has the file. */
const algorithm = 'aes-256-ctr';
const blockBytes = 16;

/** Creates a file in a folder and unlinks it. Its key exists only here. @throws the system's error, as its methods */
export function openNameless(temporary: string): NamelessFile {
  const path = join(temporary, `longplay-sort-${randomUUID()}`);
  const file = openSync(path, 'wx+', 0o600);
  rmSync(path);
  const key = randomBytes(32);
  const cipher = createCipheriv(algorithm, key, Buffer.alloc(blockBytes));
  let size = 0;
  return {
    get size() {
      return size;
    },
    append: (bytes) => {
      const sealed = cipher.update(bytes);
      for (let at = 0; at < sealed.length; ) at += writeSync(file, sealed, at, sealed.length - at, size + at);
      size += sealed.length;
    },
    read: (buffer, offset, length, position) => {
      const read = readSync(file, buffer, offset, length, position);
      const counter = Buffer.alloc(blockBytes);
      counter.writeBigUInt64BE(BigInt(Math.floor(position / blockBytes)), 8);
      const opener = createCipheriv(algorithm, key, counter);
      opener.update(Buffer.alloc(position % blockBytes));
      opener.update(buffer.subarray(offset, offset + read)).copy(buffer, offset);
      return read;
    },
    close: () => closeSync(file),
  };
}
