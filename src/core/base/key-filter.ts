/** Number of bits: four megabytes. With a million texts added, one in 285 others is reported as added. */
const bits = 2 ** 25;

/** Recognises most texts that were not added, and never denies one that was. Its size is constant. */
export interface KeyFilter {
  add(text: string): void;
  mayHave(text: string): boolean;
}

export function createKeyFilter(): KeyFilter {
  const words = new Int32Array(bits / 32);
  const set = (at: number): void => {
    words[at >>> 5] = (words[at >>> 5] ?? 0) | (1 << (at & 31));
  };
  const isSet = (at: number): boolean => ((words[at >>> 5] ?? 0) & (1 << (at & 31))) !== 0;
  return {
    add: (text) => {
      const hash = hashOf(text);
      set(hash >>> shift);
      set(secondOf(hash));
    },
    mayHave: (text) => {
      const hash = hashOf(text);
      return isSet(hash >>> shift) && isSet(secondOf(hash));
    },
  };
}

/** Number of bits of a hash that exceed a position. */
const shift = 32 - Math.log2(bits);

/** Returns a second position for a hash, which depends on all of its bits. */
function secondOf(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x9e37_79b1) >>> shift;
}

/** Returns the FNV-1a hash (draft-eastlake-fnv) over UTF-16 code units, mixed, because its upper bits depend little on the last units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  // The first step of the finalizer of MurmurHash3 (github.com/aappleby/smhasher, MurmurHash3.cpp, fmix32).
  return Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b) >>> 0;
}
