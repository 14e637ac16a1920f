import { ReadableStream, TransformStream, type WritableStream } from 'node:stream/web';
import { type Entry, type Reader, ZipReader, ZipWriter } from '@zip.js/zip.js';
import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { errorText, LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { InflateEnd } from '../read/inflate.ts';

/** One record of a zip's central directory. */
export interface DirectoryRecord {
  /** The name's bytes as stored. */
  readonly name: Uint8Array;
  /** The name as text: UTF-8 if the flag or an extra field says so, or if the bytes are valid UTF-8; else code page 437 (APPNOTE appendix D). */
  readonly text: string;
  readonly folder: boolean;
  /** File type bits of a Unix mode (0xF000); 0 if none is stored. */
  readonly unixType: number;
  readonly encrypted: boolean;
  readonly method: number;
  readonly packedSize: number;
  readonly size: number;
  readonly crc32: number;
  /** Offset of the local header from the start of the file, including bytes before the zip. */
  readonly headerOffset: number;
  /** Epoch ms from an extra field in UTC; null if only the DOS time is stored, which has no zone. */
  readonly modifiedMs: number | null;
}

/** Result of reading a directory. */
export interface DirectoryEnd {
  /** Why the directory ended early, or that there is none; null: it was read to its end. */
  damage: string | null;
  /** True if other bytes follow the zip. */
  followed: boolean;
}

/**
 * Yields the records of the central directory. Supports zip64 and bytes before the zip. Does not check names, which may be hostile. `end` is filled in at the
 * end; damage does not throw.
 */
export async function* directoryRecords(bytes: ByteReader, end: DirectoryEnd, signal: AbortSignal): AsyncGenerator<DirectoryRecord> {
  const records = new ZipReader(libraryReader(bytes, signal), { strictness: 'tolerant', filenameValidation: 'tolerant', useWebWorkers: false });
  try {
    for await (const record of records.getEntriesGenerator()) yield directoryRecord(record);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LongplayError) throw error;
    end.damage = errorText(error);
  }
  end.followed = records.warnings?.some(({ reason }) => reason === 'appended data') ?? false;
}

function directoryRecord(record: Entry): DirectoryRecord {
  const zoned = record.extraFieldExtendedTimestamp !== undefined || record.extraFieldNTFS !== undefined;
  const modifiedMs = zoned ? record.lastModDate.getTime() : Number.NaN;
  return {
    name: record.rawFilename,
    text: record.filename,
    folder: record.directory,
    unixType: (record.unixExternalUpper ?? 0) & 0xf000,
    encrypted: record.encrypted,
    method: record.compressionMethod,
    packedSize: record.compressedSize,
    size: record.uncompressedSize,
    crc32: (record.crc32 ?? 0) >>> 0,
    headerOffset: record.offset,
    modifiedMs: Number.isNaN(modifiedMs) ? null : modifiedMs,
  };
}

/** Unpacks Deflate64, which zlib does not support, by passing the packed bytes to zip.js as a zip with one member. Handles damage like `inflated`. */
export async function* inflated64(packed: ByteReader, size: number, end: InflateEnd, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const member = await new ZipReader(libraryReader(zipOfOne(packed, size), signal), { strictness: 'tolerant', useWebWorkers: false })
    .getEntriesGenerator()
    .next();
  const output = new TransformStream<Uint8Array, Uint8Array>();
  const written =
    member.done === true || member.value.directory
      ? Promise.reject(new Error('zip.js does not take the member'))
      : member.value.getData(output.writable, { checkCrc32: false, signal });
  written.catch((error: unknown) => output.writable.abort(error).catch(() => {}));
  try {
    for await (const chunk of output.readable) yield chunk;
    await written;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LongplayError) throw error;
    end.damage = errorText(error);
  }
  end.consumed = packed.size;
}

/** A file to be added to a zip. */
export interface ZipMember {
  /** Name in UTF-8, with `/` between folders. */
  readonly name: string;
  readonly bytes: Pick<ByteReader, 'size' | 'read' | 'stream'>;
}

/**
 * Yields a zip with the members in their order, uncompressed, as zip64 if needed. The same members and time give the same bytes. A member is read only when the
 * previous chunk has been consumed; when the consumer stops, reading stops.
 * @param modifiedMs epoch ms for all members
 * @throws the error of a member; the zip is then incomplete
 */
