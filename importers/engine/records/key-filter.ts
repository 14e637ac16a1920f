import type { Stage } from '../../../src/tables/text/types.ts';

/** Number of bits: one megabyte. With a million texts added, one in nine texts that were not added is reported as added. */
const bits = 2 ** 23;

/** Recognises most texts that were not added, and never denies one that was. Its size is constant. */
export interface KeyFilter {
  add(text: string): void;
  mayHave(text: string): boolean;
}

export function createKeyFilter(): KeyFilter {
  const words = new Int32Array(bits / 32);
  return {
    add: (text) => {
      const at = hashOf(text);
      words[at >>> 5] = (words[at >>> 5] ?? 0) | (1 << (at & 31));
    },
    mayHave: (text) => {
      const at = hashOf(text);
      return ((words[at >>> 5] ?? 0) & (1 << (at & 31))) !== 0;
    },
  };
}

/**
 * Returns a stage that first asks a filter of its groups. SQLite is then not queried for most groups that do not exist; there are as many of these as rows
 * without a file.
 */
export function filtered(stage: Stage): Stage {
  const filter = createKeyFilter();
  return {
    put: (group, order, value) => {
      filter.add(group);
      stage.put(group, order, value);
    },
    get: (group, most) => (filter.mayHave(group) ? stage.get(group, most) : []),
    groups: () => stage.groups(),
    hasGroup: (beginning) => stage.hasGroup(beginning),
    get size() {
      return stage.size;
    },
    close: () => stage.close(),
  };
}

/** Returns the FNV-1a hash (draft-eastlake-fnv) over UTF-16 code units, with its upper bits folded onto the lower ones. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return ((hash >>> 23) ^ hash) & (bits - 1);
}
