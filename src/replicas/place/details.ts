import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolderDurable, writeDurable } from '../../archive/files/durable.ts';
import { agree } from '../../core/base/agree.ts';
import { systemCode } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type LogEntry, logFolder, parseEntry } from '../../log/entries/log-entry.ts';
import { readBundle } from '../../log/files/files.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import { tileWidth } from '../../log/tree/tile-tree.ts';
import {
  bundleOfDetails,
  detailsFile,
  detailsFolder,
  digestMember,
  loginOf,
  readDetailLines,
  removeUnfinished,
} from '../../log/who/entry-details.ts';
import { covers, type Erasure, erasesLine, erasureOf, type SharedLine, shareLine, subjectOf } from '../../log/who/erasure.ts';
import { copyPlain, filesBelow } from './around.ts';
import type { Copy } from './place.ts';

/**
 * Copies the details beside entries to a replica: files that are new or have changed in the archive, including changes by an erasure. A file that lacks a line
 * in the archive is not copied, unless an entry explains the loss. The caller has locked the log, and copies it after the details.
 */
export async function* syncDetails(primary: Copy, replica: Copy, signal: AbortSignal): AsyncGenerator<Finding, number> {
  let forgettings: readonly Erasure[] | null = null;
  let bytes = 0;
  await removeUnfinished(replica.dir);
  for (const path of filesBelow(primary.dir, detailsFolder)) {
    const bundle = bundleOfDetails(path);
    if (bundle === null || !isNewer(join(primary.dir, path), join(replica.dir, path))) continue;
    signal.throwIfAborted();
    forgettings ??= await readForgettings(primary.dir, signal);
    if ((await lackingDigests(primary.dir, bundle, forgettings)).size > 0) {
      yield finding('R149', path, `lacks details that the log has digests of: it was not copied to ${replica.name}`);
      continue;
    }
    const erased = await erasedDigests(primary.dir, bundle, forgettings);
    if (erased.size > 0) {
      yield finding(
        'L129',
        path,
        agree`${erased.size} line[s] [is|are] there that the log says are erased: [it was|they were] not copied to ${replica.name}`,
      );
      await copyWithout(primary.dir, replica.dir, bundle, erased);
      continue;
    }
    await copyPlain(primary.dir, replica.dir, path);
    bytes += lstatSync(join(primary.dir, path)).size;
  }
  return bytes;
}

function isNewer(path: string, there: string): boolean {
  const [source, target] = [lstatSync(path), lstatSync(there, { throwIfNoEntry: false })];
  return target === undefined || !target.isFile() || target.size !== source.size || target.mtimeMs < source.mtimeMs;
}

/** Returns all erasures of details that a log records. */
export async function readForgettings(dir: string, signal: AbortSignal): Promise<Erasure[]> {
  const found: Erasure[] = [];
  const place = { dir, id: null };
  for await (const entry of loggedEntries(place, null, signal)) {
    const forgetting = erasureOf(entry);
    if (forgetting !== null) found.push(forgetting);
  }
  return found;
}

/** Returns the digests of missing lines that entries of a bundle name and that were neither erased nor acknowledged as lost. */
export async function lackingDigests(dir: string, bundle: number, forgettings: readonly Erasure[]): Promise<Set<string>> {
  const lines = await readDetailLines(dir, bundle).catch((error: unknown) => {
    // A verification reports an unreadable file; here it counts as lacking all its lines.
    if (systemCode(error) === null) throw error;
    return null;
  });
  const lacking = new Set<string>();
  for (const entry of await entriesOf(dir, bundle)) {
    const digest = entry.detail[digestMember];
    if (typeof digest !== 'string' || lines?.has(digest) === true) continue;
    if (!forgettings.some((one) => covers(one, entry.seq, subjectOf(entry)))) lacking.add(digest);
  }
  return lacking;
}

/** Returns the digests of lines that exist although all entries that share them were erased. */
async function erasedDigests(dir: string, bundle: number, forgettings: readonly Erasure[]): Promise<Set<string>> {
  const lines = new Map<string, SharedLine>();
  if (forgettings.length === 0) return new Set();
  const there = await readDetailLines(dir, bundle);
  for (const entry of await entriesOf(dir, bundle)) {
    const digest = entry.detail[digestMember];
    const bytes = typeof digest === 'string' ? there?.get(digest) : undefined;
    if (typeof digest !== 'string' || bytes === undefined) continue;
    const [line, subject] = [lines.get(digest), subjectOf(entry)];
    if (line === undefined) lines.set(digest, { fromSeq: entry.seq, toSeq: entry.seq, subject, login: loginOf(bytes) });
    else shareLine(line, entry.seq, subject);
  }
  return new Set([...lines].flatMap(([digest, line]) => (erasesLine(forgettings, line) ? [digest] : [])));
}

async function copyWithout(from: string, to: string, bundle: number, erased: ReadonlySet<string>): Promise<void> {
  const lines = [...((await readDetailLines(from, bundle)) ?? [])].flatMap(([digest, line]) => (erased.has(digest) ? [] : [line, Buffer.of(0x0a)]));
  const path = join(to, detailsFile(bundle));
  await makeFolderDurable(dirname(path));
  await writeDurable(path, Buffer.concat(lines));
}

async function entriesOf(dir: string, bundle: number): Promise<LogEntry[]> {
  const found = (await readBundle(join(dir, logFolder), bundle))?.entries ?? [];
  return found.flatMap((bytes, at) => parseEntry(bytes, bundle * tileWidth + at + 1) ?? []);
}
