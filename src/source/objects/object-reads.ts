import { sha256Hex } from '../../core/base/identifier.ts';
import { type ObjectBlocks, objectBlockBytes } from '../../core/model/object-blocks.ts';
import type { ObjectStore, StoredObject } from '../../objects/object-store.ts';
import { headBytes } from '../read/container-kind.ts';
import { type IdentifiedObject, readBlocks } from './block-reads.ts';

/** Reads objects through the blocks that are kept of them. Planning reads the same tables and beginnings of files many times. */
export interface ObjectReads {
  readonly store: ObjectStore;
  /** Returns the first bytes of an object, `headBytes` at most. @throws as `ObjectStore` */
  head(object: IdentifiedObject, signal: AbortSignal): Promise<Uint8Array>;
  /** Reads bytes [offset, offset + length). @throws as `ObjectStore` */
  read(object: IdentifiedObject, offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Yields bytes [start, end). @param keeps true: they will be read again @throws as `ObjectStore` */
  stream(object: IdentifiedObject, start: number, end: number, keeps: boolean, signal: AbortSignal): AsyncGenerator<Uint8Array>;
}

/** Returns an object with its digest: the store, the key, and everything that a listing says about the state. */
export function identified(store: Pick<ObjectStore, 'host'>, object: StoredObject, modifiedMs: number | null): IdentifiedObject {
  const { bucket, key, size, etag } = object;
  return { ...object, id: sha256Hex(JSON.stringify([store.host, bucket, key, size, etag, modifiedMs])).slice(0, 32) };
}

/** Number of the block with the first bytes of an object alone. */
const headNumber = -1;

/** Creates the reads of a store. */
export function createObjectReads(store: ObjectStore, blocks: ObjectBlocks): ObjectReads {
  const isSmall = ({ size }: StoredObject): boolean => size <= objectBlockBytes;
  const part = (object: IdentifiedObject, start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> =>
    readBlocks({ store, blocks }, object, { start, end }, signal);
  const read: ObjectReads['read'] = (object, offset, length, signal) => {
    const end = Math.min(offset + length, object.size);
    return gathered(part(object, offset, end, signal), end - offset);
  };
  return {
    store,
    read,
    head: async (object, signal) => {
      // A small object is requested whole: every later read finds it.
      if (isSmall(object)) return await read(object, 0, headBytes, signal);
      const kept = blocks.get(object.id, headNumber) ?? blocks.get(object.id, 0)?.subarray(0, headBytes);
      if (kept !== undefined) return kept;
      const head = await gathered(store.stream(object, 0, headBytes, signal), headBytes);
      blocks.put(object.id, headNumber, head);
      return head;
    },
    stream: (object, start, end, keeps, signal) =>
      keeps || isSmall(object) ? part(object, start, end, signal) : store.stream(object, start, end, signal),
  };
}

async function gathered(pieces: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, length));
  let done = 0;
  for await (const piece of pieces) {
    bytes.set(piece, done);
    done += piece.length;
  }
  return bytes;
}
