import { type ObjectBlocks, objectBlockBytes } from '../../core/model/object-blocks.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { Comparison, StoredObject } from '../../objects/object-stream.ts';

/** An object with the digest that identifies its state. */
export interface IdentifiedObject extends StoredObject {
  readonly id: string;
}

/** A store, and the blocks of its objects that were received before. */
export interface BlockReads {
  readonly store: ObjectStore;
  readonly blocks: ObjectBlocks;
  /** Receives the comparison of an object that was received as a whole. @returns false if its bytes are wrong */
  readonly onCompared: (object: IdentifiedObject, comparison: Comparison) => boolean;
}

/** Yields bytes [start, end) of an object, from the blocks that are kept, and with one request for each gap between them. @throws as `ObjectStore` */
export async function* readBlocks(
  reads: BlockReads,
  object: IdentifiedObject,
  { start, end }: { readonly start: number; readonly end: number },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const stop = Math.min(end, object.size);
  if (start >= stop) return;
  const [first, last] = [start, stop - 1].map((offset) => Math.floor(offset / objectBlockBytes)) as [number, number]; // as many as were given
  let at = first * objectBlockBytes;
  for await (const block of wholeBlocks(reads, object, { first, last }, signal)) {
    yield block.subarray(Math.max(0, start - at), Math.min(block.length, stop - at));
    at += block.length;
  }
}

/** Numbers of blocks [first, last]. */
interface BlockRange {
  readonly first: number;
  readonly last: number;
}

async function* wholeBlocks(
  reads: BlockReads,
  object: IdentifiedObject,
  { first, last }: BlockRange,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { blocks } = reads;
  for (let number = first; number <= last; ) {
    const kept = blocks.get(object.id, number);
    if (kept !== null) {
      yield kept;
      number++;
      continue;
    }
    let until = number;
    while (until < last && blocks.get(object.id, until + 1) === null) until++;
    yield* requestedBlocks(reads, object, { first: number, last: until }, signal);
    number = until + 1;
  }
}

/** Requests blocks, keeps them, and yields them. */
async function* requestedBlocks(
  { store, blocks, onCompared }: BlockReads,
  object: IdentifiedObject,
  { first, last }: BlockRange,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const end = Math.min(object.size, (last + 1) * objectBlockBytes);
  const emptyBlock = (number: number): Uint8Array => new Uint8Array(Math.max(0, Math.min(objectBlockBytes, end - number * objectBlockBytes)));
  let number = first;
  let block = emptyBlock(number);
  let filled = 0;
  const comparison: Comparison | null = first === 0 && end === object.size ? { stated: null, received: null } : null;
  const pieces = comparison === null ? store.stream(object, first * objectBlockBytes, end, signal) : store.whole(object, comparison, signal);
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + block.length - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < block.length) continue;
      blocks.put(object.id, number, block);
      yield block;
      block = emptyBlock(++number);
      filled = 0;
    }
  }
  // Another request may bring the right bytes.
  if (comparison !== null && !onCompared(object, comparison)) blocks.forget(object.id);
}
