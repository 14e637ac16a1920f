import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolderDurable, syncFolder, temporaryPrefix, writeDurable } from '../../archive/files/durable.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { counted } from '../../core/words/quantity.ts';
import { logFolder, type NewEntry } from '../entries/log-entry.ts';
import { entriesByHash, parseTilePath, readBundle, readSmallFile, tileFiles } from '../files/files.ts';
import type { LogState } from '../files/writer.ts';
import { leafHash } from '../tree/merkle.ts';
import {
  bundleBytes,
  bundleEntries,
  type GrowingTree,
  type TileName,
  tileBytes,
  tilePath,
  tileWidth,
  treeSize,
  upperTiles,
} from '../tree/tile-tree.ts';
import type { LogInspection } from './inspect-log.ts';

/** How a log is repaired. */
export interface RepairOrder {
  /** Key that signs from now on. */
  readonly ownKey: string;
  readonly time: string;
  /** True: entries that are lost at the end are given up, and an entry records that for ever. */
  readonly givesUpEnd: boolean;
}

/**
 * Repairs a log so that it can be continued. Rewrites everything that is derived from the entries, restores an altered entry if an older file has the
 * original, and moves whole unsigned entries to quarantine. Never changes signed entries.
 * @returns the state to continue from, and entries that record what was found and done; write them before any other entry
 * @throws LongplayError incomplete L102, L105, L116: the log must be restored before it is continued; L109: apparent leftovers may be entries that
 * this machine does not know; L132: the end of the log is lost, and `order` does not give it up
 */
export async function repairLog(
  archive: { readonly dir: string; readonly id: string },
  found: LogInspection,
  { ownKey, time, givesUpEnd }: RepairOrder,
): Promise<{ readonly state: LogState; readonly notes: readonly NewEntry[] }> {
  const { tree, size, leftovers, lost } = found;
  if (found.obstacle !== null || tree === null) throw refusal(archive.dir, found.obstacle);
  if (lost !== null && size > 0 && !givesUpEnd) throw endLost(archive.dir, size, lost.size);
  const log = join(archive.dir, logFolder);
  if (leftovers.length > 0 && !found.remembers) {
    throw new LongplayError(
      'incomplete',
      'L109',
      `the log of ${archive.dir} has ${counted(leftovers.length, 'file')} with entries beyond its checkpoint, and this machine has never seen this log`,
      'compare with another copy of the archive; then copy the file .checkpoint beside the key as well, or delete the files that longplay verify reports',
    );
  }
  const bad = new Set(found.bad);
  const recovered = await recoverEntries(log, size, bad);
  let rewrittenTiles = 0;
  const write = async (path: string, bytes: Uint8Array): Promise<void> => {
    await makeFolderDurable(dirname(join(log, path)));
    await writeDurable(join(log, path), bytes);
  };
  for (const path of found.badTiles) {
    const name = parseTilePath(path);
    const bytes = name === null ? null : await contentOf(log, name, tree, bad);
    if (bytes === null) continue;
    await write(path, bytes);
    rewrittenTiles++;
  }
  // Parts of longer files, which are deleted, may be the only copy of the last files of the tree.
  for (const name of edgeTiles(tree)) {
    if (existsSync(join(log, tilePath(name)))) continue;
    const bytes = await contentOf(log, name, tree, bad);
    if (bytes !== null) await write(tilePath(name), bytes);
  }
  const unsigned = await putAside(archive.dir, leftovers, size, time);
  // The lock is held, so all temporary files belong to killed runs.
  for (const path of [...tileFiles(log)].filter((one) => basename(one).startsWith(temporaryPrefix))) await rm(join(log, path), { force: true });
  const index = tree.full.length;
  const bundle = treeSize(tree) % tileWidth === 0 ? [] : ((await readBundle(log, index))?.entries ?? []);
  const tail = tree.tail.map((_, at) => bundle[at] ?? new Uint8Array());
  const notes: NewEntry[] = [];
  const checkpoint = found.findings.some(({ code }) => code === 'A117');
  if (size === 0) notes.push({ type: 'log-restarted', detail: { archive: archive.id, key: ownKey, lostSize: lost?.size ?? null } });
  else if (lost !== null)
    notes.push({ type: 'log-shortened', detail: { lostSize: lost.size, lostRoot: Buffer.from(lost.root).toString('hex'), left: size } });
  if (size > 0 && (recovered > 0 || unsigned !== null || (lost === null && (rewrittenTiles > 0 || checkpoint))))
    notes.push({ type: 'log-repaired', detail: { tiles: rewrittenTiles, checkpoint, entries: recovered, ...unsigned } });
  const isDamaged = [...bad].some((at) => at >= index * tileWidth);
  return { state: { tree, tail, isDamaged }, notes };
}

/** Creates the error that refuses new entries, with the next step. */
function refusal(dir: string, obstacle: Finding | null): LongplayError {
  if (obstacle === null) throw new Error('a log without a tree and without a finding');
  return new LongplayError('incomplete', obstacle.code, `the log of ${dir} is not continued: ${obstacle.message}`, hints[obstacle.code] ?? fromCopy);
}

