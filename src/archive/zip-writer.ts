import { crc32 } from 'node:zlib';
import { byCodePoint } from '../core/order.ts';

/** A file on its way into a zip. */
export interface ZipFile {
  /** UTF-8, `/` between folders. */
  readonly name: string;
  /** Exactly what `bytes` gives. */
  readonly sizeBytes: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

// Offsets, tags and fields: PKWARE APPNOTE 6.3.10. All numbers are little-endian.
const tags = { file: 0x04034b50, descriptor: 0x08074b50, directory: 0x02014b50, end64: 0x06064b50, locator64: 0x07064b50, end: 0x06054b50 };
/** Section 4.4.4: bit 3, CRC and sizes follow the bytes; bit 11, the name is UTF-8. */
const flags = 0x0808;
/** 4.4.6: 1980-01-01: recordings have times of their own, and equal input gives equal bytes. */
const dosDate = 0x0021;
const most32 = 0xffffffff;
const most16 = 0xffff;

interface Written {
  readonly name: Buffer;
  readonly crc: number;
  readonly sizeBytes: number;
  readonly offset: number;
}

/**
 * A zip as a stream, its files stored as they are: sound does not get smaller. Nothing is held but names; sizes above 4 GiB and more than 65,535 files are
 * written as zip64 (section 4.3.14), smaller ones so that every program reads them.
 * @throws Error where a file gives another number of bytes than it says, or a name comes twice: the zip then has no end
 */
export async function* writeZip(files: AsyncIterable<ZipFile>): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  const names = new Set<string>();
  let at = 0;
  for await (const file of files) {
    if (names.has(file.name)) throw new Error('two files of a zip have one name');
    names.add(file.name);
    const name = Buffer.from(file.name, 'utf8');
    const offset = at;
    const isLarge = file.sizeBytes >= most32;
    const header = fileHeader(name, isLarge);
    yield header;
    at += header.length;
    let crc = 0;
    let size = 0;
    for await (const piece of file.bytes) {
      crc = crc32(piece, crc);
      size += piece.length;
      yield piece;
    }
    if (size !== file.sizeBytes) throw new Error(`a file of a zip has ${size} bytes instead of ${file.sizeBytes}`);
    const end = descriptor(crc, size, isLarge);
    yield end;
    at += size + end.length;
    written.push({ name, crc, sizeBytes: size, offset });
  }
  const start = at;
  for (const one of written) {
    const entry = directoryEntry(one);
    yield entry;
    at += entry.length;
  }
  yield endOf(written.length, start, at - start);
}

/** Names in order of code points are what `manifest-sha256.txt` needs. */
export function checksumLines(digests: ReadonlyMap<string, string>): string {
  return [...digests]
    .sort(([a], [b]) => byCodePoint(a, b))
    .map(([name, sha256]) => `${sha256}  ${name}\n`)
    .join('');
}

/** Section 4.3.7. A large file's sizes are announced as zip64, so that its descriptor has eight bytes for each. */
function fileHeader(name: Buffer, isLarge: boolean): Buffer {
  const extra = isLarge ? extra64([0, 0]) : Buffer.alloc(0);
  const size = isLarge ? most32 : 0;
  return Buffer.concat([
    numbers(
      [4, tags.file],
      [2, isLarge ? 45 : 20],
      [2, flags],
      [2, 0],
      [2, 0],
      [2, dosDate],
      [4, 0],
      [4, size],
      [4, size],
      [2, name.length],
      [2, extra.length],
    ),
    name,
    extra,
  ]);
}

/** Section 4.3.9. */
function descriptor(crc: number, sizeBytes: number, isLarge: boolean): Buffer {
  const width = isLarge ? 8 : 4;
  return numbers([4, tags.descriptor], [4, crc], [width, sizeBytes], [width, sizeBytes]);
}

/** Section 4.3.12. */
function directoryEntry({ name, crc, sizeBytes, offset }: Written): Buffer {
  const large = [...(sizeBytes >= most32 ? [sizeBytes, sizeBytes] : []), ...(offset >= most32 ? [offset] : [])];
  const extra = large.length === 0 ? Buffer.alloc(0) : extra64(large);
  const version = large.length === 0 ? 20 : 45;
  const size = Math.min(sizeBytes, most32);
  // Made by: 3, Unix; its rights 0644 of a regular file in the upper half of the external attributes.
  return Buffer.concat([
    numbers([4, tags.directory], [2, 0x0300 | version], [2, version], [2, flags], [2, 0], [2, 0], [2, dosDate], [4, crc], [4, size], [4, size]),
    numbers([2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0x81a40000], [4, Math.min(offset, most32)]),
    name,
    extra,
  ]);
}

/** Section 4.5.3. */
function extra64(values: readonly number[]): Buffer {
  return numbers([2, 0x0001], [2, 8 * values.length], ...values.map((value) => [8, value] as const));
}

/** Sections 4.3.14 to 4.3.16. */
function endOf(count: number, start: number, size: number): Buffer {
  const isLarge = count >= most16 || start >= most32 || size >= most32;
  const end64 = isLarge
    ? Buffer.concat([
        numbers([4, tags.end64], [8, 44], [2, 0x0300 | 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, size], [8, start]),
        numbers([4, tags.locator64], [4, 0], [8, start + size], [4, 1]),
      ])
    : Buffer.alloc(0);
  const few = Math.min(count, most16);
  return Buffer.concat([
    end64,
    numbers([4, tags.end], [2, 0], [2, 0], [2, few], [2, few], [4, Math.min(size, most32)], [4, Math.min(start, most32)], [2, 0]),
  ]);
}

/** Little-endian numbers of 2, 4 or 8 bytes. */
function numbers(...fields: readonly (readonly [width: 2 | 4 | 8, value: number])[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [width]) => sum + width, 0));
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 2) bytes.writeUInt16LE(value, at);
    else if (width === 4) bytes.writeUInt32LE(value, at);
    else bytes.writeBigUInt64LE(BigInt(value), at);
    at += width;
  }
  return bytes;
}
