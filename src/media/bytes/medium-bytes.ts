import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { agree } from '../../core/base/agree.ts';
import { type ByteReader, joinedReader, memoryReader } from '../../core/base/bytes.ts';
import { errorText, LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { MeterSide } from '../../core/base/meter.ts';
import { applyCipher } from '../../core/base/place-cipher.ts';
import type { Location } from '../../core/model/source.ts';
import { openFile } from '../../sealing/stored/stored-bytes.ts';

/** Where the bytes of a medium are: in a source, or sealed in a bag. `size`: number of unencrypted bytes; `secret`: the age identity of the file. */
export type MediumLocation = Location | { readonly kind: 'sealed'; readonly file: string; readonly size: number; readonly secret: string };

/** An existing file that will be decoded. */
export interface PlayableFile {
  /** Absolute path. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Age identity of the file if it is sealed; `sizeBytes` is then the number of unencrypted bytes. Absent: the file is not sealed. */
  readonly secret?: string;
}

/** The bytes of one medium, read synchronously, because in a worker thread this is three times as fast as a stream. */
export interface MediumBytes {
  readonly size: number;
  /** The same bytes, as a reader for the formats. */
  readonly reader: ByteReader;
  /**
   * Reads bytes [offset, offset + length), which must be within the medium and fit into `buffer`. Returns a view of memory or the filled `buffer`, valid until
   * `buffer` is used again.
   * @throws LongplayError `M110`.
   */
  piece(offset: number, length: number, buffer: Uint8Array): Uint8Array;
  /** Checks that the file is unchanged. @throws LongplayError `M110` if it has changed since it was opened. */
  assertUnchanged(): void;
  close(): void;
}

/** Wraps a medium so that each chunk read is reported to the meter. The reports add up to `sizeBytes`, however often bytes are read. */
export function metered(bytes: MediumBytes, sizeBytes: number, meter: MeterSide | undefined): MediumBytes {
  if (meter === undefined || bytes.size === 0) return bytes;
  let told = 0;
  return {
    ...bytes,
    piece: (offset, length, buffer) => {
      const now = Math.min(sizeBytes, told + (length / bytes.size) * sizeBytes);
      meter.addBytes(now - told);
      told = now;
      return bytes.piece(offset, length, buffer);
    },
  };
}

/**
 * Opens a medium. Reads it whole if it has at most `limits.wholeMediumBytes`, else on demand.
 * @throws LongplayError `M110` if it cannot be read or its size has changed.
 */
export function openMedium(location: MediumLocation, name: string): MediumBytes {
  if (location.kind === 'bytes') return inMemory(location.bytes, name, () => {});
  if (location.kind === 'sealed') return openSealed(location, name);
  const { offset: start, size } = location;
  const file = reading(() => openSync(location.file, 'r'));
  const close = (): void => closeSync(file);
  try {
    const before = reading(() => fstatSync(file));
    assertSize(before, start, size);
    const assertUnchanged = (): void =>
      assertSame(
        before,
        reading(() => fstatSync(file)),
      );
    const fill: Fill = (offset, bytes) => {
      for (let done = 0; done < bytes.length; ) {
        const read = reading(() => readSync(file, bytes, done, bytes.length - done, start + offset + done));
        if (read === 0) throw changed(agree`it ended after ${offset + done} of ${size} byte[s]`);
        done += read;
      }
      if (location.key !== undefined) applyCipher(location.key, start + offset, bytes);
      return bytes;
    };
    if (size <= limits.wholeMediumBytes) {
      const bytes = fill(0, new Uint8Array(size));
      assertUnchanged();
      close();
      return inMemory(bytes, name, () => {});
    }
    return onDemand(size, name, fill, { assertUnchanged, close });
  } catch (error) {
    close();
    throw error;
  }
}

/** Opens a sealed file. Each chunk is authenticated when it is read. */
function openSealed({ file, size, secret }: MediumLocation & { kind: 'sealed' }, name: string): MediumBytes {
  const opened = reading(() => openFile(file, secret));
  try {
    if (opened.size !== size) throw changed(agree`it should have ${size} byte[s] and has ${opened.size}`);
    const fill = (offset: number, bytes: Uint8Array): Uint8Array => {
      reading(() => opened.readInto(bytes, offset));
      return bytes;
    };
    if (size > limits.wholeMediumBytes) return onDemand(size, name, fill, { assertUnchanged: () => {}, close: opened.close });
    const bytes = fill(0, new Uint8Array(size));
    opened.close();
    return inMemory(bytes, name, () => {});
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** Fills a buffer with the bytes from an offset on. All of them must exist. */
type Fill = (offset: number, bytes: Uint8Array) => Uint8Array;

function onDemand(size: number, name: string, fill: Fill, rest: Pick<MediumBytes, 'assertUnchanged' | 'close'>): MediumBytes {
  const within = (offset: number, length: number): number => Math.max(0, Math.min(length, size - offset));
  return {
    size,
    reader: {
      name,
      size,
      read: async (offset, length) => fill(offset, new Uint8Array(within(offset, length))),
      stream: async function* (from, to) {
        const buffer = new Uint8Array(Math.min(limits.readChunkBytes, within(from, to - from)));
        for (let at = from; at < Math.min(to, size); at += buffer.length) {
          yield fill(at, buffer.subarray(0, Math.min(buffer.length, to - at, size - at)));
        }
      },
    },
    piece: (offset, length, buffer) => fill(offset, buffer.subarray(0, length)),
    ...rest,
  };
}

/** Joins a medium and its continuations to one medium. Closing it closes all of them. @throws as `openMedium`; the first medium then remains open */
export function withFurther(first: MediumBytes, further: readonly MediumLocation[], name: string): MediumBytes {
  if (further.length === 0) return first;
  const parts = [first];
  try {
    for (const location of further) parts.push(openMedium(location, name));
  } catch (error) {
    for (const part of parts.slice(1)) part.close();
    throw error;
  }
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return {
    size,
    reader: joinedReader(
      first.reader,
      parts.slice(1).map(({ reader }) => reader),
    ),
    piece: (offset, length, buffer) => {
      let begin = 0;
      let done = 0;
      for (const part of parts) {
        const from = offset + done - begin;
        begin += part.size;
        if (from < 0 || from >= part.size) continue;
        const here = Math.min(length - done, part.size - from);
        if (here === length) return part.piece(from, length, buffer);
        const target = buffer.subarray(done, done + here);
        const read = part.piece(from, here, target);
        // A part that is in memory returns a view of it.
        if (read !== target) target.set(read);
        done += here;
        if (done === length) break;
      }
      return buffer.subarray(0, done);
    },
    assertUnchanged: () => {
      for (const part of parts) part.assertUnchanged();
    },
    close: () => {
      for (const part of parts) part.close();
    },
  };
}

function inMemory(bytes: Uint8Array, name: string, close: () => void): MediumBytes {
  const piece = (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length);
  return { size: bytes.length, reader: memoryReader(bytes, name), piece, assertUnchanged: () => {}, close };
}

function reading<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof LongplayError) throw error;
    const hint = 'check that the source exists and is readable, then run again: only this recording is missing';
    throw new LongplayError('incomplete', 'M110', `the original cannot be read: ${errorText(error)}`, hint, error);
  }
}

/** Checks the size of an opened file. A span at the very beginning must be the whole file, because no container begins with its first entry. */
function assertSize(stats: Stats, start: number, size: number): void {
  if (stats.size < start + size || (start === 0 && stats.size !== size)) {
    throw changed(`it should end at byte ${start + size}, but its file has ${stats.size}`);
  }
}

function assertSame(before: Stats, after: Stats): void {
  if (before.size !== after.size) throw changed(agree`it had ${before.size} byte[s] and has ${after.size}`);
  if (before.mtimeMs !== after.mtimeMs) throw changed('it was written to');
}

function changed(what: string): LongplayError {
  const hint = 'a file that is being written cannot be stored: run again when it is complete; only this recording is missing';
  return new LongplayError('incomplete', 'M110', `the original changed while it was processed: ${what}`, hint);
}
