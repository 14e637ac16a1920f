import type { ObjectBlocks } from '../../core/model/object-blocks.ts';
import type { StoreChoice } from '../../core/model/store-choice.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { OnDiffers } from './compare-objects.ts';
import { memoryBlocks } from './memory-blocks.ts';
import { createObjectReads, type ObjectReads } from './object-reads.ts';

/** The object store of a source, opened when it is first needed. */
export interface Stores {
  /** @throws LongplayError S160, S165 */
  open(): Promise<ObjectReads>;
  /** Closes the store if it was opened. */
  close(): Promise<void>;
}

/**
 * Creates the access to the chosen store.
 * @param blocks opens the place where what was received is kept; null: only memory
 * @param onDiffers receives differences between objects and their digests
 */
export function createStores(choice: StoreChoice, blocks: (() => ObjectBlocks) | null, onDiffers: OnDiffers): Stores {
  let opening: Promise<ObjectStore> | null = null;
  let reading: Promise<ObjectReads> | null = null;
  const kept = memoryBlocks(blocks);
  return {
    open: () => {
      // Loaded here, because its package takes longer to load than most commands need.
      opening ??= import('../../objects/object-store.ts').then(({ openObjectStore }) => openObjectStore(choice));
      reading ??= opening.then((store) => createObjectReads(store, kept, onDiffers));
      return reading;
    },
    close: async () => {
      (await opening?.catch(() => null))?.close();
      kept.close();
    },
  };
}
