import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type BlockingBytes, type ByteReader, memoryReader } from '../../core/base/bytes.ts';
import { changed } from '../../core/base/changed-source.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { applyCipher } from '../../core/base/place-cipher.ts';
import { baseName } from '../../core/base/safe-path.ts';
import type { Location } from '../../core/model/source.ts';
import { spanLength, streamOf, unreadable } from './file-reader.ts';

/**
 * Opens a location for reading with blocking calls, for worker threads. The caller closes the reader.
 * @throws LongplayError S102 if its file cannot be opened, S103 if it is missing or shorter than before.
 */
export function locationReader(location: Location): ByteReader & { close(): void } {
  if (location.kind === 'bytes') return { ...memoryReader(location.bytes, 'memory'), close: () => {} };
  const { file, offset: start, size } = location;
  const descriptor = openSpan(location);
  const read = async (offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> => {
    signal?.throwIfAborted();
    return readSpan(descriptor, location, start + offset, spanLength(offset, length, size));
  };
  return { name: baseName(file), size, read, stream: streamOf(read, size), close: () => closeSync(descriptor) };
}

/** Reads all bytes of a small location with blocking calls. @throws LongplayError as `locationReader` */
export function readLocation(location: Location): Uint8Array {
  if (location.kind === 'bytes') return location.bytes;
  const descriptor = openSpan(location);
  try {
    return readSpan(descriptor, location, location.offset, location.size);
  } finally {
    closeSync(descriptor);
  }
}

/** Opens a location for random access with blocking calls. The caller closes it. @throws LongplayError as `locationReader`; so does `readInto` */
export function openLocation(location: Location): BlockingBytes & { close(): void } {
  const fill = (target: Uint8Array, from: Uint8Array): number => {
    target.set(from);
    return from.length;
  };
  if (location.kind === 'bytes') {
    const { bytes } = location;
    const readInto = (target: Uint8Array, offset: number): number => fill(target, bytes.subarray(offset, offset + target.length));
    return { size: bytes.length, readInto, close: () => {} };
  }
  const { offset: start, size } = location;
  const descriptor = openSpan(location);
  const readInto = (target: Uint8Array, offset: number): number =>
    fill(target, readSpan(descriptor, location, start + offset, spanLength(offset, target.length, size)));
  return { size, readInto, close: () => closeSync(descriptor) };
}

function openSpan({ file, offset, size }: Location & { kind: 'span' }): number {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY);
  } catch (error) {
    throw systemCode(error) === 'ENOENT' ? changed(file, 'it no longer exists', error) : unreadable(file, error);
  }
  if (fstatSync(descriptor).size >= offset + size) return descriptor;
  closeSync(descriptor);
  throw changed(file, 'it is shorter');
}

function readSpan(descriptor: number, { file, key }: Location & { kind: 'span' }, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  try {
    for (let done = 0; done < length; ) {
      const count = readSync(descriptor, bytes, done, length - done, offset + done);
      if (count === 0) throw changed(file, 'it is shorter');
      done += count;
    }
  } catch (error) {
    throw error instanceof LongplayError ? error : unreadable(file, error);
  }
  if (key !== undefined) applyCipher(key, offset, bytes);
  return bytes;
}
