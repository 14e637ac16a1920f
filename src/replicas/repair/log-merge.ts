import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { limits } from '../../core/base/limits.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { logFolder } from '../../log/entries/log-entry.ts';
import { readBundle, readSmallFile, readTile } from '../../log/files/files.ts';
import { heldKeys, rememberedCheckpoint } from '../../log/keys/key-store.ts';
import { signatureProblem } from '../../log/keys/vouching.ts';
import type { LogInspection } from '../../log/read/inspect-log.ts';
import { logOrigin, parseCheckpoint } from '../../log/tree/checkpoint.ts';
import { leafHash, sameHash } from '../../log/tree/merkle.ts';
import { addLeaf, bundleBytes, bundleEntries, type GrowingTree, tilePath, tileWidth, treeRoot, treeSize } from '../../log/tree/tile-tree.ts';
import { filesBelow } from '../place/around.ts';
import type { Copy } from '../place/place.ts';

/** A log from which entries may be taken. */
export interface Voice {
  readonly copy: Copy;
  /** The inspected log; its size is the number of trusted entries. */
  readonly found: LogInspection;
  /** True if a trusted key signed its checkpoint. */
  readonly signed: boolean;
}

/**
 * Determines how many entries of another copy's log can be trusted. Anybody who can write to a replica can write a whole log there, so an entry counts only if
 * it is covered by a valid signature of a key that this machine holds or that the previous key signed, if this machine has seen it before, or if its hash
 * is in the archive's own tiles.
 * @param keys folder of this machine's keys and memory of logs
 */
export async function trustEntries(copy: Copy, found: LogInspection, mine: LogInspection, id: string | null, keys: string): Promise<Voice> {
  const signed = found.tree !== null && (await isSigned(found, mine, id, keys));
  if (signed) return { copy, found, signed };
  const seen = id === null ? null : parseCheckpoint((await rememberedCheckpoint(keys, id)) ?? '');
  const agreed = seen !== null && sameHash((await rootAt({ copy, found, signed }, seen.size)) ?? new Uint8Array(), seen.root) ? seen.size : 0;
  const hashed = mine.tree === null ? 0 : Math.min(mine.size, found.size);
  return { copy, found: { ...found, size: Math.max(agreed, hashed) }, signed };
}

async function isSigned(found: LogInspection, mine: LogInspection, id: string | null, keys: string): Promise<boolean> {
  const { checkpoint, lost, findings, size } = found;
  const state = checkpoint === null ? null : parseCheckpoint(checkpoint.text);
  if (checkpoint === null || state === null || lost !== null) return false;
  if (signatureProblem({ ...state, text: checkpoint.text }, found.keys) !== null) return false;
  if (findings.some(({ code }) => code === 'A115' || code === 'A117')) return false;
  const held = id === null ? { own: [], retired: [] } : await heldKeys(keys, id);
  const signer = found.keys.inForce(size)?.id;
  if (held.own.some((key) => key.id === signer)) return true;
  if (findings.some((one) => one.code === 'L103' && !isToldBy(mine, one))) return false;
  // If the archive's own log is lost, only this machine's keys can detect a forged log.
  const known = [...held.own, ...held.retired].map((key) => key.id);
  const named = Array.from({ length: size }, (_, at) => found.keys.inForce(at + 1)?.id);
  return mine.size > 0 || known.length === 0 || named.some((key) => key !== undefined && known.includes(key));
}

/** Returns true if the archive's own log reports the same key. */
function isToldBy(mine: LogInspection, { place, message }: Finding): boolean {
  return mine.findings.some((one) => one.code === 'L103' && one.place === place && one.message === message);
}

/** Returns the root hash over the first `size` entries of a log; null if one of them is damaged or lost. */
async function rootAt(voice: Voice, size: number): Promise<Uint8Array | null> {
  if (size > voice.found.size) return null;
  const tree: GrowingTree = { full: [], tail: [] };
  for (let index = 0; treeSize(tree) < size; index++) {
    for (const entry of (await entriesOf(voice, index)).slice(0, size - index * tileWidth)) {
      if (entry === null) return null;
      addLeaf(tree, leafHash(entry));
    }
  }
  return treeRoot(tree);
}

