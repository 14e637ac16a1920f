import { agree } from '../base/agree.ts';
import type { ByteReader } from '../base/bytes.ts';

/** Compressed blocks of a file that can be unpacked independently: their places, and how to unpack them. */
export interface PackedBlocks {
  /** Total unpacked bytes. */
  readonly size: number;
  /** Offset of the first byte of each block in the unpacked data; ascending from 0, no block is empty. */
  readonly begins: Float64Array;
  /** Offset of each block in the file. */
  readonly offsets: Float64Array;
  readonly sizes: Uint32Array;
  /** Unpacks one block of about `expected` bytes. @throws RangeError if the block is damaged or gives more than `most` bytes */
  unpack(block: Uint8Array, expected: number, most: number): Uint8Array;
}

/** Copies bytes [offset, offset + target.length) of the unpacked data; requests packed blocks by their index. */
type Copy = (offset: number, target: Uint8Array) => Generator<number, void, Uint8Array>;

/** Number of unpacked blocks in memory: the sides of a call alternate and are never far apart. */
const blocksHeld = 4;

/** Gives random access to the unpacked data; keeps a few blocks in memory. */
export function createUnpacking(blocks: PackedBlocks): Copy {
  const { begins, size } = blocks;
  const held = new Map<number, Uint8Array>();
  return function* copy(offset, target) {
    for (let done = 0; done < target.length; ) {
      const at = offset + done;
      const index = blockAt(begins, at);
      const begin = begins[index] ?? 0;
      const length = (begins[index + 1] ?? size) - begin;
      let bytes = held.get(index);
      if (bytes === undefined) {
        bytes = blocks.unpack(yield index, length, length);
        if (bytes.length !== length) throw new RangeError(agree`a block unpacked to ${bytes.length} byte[s], and to ${length} earlier`);
        held.set(index, bytes);
        for (const oldest of held.keys()) if (held.size > blocksHeld) held.delete(oldest);
      }
      const part = bytes.subarray(at - begin, at - begin + target.length - done);
      if (part.length === 0) throw new RangeError(`byte ${at} of ${size} is requested`);
      target.set(part, done);
      done += part.length;
    }
  };
}

/** Returns the index of the last block that begins at or before a byte. */
function blockAt(begins: Float64Array, at: number): number {
  let low = 0;
  let high = begins.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((begins[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Returns a reader of the unpacked data of a file. */
export function unpackedReader(file: ByteReader, blocks: PackedBlocks): ByteReader {
  const copy = createUnpacking(blocks);
  const { size, offsets, sizes } = blocks;
  const read = async (offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> => {
    const target = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    const steps = copy(offset, target);
    for (let step = steps.next(); step.done !== true; ) step = steps.next(await file.read(offsets[step.value] ?? 0, sizes[step.value] ?? 0, signal));
    return target;
  };
  return {
    name: file.name,
    size,
    read,
    async *stream(start, end, signal) {
      for (let at = start; at < Math.min(end, size); at += streamedBytes) yield await read(at, Math.min(streamedBytes, end - at), signal);
    },
  };
}

const streamedBytes = 256 * 1024;
