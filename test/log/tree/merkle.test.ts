import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyProof,
  emptyTreeHash,
  inclusionProof,
  leafHash,
  nodeHash,
  rootOf,
  type SubtreeHashes,
  type TreeHash,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/log/tree/merkle.ts';
import { addLeaf, type GrowingTree, treeRoot, upperTiles } from '../../../src/log/tree/tile-tree.ts';

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');

/** The eight entries and roots of the test data of Certificate Transparency (RFC 6962's reference implementation). */
const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((text) =>
  Buffer.from(text, 'hex'),
);
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

function over(leaves: readonly TreeHash[]): SubtreeHashes {
  const subtree = (height: number, index: number): TreeHash =>
    height === 0 ? (leaves[index] ?? new Uint8Array()) : nodeHash(subtree(height - 1, index * 2), subtree(height - 1, index * 2 + 1));
  return { subtree };
}

const leavesOf = (count: number): TreeHash[] => Array.from({ length: count }, (_, at) => leafHash(Buffer.from(String(at))));

describe('the tree', () => {
  it('has the roots of the published test data', () => {
    expect(hex(emptyTreeHash())).toBe(createHash('sha256').digest('hex'));
    for (const [at, root] of roots.entries()) expect(hex(rootOf(over(entries.slice(0, at + 1).map(leafHash)), at + 1))).toBe(root);
  });

  it('grows to the same root leaf by leaf', () => {
    const leaves = leavesOf(700);
    const tree: GrowingTree = { full: [], tail: [] };
    for (const [at, leaf] of leaves.entries()) {
      addLeaf(tree, leaf);
      if (at % 7 === 0 || (at > 250 && at < 260) || at > 507) expect(hex(treeRoot(tree))).toBe(hex(rootOf(over(leaves), at + 1)));
    }
  });

  it('has upper tiles as tlog-tiles counts them: 70,000 entries give 273 hashes at level 1 and one at level 2', () => {
    const tree: GrowingTree = { full: leavesOf(273), tail: leavesOf(112) };
    expect([...upperTiles(tree)].map(({ level, index, width }) => `${level}/${index} ${width}`)).toEqual(['1/0 256', '1/1 17', '2/0 1']);
    expect([...upperTiles(tree, 272)].map(({ level, index, width }) => `${level}/${index} ${width}`)).toEqual(['1/1 17', '2/0 1']);
  });
});

describe('a proof', () => {
  it('of inclusion is valid for each entry of each size, and for nothing else', () => {
    const leaves = leavesOf(40);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(39), fc.nat(39), (size, at, other) => {
        const index = at % size;
        const proof = inclusionProof(over(leaves), index, size);
        const root = rootOf(over(leaves), size);
        expect(verifyInclusion(leaves[index] ?? root, index, size, proof, root)).toBe(true);
        if (other !== index) expect(verifyInclusion(leaves[other] ?? root, index, size, proof, root)).toBe(false);
        if (other % size !== index) expect(verifyInclusion(leaves[index] ?? root, other % size, size, proof, root)).toBe(false);
        expect(verifyInclusion(leaves[index] ?? root, index, size, [...proof, root], root)).toBe(false);
        if (proof.length > 0) expect(verifyInclusion(leaves[index] ?? root, index, size, proof.slice(1), root)).toBe(false);
      }),
    );
  });

  it('of consistency is valid between each pair of sizes, and not with another root', () => {
    const leaves = leavesOf(40);
    const changed = leaves.map((leaf, at) => (at === 0 ? leafHash(Buffer.from('another')) : leaf));
    for (let size = 1; size <= 40; size++) {
      for (let before = 0; before <= size; before++) {
        const proof = consistencyProof(over(leaves), before, size);
        const [first, second] = [
          { size: before, root: rootOf(over(leaves), before) },
          { size, root: rootOf(over(leaves), size) },
        ];
        expect(verifyConsistency(first, second, proof)).toBe(true);
        if (before === 0) continue;
        const forged = { size: before, root: rootOf(over(changed), before) };
        expect(verifyConsistency(forged, second, proof)).toBe(false);
        expect(verifyConsistency(forged, second, consistencyProof(over(changed), before, size))).toBe(false);
        if (before < size) expect(verifyConsistency(first, second, [...proof, first.root])).toBe(false);
      }
    }
  });
});
