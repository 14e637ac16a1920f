/** Size of the blocks in which objects of a store are kept; the last block of an object is shorter. */
export const objectBlockBytes = 64 * 1024;

/**
 * Blocks of objects that were received, so that nothing is requested twice. May forget blocks. An object is identified by a digest of its place and its
 * state.
 */
export interface ObjectBlocks {
  /** Returns a block; null if it is not kept. The caller must not change it. @param number from 0; -1 stands for the first bytes alone */
  get(object: string, number: number): Uint8Array | null;
  put(object: string, number: number, bytes: Uint8Array): void;
  /** Forgets all blocks of an object. */
  forget(object: string): void;
  close(): void;
}
