import { sha256Hex } from '../../core/base/identifier.ts';
import { type ObjectBlocks, objectBlockBytes } from '../../core/model/object-blocks.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { Comparison, StoredObject } from '../../objects/object-stream.ts';
import { headBytes } from '../read/container-kind.ts';
import { DigestDiffers } from '../read/open-files.ts';
import { type IdentifiedObject, readBlocks } from './block-reads.ts';
import { createComparisons, type OnDiffers } from './compare-objects.ts';

/** Reads objects through the blocks that are kept of them. Planning reads the same tables and beginnings of files many times. */
export interface ObjectReads {
  readonly store: ObjectStore;
  /** Returns the first bytes of an object, `headBytes` at most. @throws as `ObjectStore` */
  head(object: IdentifiedObject, signal: AbortSignal): Promise<Uint8Array>;
  /** Reads bytes [offset, offset + length). @throws as `ObjectStore` */
  read(object: IdentifiedObject, offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Yields bytes [start, end). @param keeps true: they will be read again @throws as `ObjectStore` */
  stream(object: IdentifiedObject, start: number, end: number, keeps: boolean, signal: AbortSignal): AsyncGenerator<Uint8Array>;
  /** Yields a whole object, as `RemoteBytes.whole` describes. @throws as `ObjectStore`, DigestDiffers */
  whole(object: IdentifiedObject, isLast: boolean, signal: AbortSignal): AsyncGenerator<Uint8Array>;
}

/** Returns an object with its digest: the store, the key, and everything that a listing says about the state. */
export function identified(store: Pick<ObjectStore, 'host'>, object: StoredObject, modifiedMs: number | null): IdentifiedObject {
  const { bucket, key, size, etag } = object;
  return { ...object, id: sha256Hex(JSON.stringify([store.host, bucket, key, size, etag, modifiedMs])).slice(0, 32) };
}

/** Number of the block with the first bytes of an object alone. */
const headNumber = -1;

/** Creates the reads of a store. @param onDiffers receives differences between objects and their digests */
export function createObjectReads(store: ObjectStore, blocks: ObjectBlocks, onDiffers: OnDiffers): ObjectReads {
  const comparisons = createComparisons(store, onDiffers);
  const onCompared = (object: IdentifiedObject, comparison: Comparison): boolean => {
    if (comparisons.agrees(comparison)) return true;
    comparisons.report(object, comparison);
    return false;
  };
  const isSmall = ({ size }: StoredObject): boolean => size <= objectBlockBytes;

  async function* whole(object: IdentifiedObject, isLast: boolean, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const comparison: Comparison = { stated: null, received: null };
    yield* store.whole(object, comparison, signal);
    if (comparisons.agrees(comparison)) return;
    if (!isLast) throw new DigestDiffers(object.name);
    comparisons.report(object, comparison);
  }

  /** Small objects that are being requested. */
  const coming = new Map<string, Promise<Uint8Array>>();
  /** Returns a small object. Requests it as a whole, so that every later read finds it; a second time if its bytes are wrong. */
  async function small(object: IdentifiedObject, signal: AbortSignal): Promise<Uint8Array> {
    if (object.size === 0) return new Uint8Array(0);
    const kept = blocks.get(object.id, 0);
    if (kept !== null) return kept;
    const request =
      coming.get(object.id) ?? attemptTwice((isLast) => gathered(whole(object, isLast, signal), object.size)).finally(() => coming.delete(object.id));
    coming.set(object.id, request);
    const bytes = await request;
    blocks.put(object.id, 0, bytes);
    return bytes;
  }

  async function* part(object: IdentifiedObject, start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (isSmall(object)) yield (await small(object, signal)).subarray(start, end);
    else yield* readBlocks({ store, blocks, onCompared }, object, { start, end }, signal);
  }

  return {
    store,
    read: (object, offset, length, signal) => {
      const end = Math.min(offset + length, object.size);
      return gathered(part(object, offset, end, signal), end - offset);
    },
    head: async (object, signal) => {
      if (isSmall(object)) return (await small(object, signal)).subarray(0, headBytes);
      const kept = blocks.get(object.id, headNumber) ?? blocks.get(object.id, 0)?.subarray(0, headBytes);
      if (kept !== undefined) return kept;
      const head = await gathered(store.stream(object, 0, headBytes, signal), headBytes);
      blocks.put(object.id, headNumber, head);
      return head;
    },
    stream: (object, start, end, keeps, signal) =>
      keeps || isSmall(object) ? part(object, start, end, signal) : store.stream(object, start, end, signal),
    whole: (object, isLast, signal) => (isSmall(object) ? part(object, 0, object.size, signal) : whole(object, isLast, signal)),
  };
}

/** Repeats work that received wrong bytes, once: they may have been altered on the way. */
export async function attemptTwice<T>(work: (isLast: boolean) => Promise<T>): Promise<T> {
  try {
    return await work(false);
  } catch (error) {
    if (!(error instanceof DigestDiffers)) throw error;
    return await work(true);
  }
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
