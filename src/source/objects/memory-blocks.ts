import type { ObjectBlocks } from '../../core/model/object-blocks.ts';

/** Blocks in memory: 4 MB at most. */
const keptBlocks = 64;

/**
 * Keeps the blocks that were used last in memory, and all of them in further blocks.
 * @param more opened when the first block is put; null: there is only memory
 */
export function memoryBlocks(more: (() => ObjectBlocks) | null): ObjectBlocks {
  const recent = new Map<string, Uint8Array>(); // in order of last use
  let opened: ObjectBlocks | null = null;
  const keep = (name: string, bytes: Uint8Array): void => {
    recent.delete(name);
    recent.set(name, bytes);
    for (const [oldest] of recent) {
      if (recent.size <= keptBlocks) return;
      recent.delete(oldest);
    }
  };
  return {
    get: (object, number) => {
      const name = `${object} ${number}`;
      const bytes = recent.get(name) ?? opened?.get(object, number) ?? null;
      if (bytes !== null) keep(name, bytes);
      return bytes;
    },
    put: (object, number, bytes) => {
      opened ??= more?.() ?? null;
      keep(`${object} ${number}`, bytes);
      opened?.put(object, number, bytes);
    },
    forget: (object) => {
      for (const name of recent.keys()) if (name.startsWith(`${object} `)) recent.delete(name);
      opened?.forget(object);
    },
    close: () => opened?.close(),
  };
}