export async function* zipStream(members: AsyncIterable<ZipMember>, modifiedMs: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const left = new AbortController();
  const stop = AbortSignal.any([signal, left.signal]);
  let fail = (_error: unknown): void => {};
  const output = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => {
      fail = (error) => controller.error(error);
    },
  });
  const written = addAll(members, output.writable, modifiedMs, stop);
  written.catch((error: unknown) => fail(error));
  try {
    for await (const piece of output.readable) yield piece;
    await written;
  } finally {
    left.abort(new DOMException('nobody takes the zip', 'AbortError'));
    // An error of the writer was thrown above, or only means that the consumer stopped.
    await written.catch(() => {});
  }
}

async function addAll(members: AsyncIterable<ZipMember>, output: WritableStream<Uint8Array>, modifiedMs: number, signal: AbortSignal): Promise<void> {
  // Audio hardly compresses, and a stored member can be recovered from a damaged zip.
  const zip = new ZipWriter(output, {
    level: 0,
    keepOrder: true,
    useWebWorkers: false,
    extendedTimestamp: true,
    lastModDate: new Date(modifiedMs),
    signal,
  });
  for await (const { name, bytes } of members) {
    signal.throwIfAborted();
    await zip.add(name, libraryReader(bytes, signal));
  }
  await zip.close();
}

/** Adapts a reader to the interface of zip.js. */
function libraryReader(bytes: ZipMember['bytes'], signal: AbortSignal): Reader<unknown> {
  // The library's types use browser streams; Node.js streams work in the same way.
  const stream = (start: number, end: number) => ReadableStream.from(bytes.stream(start, end, signal)) as unknown as Reader<unknown>['readable'];
  const reader: Reader<unknown> = {
    size: bytes.size,
    readable: new ReadableStream() as unknown as Reader<unknown>['readable'],
    createReadable: ({ offset = 0, size = bytes.size - offset } = {}) => stream(offset, offset + size),
    readUint8Array: async (index, length) => {
      if (length > limits.zipDirectoryBytes) throw new Error(agree`a directory of ${length} byte[s], more than ${limits.zipDirectoryBytes}`);
      return index < 0 ? new Uint8Array(0) : bytes.read(index, length, signal);
    },
  };
  return reader;
}

/**
 * Builds the smallest zip that contains one run of Deflate64 bytes. It has zip64 records, because such members are often large. Source: APPNOTE 4.3.7 to
 * 4.3.16.
 */
function zipOfOne(packed: ByteReader, size: number): ByteReader {
  const local = Buffer.alloc(31);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(45, 4); // version needed: zip64
  local.writeUInt16LE(9, 8); // Deflate64
  local.writeUInt16LE(1, 26); // length of the name
  local.write('x', 30);
  const central = Buffer.alloc(46 + 1 + 20);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(45, 6);
  central.writeUInt16LE(9, 10);
  central.writeUInt32LE(0xffffffff, 20); // both sizes are in the zip64 field
  central.writeUInt32LE(0xffffffff, 24);
  central.writeUInt16LE(1, 28);
  central.writeUInt16LE(20, 30);
  central.write('x', 46);
  central.writeUInt16LE(0x0001, 47);
  central.writeUInt16LE(16, 49);
  central.writeBigUInt64LE(BigInt(size), 51);
  central.writeBigUInt64LE(BigInt(packed.size), 59);
  const directoryOffset = local.length + packed.size;
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(45, 12);
  end.writeUInt16LE(45, 14);
  end.writeBigUInt64LE(1n, 24);
  end.writeBigUInt64LE(1n, 32);
  end.writeBigUInt64LE(BigInt(central.length), 40);
  end.writeBigUInt64LE(BigInt(directoryOffset), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(directoryOffset + central.length), 64);
  end.writeUInt32LE(1, 72);
  end.writeUInt32LE(0x06054b50, 76);
  end.fill(0xff, 84, 96); // counts, size and offset are in the zip64 record
  return joined([local, packed, Buffer.concat([central, end])], packed.name);
}

/** Concatenates readers and bytes into one reader. */
function joined(parts: readonly (Uint8Array | ByteReader)[], name: string): ByteReader {
  const readers = parts.map((part) =>
    part instanceof Uint8Array ? { bytes: part, size: part.length } : { bytes: null, size: part.size, reader: part },
  );
  const size = readers.reduce((sum, part) => sum + part.size, 0);
  async function* stream(start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    let at = 0;
    for (const part of readers) {
      const from = Math.max(0, start - at);
      const to = Math.min(part.size, end - at);
      at += part.size;
      if (from >= to) continue;
      if (part.bytes !== null) yield part.bytes.subarray(from, to);
      else yield* part.reader.stream(from, to, signal);
    }
  }
  return {
    name,
    size,
    stream,
    read: async (offset, length, signal) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of stream(offset, Math.min(size, offset + length), signal)) pieces.push(piece.slice());
      return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
    },
  };
}
