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

/** A log and its archive. */
export interface LogPlace {
  /** Folder of the archive or replica. */
  readonly dir: string;
  /** Archive id; null: it is not checked. */
  readonly id: string | null;
}

/** How one log relates to another. */
export interface LogComparison {
  /**
   * State of the other log relative to the known one: the same entries, fewer, or more; `forked`: a shared entry differs;
   * `absent`: there is no log, or only the beginning of a copy of the known one.
   */
  readonly relation: 'equal' | 'behind' | 'ahead' | 'forked' | 'absent';
  /** Number of the first entry that only one of the logs has, or that differs; null if all are equal. */
  readonly at: number | null;
  readonly knownEntries: number;
  readonly otherEntries: number;
  /** Faults of the other log itself. */
  readonly damage: readonly Finding[];
}

/** Compares two logs entry by entry. An entry that is damaged in one of the logs is no difference: the findings of that log report it. */
export async function compareLogs(known: LogPlace, other: LogPlace, signal: AbortSignal): Promise<LogComparison> {
  const [mine, theirs] = [await inspectLog(known, null, signal), await inspectLog(other, null, signal)];
  const [left, right] = [readEntries(known, mine, signal), readEntries(other, theirs, signal)];
  let forkedAt: number | null = null;
  try {
    let [a, b] = [await left.next(), await right.next()];
    while (a.done !== true && b.done !== true && forkedAt === null) {
      const [seqA, seqB] = [a.value.seq, b.value.seq];
      if (seqA === seqB && textOf(a.value) !== textOf(b.value)) forkedAt = seqA;
      if (seqA <= seqB) a = await left.next();
      if (seqB <= seqA) b = await right.next();
    }
  } finally {
    await Promise.all([left.return(undefined), right.return(undefined)]);
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
 * Returns true if a log has no checkpoint and contains only what a copy of the known log writes before the checkpoint. An interrupted copy is in this state,
 * because the checkpoint is copied last; it can be continued. Tile files may be narrower than those of the known log.
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

/** Reads the widest file of a tile; returns null if there is none. */
async function bytesOf(log: string, { level, index }: TileName): Promise<Buffer | null> {
  const found = level === 'entries' ? await readBundle(log, index) : await readTile(log, level, index);
  return found === null ? null : await readFile(join(log, found.path));
}

/**
 * Returns the current faults of a log. Excludes past events that every inspection reports (a restart, a loss that was logged, a key for which no other key
 * vouched), and what an interrupted copy or append left beyond the log's end.
 */
export function damageOf({ findings, lost }: Pick<LogInspection, 'findings' | 'lost'>): Finding[] {
  return findings.filter(({ code }) => !told.has(code) && (code !== 'A116' || lost !== null));
}

const told: ReadonlySet<string> = new Set(['A113', 'A114', 'L103']);

function textOf({ seq, time, type, detail }: LogEntry): string {
  return canonicalJson({ seq, time, type, detail });
}

/**
 * Lists the files of a log, relative to its archive, in copy order. The checkpoint comes after all tiles, because it states the size of the log and must not
 * promise missing entries. Stamps and witness files come after the checkpoint, because a log that is older than one of them counts as rolled back. Omits narrow
 * tile files if a wider one exists, links, locks and other non-files, and the details beside entries.
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
 * Copies a log to another copy of the archive, file by file, in the order of `logFiles`; returns the number of written bytes. Files that only the target has
 * remain. Call it only if the other log is absent, or intact and behind.
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

/**
 * Returns true for the checkpoint and for files derived from entries. If two logs agree, such files are equal or one is older.
 * @param path below the archive
 */
export function isOfTree(path: string): boolean {
  return path === checkpointFile || parseTilePath(path.slice(logFolder.length + 1)) !== null;
}

/**
 * Decides whether to copy a log file that is no tile. It is copied only if it is as the log records it, and never over a file that may be better. If the log
 * does not record it, an existing file remains, because nothing shows which of the two is right. Returns a finding for a fault.
 */
export function judgeLogFile(path: string, from: Copy, to: Copy, stampFiles: StampFiles): 'copy' | 'leave' | Finding {
  const digests = stampFiles.get(path);
  if (digests === undefined) return lstatSync(join(to.dir, path), { throwIfNoEntry: false }) === undefined ? 'copy' : 'leave';
  if (stampState(from.dir, path, digests) !== 'well')
    return finding('R115', placeName(from, path), 'differs from what the log records; it was not copied');
  const there = stampState(to.dir, path, digests);
  if (there === 'missing' || there === 'older') return 'copy';
  if (there !== 'well') return finding('R115', placeName(to, path), 'differs from what the log records; it was left unchanged');
  // Both are intact and differ, so one has a stamp that is not logged yet.
  return sha256Hex(readFileSync(join(to.dir, path))) === digests.at(-1) ? 'copy' : 'leave';
}

/** Returns true if both are files with equal bytes. Tiles and checkpoints are small. */
export async function sameBytes(a: string, b: string): Promise<boolean> {
  const [one, other] = [a, b].map((path) => lstatSync(path, { throwIfNoEntry: false }));
  if (one?.isFile() !== true || other?.isFile() !== true || one.size !== other.size) return false;
  return (await readFile(a)).equals(await readFile(b));
}
