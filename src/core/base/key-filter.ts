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

/** Returns the FNV-1a hash (draft-eastlake-fnv) over UTF-16 code units, with its upper bits folded onto the lower ones. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return ((hash >>> 23) ^ hash) & (bits - 1);
}
