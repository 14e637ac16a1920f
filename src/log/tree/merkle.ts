import { createHash } from 'node:crypto';

// The Merkle tree of RFC 6962 section 2.1 over SHA-256, which C2SP tlog-tiles, Go's sumdb and Certificate Transparency share.

/** 32 bytes. */
export type TreeHash = Uint8Array;

/** Hashes an entry (RFC 6962 section 2.1: 0x00 precedes the entry). */
export function leafHash(entry: Uint8Array): TreeHash {
  return createHash('sha256').update(leafPrefix).update(entry).digest();
}

/** Hashes an inner node (0x01 precedes the two children). */
export function nodeHash(left: TreeHash, right: TreeHash): TreeHash {
  return createHash('sha256').update(nodePrefix).update(left).update(right).digest();
}

const leafPrefix = Uint8Array.of(0x00);
const nodePrefix = Uint8Array.of(0x01);

/** Returns the hash of a tree without entries: SHA-256 of nothing. */
export function emptyTreeHash(): TreeHash {
  return createHash('sha256').digest();
}

/** Source of the hashes of perfect subtrees of a tree: their size is a power of two, and their start is a multiple of the size. */
export interface SubtreeHashes {
  /** Returns the hash over the entries [index * 2^height, (index + 1) * 2^height). */
  subtree(height: number, index: number): TreeHash;
}

/**
 * Returns the root over the entries [start, end) of a tree, `end` > `start`. `start` must be a possible start of a subtree of that size, as it always
 * is in proofs of RFC 6962.
 */
export function rangeHash(hashes: SubtreeHashes, start: number, end: number): TreeHash {
  const size = end - start;
  const split = largestPowerBelow(size);
  if (split === 0) return hashes.subtree(0, start);
  // A range whose size is a power of two is a perfect subtree.
  if (split * 2 === size) return hashes.subtree(Math.log2(size), start / size);
  return nodeHash(rangeHash(hashes, start, start + split), rangeHash(hashes, start + split, end));
}

/** Returns the root of the tree over the first `size` entries. */
export function rootOf(hashes: SubtreeHashes, size: number): TreeHash {
  return size === 0 ? emptyTreeHash() : rangeHash(hashes, 0, size);
}

/** Returns the largest power of two smaller than n; 0 for 1. */
function largestPowerBelow(n: number): number {
  let power = 1;
  if (n <= 1) return 0;
  while (power * 2 < n) power *= 2;
  return power;
}

/**
 * Returns the audit path of RFC 6962 section 2.1.1: from the sibling of the entry up to the child of the root.
 * @param index from 0, below `size`
 */
export function inclusionProof(hashes: SubtreeHashes, index: number, size: number): TreeHash[] {
  const path = (start: number, end: number): TreeHash[] => {
    const split = largestPowerBelow(end - start);
    if (split === 0) return [];
    const middle = start + split;
    return index < middle ? [...path(start, middle), rangeHash(hashes, middle, end)] : [...path(middle, end), rangeHash(hashes, start, middle)];
  };
  return path(0, size);
}

/**
 * Returns true if the path leads from the entry to the root, which proves that the entry is in the tree. RFC 9162 section 2.1.3.2 specifies how to
 * check such proofs of RFC 6962.
 */
export function verifyInclusion(leaf: TreeHash, index: number, size: number, proof: readonly TreeHash[], root: TreeHash): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let hash = leaf;
  let [at, last] = [index, size - 1];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      // A node without a right sibling moves up until it has a left sibling.
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else hash = nodeHash(hash, sibling);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && sameHash(hash, root);
}

/**
 * Returns the consistency proof of RFC 6962 section 2.1.2, which shows that the tree over the first `before` entries is the beginning of the tree
 * over the first `size`.
 */
export function consistencyProof(hashes: SubtreeHashes, before: number, size: number): TreeHash[] {
  const subproof = (m: number, start: number, end: number, whole: boolean): TreeHash[] => {
    if (m === end - start) return whole ? [] : [rangeHash(hashes, start, end)];
    const split = largestPowerBelow(end - start);
    const middle = start + split;
    return m <= split
      ? [...subproof(m, start, middle, whole), rangeHash(hashes, middle, end)]
      : [...subproof(m - split, middle, end, false), rangeHash(hashes, start, middle)];
  };
  return before === 0 || before === size ? [] : subproof(before, 0, size, true);
}

/** Returns true if the proof shows that the second tree continues the first one, with nothing changed or removed. RFC 9162 section 2.1.4.2. */
export function verifyConsistency(
  before: { readonly size: number; readonly root: TreeHash },
  after: { readonly size: number; readonly root: TreeHash },
  proof: readonly TreeHash[],
): boolean {
  if (before.size > after.size) return false;
  if (before.size === after.size) return proof.length === 0 && sameHash(before.root, after.root);
  if (before.size === 0) return proof.length === 0 && sameHash(before.root, emptyTreeHash());
  // The proof omits the root of a perfect first tree.
  const [first, ...rest] = Number.isInteger(Math.log2(before.size)) ? [before.root, ...proof] : proof;
  if (first === undefined) return false;
  let [at, last] = [before.size - 1, after.size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [one, two] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      one = nodeHash(sibling, one);
      two = nodeHash(sibling, two);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else two = nodeHash(two, sibling);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && sameHash(one, before.root) && sameHash(two, after.root);
}

/** Halves a number without a shift, because trees may be larger than 32 bits. */
function half(n: number): number {
  return Math.floor(n / 2);
}

/** Returns true if both hashes are the same 32 bytes. */
export function sameHash(a: TreeHash, b: TreeHash): boolean {
  return Buffer.compare(a, b) === 0;
}