/**
 * Creates the error that refuses to continue a log whose end is lost. A new entry in the place of a lost one would fork the log: the lost entries, and the
 * holds and erasures that they record, could never be restored from a copy.
 */
function endLost(dir: string, size: number, known: number): LongplayError {
  return new LongplayError(
    'incomplete',
    'L132',
    agree`the log of ${dir} is not continued: it ends with entry ${size}, but it had ${known} entr[y|ies]; it was cut, or an older copy of the archive was restored`,
    endLostNext,
  );
}

/** Step that brings back the end of a log, and the one that gives it up. */
export const endLostNext = 'bring the newer log back: longplay replica repair ARCHIVE. If no copy has it: longplay log remember ARCHIVE --lost';

const fromCopy =
  'longplay verify reports the faults; restore log/ from another copy of the archive. If there is none, move log/ away: the next run begins a new log, which records that permanently';

const hints: Readonly<Record<string, string>> = {
  L102: 'compare log/ with a replica and with the checkpoint of a witness (longplay log verify --since FILE). If log/ is wrong, restore it; if it is right, delete the file .checkpoint of the archive beside its key',
  L116: 'compare log/ with a replica or a witness (longplay log verify ARCHIVE --since FILE); if it is right: longplay log remember ARCHIVE',
};

/** Restores entries whose original is in another file of their bundle, and rewrites the bundle. Returns the number of restored entries. */
async function recoverEntries(log: string, size: number, bad: Set<number>): Promise<number> {
  let recovered = 0;
  for (const index of new Set([...bad].map((at) => Math.floor(at / tileWidth)))) {
    const first = index * tileWidth;
    // Files of unsigned entries may be wider than the log.
    const width = Math.min(tileWidth, size - first);
    const entries = (await entriesByHash(log, index)).slice(0, width).filter((entry) => entry !== null);
    // A gap in the file would shift the later entries.
    if (entries.length < width) continue;
    const path = join(log, tilePath({ level: 'entries', index, width }));
    await makeFolderDurable(dirname(path));
    await writeDurable(path, bundleBytes(entries));
    for (let at = first; at < first + width; at++) if (bad.delete(at)) recovered++;
  }
  return recovered;
}

/**
 * Moves files of unsigned entries to quarantine if they contain a whole entry; deletes files without one. An interrupted append leaves such files,
 * but so does somebody who restores an older checkpoint: they are then all that is left.
 * @returns the number of entries, and the SHA-256 of the widest file with them; null if there is none
 */
async function putAside(
  dir: string,
  leftovers: readonly string[],
  size: number,
  time: string,
): Promise<{ readonly unsigned: number; readonly unsignedSha256: string } | null> {
  const log = join(dir, logFolder);
  const bundles: { readonly path: string; readonly entries: number; readonly sha256: string }[] = [];
  for (const path of leftovers) {
    const name = parseTilePath(path);
    const bytes = name?.level === 'entries' ? await readSmallFile(join(log, path), limits.logBundleBytes) : null;
    const beyond = name === null || bytes === null ? 0 : name.index * tileWidth + bundleEntries(bytes).entries.length - size;
    if (bytes !== null && beyond > 0) bundles.push({ path, entries: beyond, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  const first = `quarantine/${time.replace(/[-:]|\.\d+/g, '')}-log`;
  let folder = first;
  // Files of earlier runs are kept as well.
  for (let number = 2; existsSync(join(dir, folder)); number++) folder = `${first}-${number}`;
  for (const { path } of bundles) {
    await makeFolderDurable(dirname(join(dir, folder, path)));
    await rename(join(log, path), join(dir, folder, path));
    await syncFolder(dirname(join(dir, folder, path)));
  }
  for (const path of leftovers) await rm(join(log, path), { force: true });
  const widest = bundles.reduce<(typeof bundles)[number] | null>((best, one) => (best === null || one.entries > best.entries ? one : best), null);
  return widest === null ? null : { unsigned: widest.entries, unsignedSha256: widest.sha256 };
}

/** Yields the tiles at the right edge that are not full. */
function* edgeTiles(tree: GrowingTree): Generator<TileName> {
  const name = { index: tree.full.length, width: tree.tail.length };
  if (tree.tail.length > 0) yield* [{ level: 'entries', ...name } as const, { level: 0, ...name }];
  for (const { level, index, width } of upperTiles(tree)) if (width < tileWidth) yield { level, index, width };
}

/** Returns the correct content of a tile's file; null if the entries that it is derived from are damaged. */
async function contentOf(log: string, { level, index, width }: TileName, tree: GrowingTree, bad: ReadonlySet<number>): Promise<Uint8Array | null> {
  if (level !== 'entries' && level > 0) {
    for (const tile of upperTiles(tree)) if (tile.level === level && tile.index === index) return tileBytes(tile.hashes.slice(0, width));
    return null;
  }
  const first = index * tileWidth;
  const entries = (await readBundle(log, index))?.entries.slice(0, width) ?? [];
  if (entries.length < width || entries.some((_, at) => bad.has(first + at))) return null;
  return level === 'entries' ? bundleBytes(entries) : tileBytes(entries.map(leafHash));
}
