import { createHash } from 'node:crypto';

/** Lists of hash values from the stamped objects up to the root; empty if a single value was stamped (RFC 4998 section 4.1). */
export type ReducedTree = readonly (readonly Uint8Array[])[];

/** Returns the digest of bytes. */
export function hashOf(digest: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash(digest);
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/**
 * Computes a node (RFC 4998 section 4.2 step 3): sorts the values in binary ascending order, concatenates and hashes them. A single value is passed
 * up unchanged.
 */
function nodeOf(digest: string, values: readonly Uint8Array[]): Uint8Array {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : hashOf(digest, ...ascending(values));
}

function ascending(values: readonly Uint8Array[]): Uint8Array[] {
  return [...values].sort((a, b) => Buffer.compare(a, b));
}

/** Returns the stamped value of a reduced tree with at least one list (RFC 4998 section 4.3 step 3). */
export function rootOf(digest: string, tree: ReducedTree): Uint8Array {
  const [first = [], ...further] = tree;
  return further.reduce<Uint8Array>((below, siblings) => nodeOf(digest, [below, ...siblings]), nodeOf(digest, first));
}

/**
 * Builds one tree for many stamps (RFC 4998 section 4.2). Returns the root over groups of values, and for each group the reduced tree up to the root.
 * The first list of a reduced tree has exactly the values of its group, as section 5.2 step 5 requires.
 */
export function buildTree(
  digest: string,
  groups: readonly (readonly Uint8Array[])[],
): { readonly root: Uint8Array; readonly trees: readonly ReducedTree[] } {
  const trees = groups.map((group): Uint8Array[][] => (groups.length === 1 && group.length === 1 ? [] : [ascending(group)]));
  let level = groups.map((group, index) => ({ hash: nodeOf(digest, group), leaves: [index] }));
  while (level.length > 1) {
    const above: typeof level = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at], level[at + 1]];
      if (left === undefined) continue;
      if (right === undefined) {
        // An odd last node is passed up unchanged.
        above.push(left);
        continue;
      }
      for (const leaf of left.leaves) trees[leaf]?.push([right.hash]);
      for (const leaf of right.leaves) trees[leaf]?.push([left.hash]);
      above.push({ hash: nodeOf(digest, [left.hash, right.hash]), leaves: [...left.leaves, ...right.leaves] });
    }
    level = above;
  }
  const [top] = level;
  if (top === undefined) throw new RangeError('a tree over nothing');
  return { root: top.hash, trees };
}
