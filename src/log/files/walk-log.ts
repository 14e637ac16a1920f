import { type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { createKeyChain, type KeyChain } from '../entries/key-chain.ts';
import { logFolder, parseEntry } from '../entries/log-entry.ts';
import type { Checkpoint } from '../tree/checkpoint.ts';
import { leafHash, sameHash } from '../tree/merkle.ts';
import { addLeaf, type GrowingTree, tileWidth, treeRoot, treeSize } from '../tree/tile-tree.ts';
import { readBundle, readTile } from './files.ts';

/** Archive to which a log belongs. */
export interface LogPlace {
  readonly dir: string;
  /** Null if longplay.json cannot be read: it is then not checked whether the log belongs to this archive. */
  readonly id: string | null;
}

/** Result of comparing the entries with the tiles of level 0. */
export interface Walk {
  /** Number of positions that have an entry or a hash. */
  readonly total: number;
  readonly byEntries: GrowingTree;
  readonly byTiles: GrowingTree;
  readonly keys: KeyChain;
  /** Indexes of entries whose hash differs from the tile. */
  readonly differ: readonly number[];
  /** Indexes without a readable entry. */
  readonly noEntry: readonly number[];
  /** Level 0 tiles with fewer hashes than there are entries: number of their hashes by index of the tile. */
  readonly noTile: ReadonlyMap<number, number>;
  /** Returns the findings about entries up to a size. */
  findings(size: number): Finding[];
  /** Returns a tree at one of the requested sizes; null for any other size. */
  at(tree: TreeSide, size: number): GrowingTree | null;
  /** Returns true for a size up to which a run logged entries as lost: the log itself then records permanently that it has ended before that size. */
  gaveUp(size: number): boolean;
  /** Returns true if the tree of that side has the state's root at the state's size. */
  has(tree: TreeSide, state: Checkpoint): boolean;
}

/** Which source of leaves a tree prefers: entries, or hashes in tiles. Each falls back to the other. */
export type TreeSide = 'byEntries' | 'byTiles';

/** Both sides. */
export const treeSides: readonly TreeSide[] = ['byEntries', 'byTiles'];

/** A tree at some size. */
interface Snapshot {
  readonly fullTiles: number;
  readonly tail: GrowingTree['tail'];
}

/** Reads every entry and every tile of level 0. @param sizes sizes at which the trees will be requested as well */
export async function walkLog(archive: LogPlace, log: string, sizes: readonly number[], signal: AbortSignal): Promise<Walk> {
  const findings: { readonly at: number; readonly finding: Finding }[] = [];
  const trees = { byEntries: { full: [], tail: [] } as GrowingTree, byTiles: { full: [], tail: [] } as GrowingTree };
  const snapshots = new Map<string, Snapshot>();
  const keys = createKeyChain(archive.id);
  const differ: number[] = [];
  const noEntry: number[] = [];
  const noTile = new Map<number, number>();
  /** Sizes up to which entries were logged as lost. */
  const gaveUp: number[] = [];
  let total = 0;
  const say = (code: FindingCode, message: string): void => {
    findings.push({ at: total, finding: finding(code, `${logFolder}:${total}`, message) });
  };
  const note = (): void => {
    if (!sizes.includes(total)) return;
    for (const side of treeSides) snapshots.set(`${side} ${total}`, { fullTiles: trees[side].full.length, tail: [...trees[side].tail] });
  };
  note();
  for (let index = 0; ; index++) {
    signal.throwIfAborted();
    const [bundle, tile] = [await readBundle(log, index), await readTile(log, 0, index)];
    const [entries, hashes] = [bundle?.entries ?? [], tile?.hashes ?? []];
    const count = Math.max(entries.length, hashes.length);
    if (hashes.length < count) noTile.set(index, hashes.length);
    for (let at = 0; at < count; at++) {
      const bytes = entries[at];
      const entry = bytes === undefined ? null : parseEntry(bytes, total + 1);
      const [mine, stated] = [bytes === undefined ? null : leafHash(bytes), hashes[at] ?? null];
      if (bytes === undefined) noEntry.push(total);
      else if (stated === null ? entry === null : mine !== null && !sameHash(mine, stated)) differ.push(total);
      const [leaf, other] = [mine ?? stated, stated ?? mine];
      if (leaf === null || other === null) throw new Error('an entry without bytes and without a hash');
      addLeaf(trees.byEntries, leaf);
      addLeaf(trees.byTiles, other);
      total++;
      if (entry !== null) keys.take(entry);
      // A restarted log has lost all earlier entries, stamped or not.
      if (entry?.type === 'log-restarted') gaveUp.push(Number.POSITIVE_INFINITY);
      if (entry?.type === 'log-shortened' && typeof entry.detail.lostSize === 'number') gaveUp.push(entry.detail.lostSize);
      if (entry?.type === 'log-shortened') say('A116', 'a run found that entries before this one were lost');
      if (total === 1 && entry !== null && entry.type !== 'archive-created')
        say('A114', `the log begins with ${JSON.stringify(entry.type.slice(0, 40))}; earlier entries are lost`);
      if (total === 1 && entry !== null && archive.id !== null && entry.detail.archive !== archive.id)
        say('A115', 'the first entry does not have the id of this archive');
      note();
    }
    if (count < tileWidth) break;
  }
  const at: Walk['at'] = (side, size) => {
    const tree = trees[side];
    if (size === treeSize(tree)) return tree;
    const snapshot = snapshots.get(`${side} ${size}`);
    return snapshot === undefined ? null : { full: tree.full.slice(0, snapshot.fullTiles), tail: snapshot.tail };
  };
  return {
    total,
    ...trees,
    keys,
    differ,
    noEntry,
    noTile,
    findings: (size) => [...findings.filter((one) => one.at <= size).map((one) => one.finding), ...keys.findings(size)],
    at,
    gaveUp: (size) => gaveUp.some((upTo) => size <= upTo),
    has: (side, { size, root }) => {
      const tree = at(side, size);
      return tree !== null && sameHash(treeRoot(tree), root);
    },
  };
}
