import type { ByteReader } from '../base/bytes.ts';

/** Bytes that a file holds packed, in blocks that each unpack by themselves: where they lie, and how they come out. */
export interface PackedBlocks {
  /** Bytes that come out in all. */
  readonly size: number;
  /** Where the bytes of each block begin among those that come out; ascending from 0, no block is empty. */
  readonly begins: Float64Array;
  /** Where each block lies in the file. */
  readonly offsets: Float64Array;
  readonly sizes: Uint32Array;
  /** All bytes of one block, which are about `expected`. @throws RangeError where it is damaged or gives more than `most` */
  unpack(block: Uint8Array, expected: number, most: number): Uint8Array;
}

/** Copies bytes [offset, offset + target.length) of what comes out; asks for packed blocks by their index. */
type Copy = (offset: number, target: Uint8Array) => Generator<number, void, Uint8Array>;

/** Unpacked blocks that are held: sides of a call lie in turns, and never far from each other. */
const blocksHeld = 4;

/** Random access to what comes out; holds a few blocks. */
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
        if (bytes.length !== length) throw new RangeError(`a block gave ${bytes.length} bytes, and ${length} before`);
        held.set(index, bytes);
        for (const oldest of held.keys()) if (held.size > blocksHeld) held.delete(oldest);
      }
      const part = bytes.subarray(at - begin, at - begin + target.length - done);
      if (part.length === 0) throw new RangeError(`byte ${at} of ${size} is asked for`);
      target.set(part, done);
      done += part.length;
    }
  };
}

/** The last block that begins at or before a byte. */
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

/** What comes out of a file's blocks, read as a file of its own. */
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
