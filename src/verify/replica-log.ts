import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readLog } from '../archive/log.ts';
import type { LogEntry } from '../archive/log-entry.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Finding } from '../core/finding.ts';
import { byCodePoint } from '../core/order.ts';
import { copyPlain, filesBelow } from './replica-around.ts';

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
   * `absent`: there is no log.
   */
  readonly relation: 'equal' | 'behind' | 'ahead' | 'forked' | 'absent';
  /** Of the first entry that only one of them has, or that differs; null where all are equal. */
  readonly at: number | null;
  readonly knownEntries: number;
  readonly otherEntries: number;
  /** What is wrong with the other in itself. */
  readonly damage: readonly Finding[];
}

/**
 * Compares two logs entry by entry. An entry that cannot be read in one of them, because its bytes are damaged, is no difference: it is
 * in that log's own findings.
 */
export async function compareLogs(known: LogPlace, other: LogPlace, signal: AbortSignal): Promise<LogComparison> {
  const damage: Finding[] = [];
  const [left, right] = [entriesOf(known, [], signal), entriesOf(other, damage, signal)];
  let [a, b] = [await left.next(), await right.next()];
  let [knownEntries, otherEntries] = [0, 0];
  let forkedAt: number | null = null;
  let [onlyKnown, onlyOther]: [number | null, number | null] = [null, null];
  for (;;) {
    const [seqA, seqB] = [a.done === true ? Number.POSITIVE_INFINITY : a.value.seq, b.done === true ? Number.POSITIVE_INFINITY : b.value.seq];
    if (a.done === true && b.done === true) break;
    if (seqA === seqB && a.done !== true && b.done !== true && forkedAt === null && textOf(a.value) !== textOf(b.value)) forkedAt = seqA;
    const [takeA, takeB] = [seqA <= seqB, seqB <= seqA];
    if (takeA) {
      knownEntries++;
      // A gap in the middle is damage of the other; only what follows its end is more.
      if (seqA !== seqB && b.done === true) onlyKnown ??= seqA;
      a = await left.next();
    }
    if (takeB) {
      otherEntries++;
      if (seqA !== seqB && a.done === true && !takeA) onlyOther ??= seqB;
      b = await right.next();
    }
  }
  const relation =
    otherEntries === 0 && logFiles(other.dir).length === 0
      ? 'absent'
      : forkedAt !== null
        ? 'forked'
        : onlyOther !== null
          ? 'ahead'
          : onlyKnown !== null
            ? 'behind'
            : 'equal';
  return { relation, at: forkedAt ?? onlyOther ?? onlyKnown, knownEntries, otherEntries, damage };
}

/** What a sync that was killed between a log and its head leaves, and mends by itself. */
const passing: ReadonlySet<string> = new Set(['A117']);

async function* entriesOf(place: LogPlace, damage: Finding[], signal: AbortSignal): AsyncGenerator<LogEntry> {
  for await (const item of readLog(place, signal)) {
    if (item.kind === 'log-entry') yield item;
    else if (!passing.has(item.code)) damage.push(item);
  }
}

function textOf({ seq, time, type, detail }: LogEntry): string {
  return canonicalJson({ seq, time, type, detail });
}

/** Files that tell how far a log goes: they come last, so that a log never promises what is not there yet. */
const heads: ReadonlySet<string> = new Set(['log/head.json', 'log/checkpoint']);

/** The files of a log, relative to its archive, heads last. Links and what else is no file are left out. */
export function logFiles(dir: string): string[] {
  return filesBelow(dir, 'log').sort((a, b) => Number(heads.has(a)) - Number(heads.has(b)) || byCodePoint(a, b));
}

/**
 * Brings a log to another copy of the archive, file by file, heads last; gives the bytes written. What is there and is not in the source
 * stays. To be called only where the other log is absent or behind.
 */
export async function copyLog(from: string, to: string, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  for (const path of logFiles(from)) {
    signal.throwIfAborted();
    const size = lstatSync(join(from, path)).size;
    if (!heads.has(path) && sizeOf(join(to, path)) === size) continue;
    if (heads.has(path) && (await sameBytes(join(from, path), join(to, path)))) continue;
    await copyPlain(from, to, path);
    bytes += size;
  }
  return bytes;
}

function sizeOf(path: string): number | null {
  try {
    return lstatSync(path).size;
  } catch {
    return null;
  }
}

async function sameBytes(a: string, b: string): Promise<boolean> {
  if (sizeOf(a) !== sizeOf(b)) return false;
  return (await readFile(a)).equals(await readFile(b));
}