/** Combined result of the copies of a log. */
export interface Merged {
  /** Entry files that differ from the archive's, by path below the archive. */
  readonly files: ReadonlyMap<string, { readonly bytes: Uint8Array; readonly from: string }>;
  /** Number of entries, counted from the first one up to the first gap. */
  readonly size: number;
  /** A signed state of exactly these entries, if the archive lacks one; else null. */
  readonly checkpoint: { readonly text: string; readonly from: string } | null;
  /** True if a signed state of exactly these entries is known. */
  readonly signed: boolean;
  /** True if nothing in the archive's own log is trusted: the whole log is first moved to the quarantine. */
  readonly instead: boolean;
}

/** Reads the entries of a bundle in one copy, by position; null if one is damaged or lost. */
async function entriesOf({ copy, found }: Voice, index: number): Promise<(Uint8Array | null)[]> {
  const log = join(copy.dir, logFolder);
  const first = index * tileWidth;
  const widest = (await readBundle(log, index))?.entries ?? [];
  const count = Math.max(0, Math.min(tileWidth, found.size - first));
  const entries = Array.from({ length: count }, (_, at) => (found.bad.has(first + at) ? null : (widest[at] ?? null)));
  if (!entries.includes(null) || found.tree === null) return entries;
  // A narrower file, left by an earlier append, may contain an intact version of an entry that is damaged in the widest one. The tree proves it.
  const hashes = (await readTile(log, 0, index))?.hashes ?? [];
  for (const path of narrowerFiles(copy.dir, index)) {
    const bytes = await readSmallFile(join(copy.dir, path), limits.logBundleBytes);
    for (const [at, entry] of (bytes === null ? [] : bundleEntries(bytes).entries).entries()) {
      const hash = hashes[at];
      if (entries[at] === null && hash !== undefined && sameHash(leafHash(entry), hash)) entries[at] = entry;
    }
  }
  return entries;
}

/** Returns the files of a bundle that contain more than `width` entries: readers would prefer them to a narrower one. */
export function widerFiles(dir: string, index: number, width: number): string[] {
  const full = `${logFolder}/${tilePath({ level: 'entries', index, width: tileWidth })}`;
  const partial = narrowerFiles(dir, index).filter((path) => Number(basename(path)) > width);
  return [...(width < tileWidth && existsSync(join(dir, full)) ? [full] : []), ...partial];
}

/** Returns the files of an incomplete bundle, the widest first. */
function narrowerFiles(dir: string, index: number): string[] {
  const folder = `${logFolder}/${tilePath({ level: 'entries', index, width: tileWidth })}.p`;
  const widths = filesBelow(dir, folder).map((path) => Number(basename(path)));
  return widths.sort((a, b) => b - a).map((width) => `${folder}/${width}`);
}

/** Returns the first entry that is intact in both logs and differs; null if there is none. */
export async function contradiction(mine: Voice, other: Voice): Promise<number | null> {
  for (let index = 0; index * tileWidth < Math.min(mine.found.size, other.found.size); index++) {
    // If entries and tiles contradict each other, nothing shows which of them are right.
    const [own, theirs] = [mine.found.tree === null ? [] : await entriesOf(mine, index), await entriesOf(other, index)];
    for (const [at, bytes] of own.entries()) {
      const their = theirs[at] ?? null;
      if (bytes !== null && their !== null && Buffer.compare(bytes, their) !== 0) return index * tileWidth + at;
    }
  }
  return null;
}

/** Combines the copies of a log to the best result. @param keys folder with this machine's keys and its memory of logs */
export async function mergeBest(mine: Voice, others: readonly Voice[], id: string | null, keys: string): Promise<Merged> {
  const signed = await checkpointsOf(mine, others, id, keys);
  if (mine.found.tree !== null) return await merge(mine, [mine, ...others], signed);
  // The archive's own entries and hashes contradict each other and the signature. Combined with those of other copies, they may match the signature.
  const both = await merge(mine, [...others, mine], signed);
  return both.signed && both.size >= mine.found.size ? both : { ...(await merge(mine, others, signed)), instead: true };
}

