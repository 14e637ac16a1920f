import { agree } from '../../core/base/agree.ts';
import { nodeHash, rootOf, type SubtreeHashes, type TreeHash } from './merkle.ts';

/** Number of hashes in a full tile (C2SP tlog-tiles: a tile is eight levels of the tree high). */
export const tileWidth = 256;

/** Tree levels per tile. */
const tileHeight = 8;

/** Name of a tile. The level `entries` stands for bundles with the entries themselves, which are as wide as tiles of level 0. */
export interface TileName {
  readonly level: number | 'entries';
  /** From 0. */
  readonly index: number;
  /** 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

/**
 * Returns the path of a tile below `log/`, `tile/<L>/<N>[.p/<W>]`. The index is written in groups of three digits, and each group except the last
 * begins with an `x`.
 */
export function tilePath({ level, index, width }: TileName): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/.{3}/g) ?? [];
  const path = groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/');
  return `tile/${level}/${path}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** A growing tree: the hashes of all its full tiles of level 0, and the leaves of the partial one after them. This suffices to continue it. */
export interface GrowingTree {
  /** Hashes of full tiles, one per 256 entries. */
  readonly full: TreeHash[];
  /** Leaves after the last full tile: fewer than 256. */
  readonly tail: TreeHash[];
}

/** Returns the number of entries of a tree. */
export function treeSize({ full, tail }: GrowingTree): number {
  return full.length * tileWidth + tail.length;
}

/** Adds a leaf. @returns the hashes of the tile of level 0 that became full, or null. */
export function addLeaf({ full, tail }: GrowingTree, leaf: TreeHash): TreeHash[] | null {
  tail.push(leaf);
  if (tail.length < tileWidth) return null;
  const tile = tail.splice(0);
  full.push(perfectHash(tile));
  return tile;
}

/** Returns the current root of a tree. */
export function treeRoot({ full, tail }: GrowingTree): TreeHash {
  return rootOf(
    {
      subtree: (height, index) => {
        const width = 2 ** height;
        if (width < tileWidth) return perfectHash(tail.slice(index * width - full.length * tileWidth, (index + 1) * width - full.length * tileWidth));
        const tiles = width / tileWidth;
        return perfectHash(full.slice(index * tiles, (index + 1) * tiles));
      },
    },
    treeSize({ full, tail }),
  );
}

/**
 * Yields the tiles from level 1 up, each in its widest form.
 * @param from number of full tiles of level 0 of a smaller tree, whose complete tiles are skipped
 */
export function* upperTiles({ full }: GrowingTree, from = 0): Generator<TileName & { readonly level: number; readonly hashes: readonly TreeHash[] }> {
  let hashes: readonly TreeHash[] = full;
  let known = from;
  for (let level = 1; hashes.length > 0; level++) {
    for (let index = Math.floor(known / tileWidth); index * tileWidth < hashes.length; index++) {
      const tile = hashes.slice(index * tileWidth, (index + 1) * tileWidth);
      yield { level, index, width: tile.length, hashes: tile };
    }
    known = Math.floor(known / tileWidth);
    hashes = parents(hashes);
  }
}

/** Returns the root of each whole group of 256. */
function parents(hashes: readonly TreeHash[]): TreeHash[] {
  return Array.from({ length: Math.floor(hashes.length / tileWidth) }, (_, at) => perfectHash(hashes.slice(at * tileWidth, (at + 1) * tileWidth)));
}

/** Returns the root over hashes whose number is a power of two. */
function perfectHash(hashes: readonly TreeHash[]): TreeHash {
  let row = hashes;
  while (row.length > 1) {
    const next: TreeHash[] = [];
    for (let at = 0; at + 1 < row.length; at += 2) next.push(nodeHash(row[at] ?? missing(), row[at + 1] ?? missing()));
    row = next;
  }
  return row[0] ?? missing();
}

function missing(): never {
  throw new Error('a tile has a gap');
}

/** Computes subtrees from tiles. @param tile returns the hashes of a tile: at least as many as the tree of the wanted size has in it */
export function subtreesOf(tile: (level: number, index: number) => readonly TreeHash[]): SubtreeHashes {
  return {
    subtree: (height, index) => {
      const level = Math.floor(height / tileHeight);
      const width = 2 ** (height - level * tileHeight);
      const first = index * width;
      const at = first % tileWidth;
      return perfectHash(tile(level, Math.floor(first / tileWidth)).slice(at, at + width));
    },
  };
}

/** Returns the bytes of a tile. */
export function tileBytes(hashes: readonly TreeHash[]): Uint8Array {
  return Buffer.concat(hashes);
}

/** Parses the hashes of a tile; null if the last hash is incomplete, or there are more than a tile has. */
export function tileHashes(bytes: Uint8Array): TreeHash[] | null {
  if (bytes.length % 32 !== 0 || bytes.length > tileWidth * 32) return null;
  return Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));
}

/** Writes a bundle: each entry after its length as two bytes, big-endian. @throws RangeError if an entry is longer than two bytes can state */
export function bundleBytes(entries: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > 0xffff) throw new RangeError(agree`an entry of ${entry.length} byte[s] does not fit into the log`);
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/** Returns the whole entries of a bundle, and the number of bytes after them. */
export function bundleEntries(bytes: Uint8Array): { readonly entries: Uint8Array[]; readonly left: number } {
  const starts = bundleStarts(bytes);
  const entries = starts.slice(1).map((end, at) => bytes.subarray((starts[at] ?? 0) + 2, end));
  return { entries, left: bytes.length - (starts.at(-1) ?? 0) };
}

/** Returns the offsets at which the entries of a bundle begin, and the end of the last whole one: one offset more than there are entries. */
export function bundleStarts(bytes: Uint8Array): number[] {
  const starts = [0];
  let at = 0;
  while (at + 2 <= bytes.length && starts.length <= tileWidth) {
    at += 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
    if (at > bytes.length) break;
    starts.push(at);
  }
  return starts;
}
