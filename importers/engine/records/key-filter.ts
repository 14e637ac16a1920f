import type { Stage } from '../../../src/tables/text/types.ts';

/** A megabyte of them: of a million texts one in nine that was not added passes for one that was. */
const bits = 2 ** 23;

/** Tells of most texts that were not added that they were not; never denies one that was. Its size does not grow. */
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

/** The stage behind a filter of its groups: SQLite is not asked for most of those that are not there, which are as many as there are rows without a file. */
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

/** FNV-1a (draft-eastlake-fnv) over UTF-16 code units, its upper bits folded onto the lower ones. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return ((hash >>> 23) ^ hash) & (bits - 1);
}