async function merge(mine: Voice, voices: readonly Voice[], signed: readonly Signed[]): Promise<Merged> {
  const files = new Map<string, { readonly bytes: Uint8Array; readonly from: string }>();
  const tree: GrowingTree = { full: [], tail: [] };
  const roots = new Map<number, Uint8Array>();
  for (let index = 0; ; index++) {
    const all = await Promise.all(voices.map(async (voice) => ({ voice, entries: await entriesOf(voice, index) })));
    const hashes = mine.found.tree === null ? [] : ((await readTile(join(mine.copy.dir, logFolder), 0, index))?.hashes ?? []);
    // An entry that is intact in no copy remains as it is, so that later entries keep their positions.
    const own = voices.includes(mine) ? ((await readBundle(join(mine.copy.dir, logFolder), index))?.entries ?? []) : [];
    const entries: Uint8Array[] = [];
    const from = new Set<string>();
    for (let at = 0; at < tileWidth; at++) {
      const hash = index * tileWidth + at < mine.found.size ? hashes[at] : undefined;
      const good = all.find(({ voice, entries: theirs }) => {
        const bytes = theirs[at] ?? null;
        return bytes !== null && (voice === mine || hash === undefined || sameHash(leafHash(bytes), hash));
      });
      const bytes = good?.entries[at] ?? own[at];
      if (bytes === undefined) break;
      entries.push(bytes);
      if (good !== undefined && good.voice !== mine) from.add(good.voice.copy.name);
      addLeaf(tree, leafHash(bytes));
      if (signed.some(({ size }) => size === treeSize(tree))) roots.set(treeSize(tree), treeRoot(tree));
    }
    const path = `${logFolder}/${tilePath({ level: 'entries', index, width: Math.max(1, entries.length) })}`;
    const bytes = bundleBytes(entries);
    const there = await readSmallFile(join(mine.copy.dir, path), limits.logBundleBytes);
    const differs = there === null || Buffer.compare(there, bytes) !== 0;
    if (entries.length > 0 && (differs || widerFiles(mine.copy.dir, index, entries.length).length > 0))
      files.set(path, { bytes, from: from.size === 0 ? mine.copy.name : [...from].join('+') });
    if (entries.length < tileWidth) break;
  }
  const size = treeSize(tree);
  const fits = signed.find((one) => one.size === size && sameHash(one.root, roots.get(size) ?? new Uint8Array()));
  const own = mine.found.checkpoint;
  const known = own !== null && own.size === size && fits !== undefined && sameHash(own.root, fits.root);
  const checkpoint = fits === undefined || known ? null : { text: fits.text, from: fits.from };
  return { files, size, checkpoint, signed: fits !== undefined, instead: false };
}

/** A signed state of a log, and the copy that contains it. */
interface Signed {
  readonly size: number;
  readonly root: Uint8Array;
  readonly text: string;
  readonly from: string;
}

/** Returns the signed states of the log that the archive, this machine's memory and the other copies contain. */
async function checkpointsOf(mine: Voice, others: readonly Voice[], id: string | null, keys: string): Promise<Signed[]> {
  const remembered = id === null ? null : await rememberedCheckpoint(keys, id);
  const texts = [
    ...[mine, ...others.filter((one) => one.signed)].map(({ copy, found }) => ({ text: found.checkpoint?.text ?? '', from: copy.name })),
    { text: remembered ?? '', from: mine.copy.name },
  ];
  return texts.flatMap(({ text, from }) => {
    const checkpoint = parseCheckpoint(text);
    return checkpoint === null || (id !== null && checkpoint.origin !== logOrigin(id)) ? [] : [{ ...checkpoint, text, from }];
  });
}
