import { lstatSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { checkpointFile, type LogEntry, logFolder } from '../../log/entries/log-entry.ts';
import { parseTilePath, readBundle, readTile } from '../../log/files/files.ts';
import { inspectLog, type LogInspection } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import type { TileName } from '../../log/tree/tile-tree.ts';
import { isDetailsFile } from '../../log/who/entry-details.ts';
import { copyPlain, filesBelow } from '../place/around.ts';
import type { Copy } from '../place/place.ts';
import { type StampFiles, stampState } from '../place/stamps.ts';
import { placeName } from './check-bag.ts';

/** A log and whose it is. */
export interface LogPlace {
  /** Folder of the archive or replica. */
  readonly dir: string;
  /** Null: not to be asked. */
  readonly id: string | null;
}

/** How one log stands to another. */
export interface LogComparison {
  /**
   * Of the other to the known: the same entries, or the first of them, or more; `forked`: an entry that both have is not the same in both;
   * `absent`: there is no log, or no more than the beginning of a copy of the known one.
   */
  readonly relation: 'equal' | 'behind' | 'ahead' | 'forked' | 'absent';
  /** Number of the first entry that only one of them has, or that differs; null where all are equal. */
  readonly at: number | null;
  readonly knownEntries: number;
  readonly otherEntries: number;
  /** What is wrong with the other in itself. */
  readonly damage: readonly Finding[];
}

/**
 * Compares two logs entry by entry. An entry that is damaged in one of them is no difference: it is in that log's own findings.
 */
export async function compareLogs(known: LogPlace, other: LogPlace, signal: AbortSignal): Promise<LogComparison> {
  const [mine, theirs] = [await inspectLog(known, null, signal), await inspectLog(other, null, signal)];
  const [left, right] = [readEntries(known, mine, signal), readEntries(other, theirs, signal)];
  let [a, b] = [await left.next(), await right.next()];
  let forkedAt: number | null = null;
  while (a.done !== true && b.done !== true && forkedAt === null) {
    const [seqA, seqB] = [a.value.seq, b.value.seq];
    if (seqA === seqB && textOf(a.value) !== textOf(b.value)) forkedAt = seqA;
    if (seqA <= seqB) a = await left.next();
    if (seqB <= seqA) b = await right.next();
  }
  const shorter = Math.min(mine.size, theirs.size);
  const relation = mine.size === theirs.size ? 'equal' : theirs.size < mine.size ? 'behind' : 'ahead';
  return {
    relation: theirs.checkpoint === null && (await isBegun(known.dir, other.dir)) ? 'absent' : forkedAt !== null ? 'forked' : relation,
    at: forkedAt ?? (relation === 'equal' ? null : shorter + 1),
    knownEntries: mine.size,
    otherEntries: theirs.size,
    damage: damageOf(theirs),
  };
}

/**
 * True where a log has no checkpoint, and nothing beside it but what a copy of the known log brings before that: it goes over last, and a
 * copy that was stopped goes on. Files of tiles may have been narrower then.
 */
async function isBegun(known: string, other: string): Promise<boolean> {
  for (const path of filesBelow(other, logFolder).filter((one) => !basename(one).startsWith('.') && !isDetailsFile(one))) {
    if (path === checkpointFile) return false;
    const name = parseTilePath(path.slice(logFolder.length + 1));
    const bytes = await readFile(join(other, path));
    const log = join(known, logFolder);
    const wider = name === null ? null : await bytesOf(log, name);
    const same = wider === null ? await sameBytes(join(known, path), join(other, path)) : bytes.equals(wider.subarray(0, bytes.length));
    if (!same) return false;
  }
  return true;
}

/** The widest file of a tile; null where there is none. */
async function bytesOf(log: string, { level, index }: TileName): Promise<Buffer | null> {
  const found = level === 'entries' ? await readBundle(log, index) : await readTile(log, level, index);
  return found === null ? null : await readFile(join(log, found.path));
}

/**
 * What is wrong with a log now. Not what happened to it once and is told for ever (a restart, a loss that a run has entered, a key that
 * nobody vouched for), nor what a copy or an append that was stopped left behind its end.
 */
export function damageOf({ findings, lost }: Pick<LogInspection, 'findings' | 'lost'>): Finding[] {
  return findings.filter(({ code }) => !told.has(code) && (code !== 'A116' || lost !== null));
}

const told: ReadonlySet<string> = new Set(['A113', 'A114', 'L103']);

function textOf({ seq, time, type, detail }: LogEntry): string {
  return canonicalJson({ seq, time, type, detail });
}

/**
 * The files of a log, relative to its archive: the checkpoint behind all tiles, because it tells how far the log goes and must not promise what is not
 * there yet; stamps and what witnesses signed behind the checkpoint, because a log that is older than one of them was rolled back. Narrow files of a tile
 * are left out where a wider one is there; so are links, locks, what else is no file, and the details beside entries.
 */
export function logFiles(dir: string): string[] {
  const files = filesBelow(dir, logFolder).filter((path) => !basename(path).startsWith('.') && !isDetailsFile(path));
  const widest = new Map<string, number>();
  const tileOf = (path: string): { readonly tile: string; readonly width: number } | null => {
    const name = parseTilePath(path.slice(logFolder.length + 1));
    return name === null ? null : { tile: `${name.level} ${name.index}`, width: name.width };
  };
  for (const path of files) {
    const found = tileOf(path);
    if (found !== null) widest.set(found.tile, Math.max(found.width, widest.get(found.tile) ?? 0));
  }
  return files
    .filter((path) => {
      const found = tileOf(path);
      return found === null || widest.get(found.tile) === found.width;
    })
    .sort((a, b) => placeInCopy(a) - placeInCopy(b) || byCodePoint(a, b));
}

function placeInCopy(path: string): number {
  return path === checkpointFile ? 1 : isOfTree(path) ? 0 : 2;
}

/**
 * Brings a log to another copy of the archive, file by file, in the order of `logFiles`; gives the bytes written. What is there and is not in the
 * source stays. To be called only where the other log is absent, or whole and behind.
 */
export async function* copyLog(from: Copy, to: Copy, stampFiles: StampFiles, signal: AbortSignal): AsyncGenerator<Finding, number> {
  let bytes = 0;
  for (const path of logFiles(from.dir)) {
    signal.throwIfAborted();
    if (await sameBytes(join(from.dir, path), join(to.dir, path))) continue;
    const judged = isOfTree(path) ? 'copy' : judgeLogFile(path, from, to, stampFiles);
    if (typeof judged === 'object') yield judged;
    if (judged !== 'copy') continue;
    await copyPlain(from.dir, to.dir, path);
    bytes += lstatSync(join(from.dir, path)).size;
  }
  return bytes;
}

/** True for the checkpoint and what follows from the entries: of a log that agrees with ours they are ours, or older. @param path below the archive */
export function isOfTree(path: string): boolean {
  return path === checkpointFile || parseTilePath(path.slice(logFolder.length + 1)) !== null;
}

/**
 * Whether a file of a log that is no tile goes from one copy to another: where it is as the log tells, and over nothing that may be better.
 * Of one that the log does not tell of, nothing tells which of two is right. A finding says what is wrong.
 */
export function judgeLogFile(path: string, from: Copy, to: Copy, stampFiles: StampFiles): 'copy' | 'leave' | Finding {
  const digests = stampFiles.get(path);
  if (digests === undefined) return lstatSync(join(to.dir, path), { throwIfNoEntry: false }) === undefined ? 'copy' : 'leave';
  if (stampState(from.dir, path, digests) !== 'well') return finding('R115', placeName(from, path), 'is not as the log tells, and was not copied');
  const there = stampState(to.dir, path, digests);
  if (there === 'missing' || there === 'older') return 'copy';
  if (there !== 'well') return finding('R115', placeName(to, path), 'is not as the log tells; it was left as it is');
  // Both are well and differ: one has a stamp more than the log tells of.
  return sha256Hex(readFileSync(join(to.dir, path))) === digests.at(-1) ? 'copy' : 'leave';
}

/** True where both are files with the same bytes. Tiles and checkpoints are small. */
export async function sameBytes(a: string, b: string): Promise<boolean> {
  const [one, other] = [a, b].map((path) => lstatSync(path, { throwIfNoEntry: false }));
  if (one?.isFile() !== true || other?.isFile() !== true || one.size !== other.size) return false;
  return (await readFile(a)).equals(await readFile(b));
}
