/** Random access to the bytes of a file, of an entry inside a container, or of memory. Never writes. */
export interface ByteReader {
  /** Name for messages and hints; never opened as a path. */
  readonly name: string;
  /** Size in bytes. */
  readonly size: number;
  /** Bytes [offset, offset + length); fewer only at the end of the data. The caller owns the result. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Bytes [start, end) in pieces of any size; each piece is valid until the next is requested. */
  stream(start: number, end: number, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Random access to bytes with calls that block. */
export interface BlockingBytes {
  /** Size in bytes. */
  readonly size: number;
  /** Fills the target from an offset on, as far as bytes remain, and returns their number. */
  readInto(target: Uint8Array, offset: number): number;
}

/** Creates a reader over bytes in memory; the bytes are not copied. */
export function memoryReader(bytes: Uint8Array, name: string): ByteReader {
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, Math.min(bytes.length, offset + length)),
    stream: async function* (start, end) {
      if (end > start) yield bytes.subarray(start, Math.min(end, bytes.length));
    },
  };
}

/** Concatenates several readers; the result has the name of the first. */
export function joinedReader(first: ByteReader, further: readonly ByteReader[]): ByteReader {
  if (further.length === 0) return first;
  const parts = [first, ...further];
  const { name } = first;
  let size = 0;
  const begins = parts.map((part) => {
    size += part.size;
    return size - part.size;
  });
  async function* stream(start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    for (const [index, part] of parts.entries()) {
      const begin = begins[index] ?? 0;
      if (begin < end && begin + part.size > start) yield* part.stream(Math.max(0, start - begin), Math.min(part.size, end - begin), signal);
    }
  }
  return {
    name,
    size,
    read: async (offset, length, signal) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      let done = 0;
      for (const [index, part] of parts.entries()) {
        const from = offset + done - (begins[index] ?? 0);
        if (from < 0 || from >= part.size || done === bytes.length) continue;
        const read = await part.read(from, bytes.length - done, signal);
        bytes.set(read, done);
        done += read.length;
        // The part has become shorter: the bytes after it would be at wrong offsets.
        if (from + read.length < part.size) break;
      }
      return bytes.subarray(0, done);
    },
    stream,
  };
}

/** Returns a reader of the part [start, end) of another reader, addressed from 0. */
export function sliceReader(whole: ByteReader, start: number, end: number, name = whole.name): ByteReader {
  const size = Math.max(0, Math.min(end, whole.size) - start);
  return {
    name,
    size,
    read: (offset, length, signal) => whole.read(start + offset, Math.max(0, Math.min(length, size - offset)), signal),
    stream: (from, to, signal) => whole.stream(start + from, start + Math.min(to, size), signal),
  };
}
