import { randomInt } from 'node:crypto';
import { endianness } from 'node:os';

/** Finds the numbers of values by their keys. Holds hashes of the keys, so that it may also return numbers of values with other keys. */
export interface KeyIndex {
  /** Adds a number under a key. Numbers are added in ascending order. No number may be added after the first call of `of`. */
  add(key: string, number: number): void;
  /** Yields the numbers under a key in ascending order, and seldom others. */
  of(key: string): Iterable<number>;
}

/** Number of the upper bits of a hash that choose a bucket: each bucket grows and is sorted by itself, so that little memory is copied at a time. */
const bucketBits = 6;
/** Index, in two 32-bit halves of a 64-bit number, of the lower half. */
const lower = endianness() === 'LE' ? 0 : 1;

/** Creates an index, which takes about ten bytes per key and number. */
export function createKeyIndex(): KeyIndex {
  const buckets = Array.from({ length: 2 ** bucketBits }, () => new Bucket());
  // Whoever writes the names of files must not be able to choose names of one hash.
  const seed = randomInt(2 ** 32);
  const bucketOf = (hash: number): Bucket => buckets[hash >>> (32 - bucketBits)] as Bucket; // There is one for each value of these bits.
  return {
    add: (key, number) => {
      const hash = hashOf(key, seed);
      bucketOf(hash).add(hash, number);
    },
    of: (key) => {
      const hash = hashOf(key, seed);
      return bucketOf(hash).of(hash);
    },
  };
}

/** Pairs of a hash and a number, as one number of 64 bits each. */
class Bucket {
  #pairs = new BigUint64Array(16);
  #halves = new Uint32Array(this.#pairs.buffer);
  #size = 0;
  #isSorted = false;

  add(hash: number, number: number): void {
    if (this.#size === this.#pairs.length) {
      const grown = new BigUint64Array(Math.ceil(this.#size * 1.5));
      grown.set(this.#pairs);
      this.#pairs = grown;
      this.#halves = new Uint32Array(grown.buffer);
    }
    this.#halves[2 * this.#size + lower] = number;
    this.#halves[2 * this.#size + 1 - lower] = hash;
    this.#size++;
  }

  *of(hash: number): Generator<number> {
    if (!this.#isSorted) this.#pairs.subarray(0, this.#size).sort();
    this.#isSorted = true;
    let [low, high] = [0, this.#size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#hashAt(middle) < hash) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < this.#size && this.#hashAt(at) === hash; at++) yield this.#halves[2 * at + lower] ?? 0;
  }

  #hashAt(at: number): number {
    return this.#halves[2 * at + 1 - lower] ?? 0;
  }
}

/** Returns a hash of 32 bits over UTF-16 code units: FNV-1a (draft-eastlake-fnv) with another start, and the finalizer of MurmurHash3 (fmix32). */
function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
