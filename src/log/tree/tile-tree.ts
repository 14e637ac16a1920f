import { nodeHash, rootOf, type SubtreeHashes, type TreeHash } from './merkle.ts';

/** Hashes of a full tile (C2SP tlog-tiles: tiles are eight levels of the tree high). */
export const tileWidth = 256;

/** Levels that a tile spans. */
const tileHeight = 8;

/** Which tile: `entries` are the entries themselves, in bundles of the same width as tiles of level 0. */
export interface TileName {
  readonly level: number | 'entries';
  /** From 0. */
  readonly index: number;
  /** 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

/** Path below `log/`: `tile/<L>/<N>[.p/<W>]`, the index in groups of three digits, all but the last with an `x` before them. */
export function tilePath({ level, index, width }: TileName): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/.{3}/g) ?? [];
  const path = groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/');
  return `tile/${level}/${path}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** A growing tree: the hashes of all its full tiles of level 0, and the leaves of the partial one behind them. It is all that is needed to go on. */
export interface GrowingTree {
  /** One for 256 entries. */
  readonly full: TreeHash[];
  /** Below 256. */
  readonly tail: TreeHash[];
}

/** Entries of a tree. */
export function treeSize({ full, tail }: GrowingTree): number {
  return full.length * tileWidth + tail.length;
}

/** Adds a leaf. @returns the hashes of the tile of level 0 that it made full, or null. */
export function addLeaf({ full, tail }: GrowingTree, leaf: TreeHash): TreeHash[] | null {
  tail.push(leaf);
  if (tail.length < tileWidth) return null;
  const tile = tail.splice(0);
  full.push(perfectHash(tile));
  return tile;
}

/** Root of a tree as it stands. */
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

/** The tiles of level 1 and up, each level's widest; `from` leaves out those that a smaller tree of so many full tiles of level 0 had whole. */
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

/** Of each whole group of 256 its root. */
function parents(hashes: readonly TreeHash[]): TreeHash[] {
  return Array.from({ length: Math.floor(hashes.length / tileWidth) }, (_, at) => perfectHash(hashes.slice(at * tileWidth, (at + 1) * tileWidth)));
}

/** Root over a power of two of hashes. */
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
  throw new Error('a tile has a hole');
}

/** Subtrees out of tiles. @param tile hashes of a tile, at least as many as the tree of the wanted size has there */
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

/** A tile's bytes. */
export function tileBytes(hashes: readonly TreeHash[]): Uint8Array {
  return Buffer.concat(hashes);
}

/** The hashes of a tile's bytes; null where they are no whole hashes, or more than a tile holds. */
export function tileHashes(bytes: Uint8Array): TreeHash[] | null {
  if (bytes.length % 32 !== 0 || bytes.length > tileWidth * 32) return null;
  return Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));
}

/** A bundle: each entry behind its length as two bytes, big-endian. @throws RangeError where an entry is longer than that can say */
export function bundleBytes(entries: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > 0xffff) throw new RangeError(`an entry of ${entry.length} bytes does not fit into the log`);
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/** The entries of a bundle, as many as are whole, and how many bytes are left behind them. */
export function bundleEntries(bytes: Uint8Array): { readonly entries: Uint8Array[]; readonly left: number } {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= bytes.length && entries.length < tileWidth) {
    const end = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
    if (end > bytes.length) break;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return { entries, left: bytes.length - at };
}
