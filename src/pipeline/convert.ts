import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import { syncTree } from '../archive/durable.ts';
import { errorText, LongplayError } from '../core/error.ts';
import { finding } from '../core/finding.ts';
import { baseName, extension, foldedName } from '../core/safe-path.ts';
import type { Entry } from '../core/source.ts';
import type { AccessOptions, MediumResult, MediumTask } from '../media/types.ts';
import { WorkerCrash, type WorkerPool } from '../media/worker-pool.ts';
import { readChecksums, writeChecksums } from './checksum-file.ts';
import { type ConversionRecord, readConversions, recordName } from './conversion-record.ts';
import { createEventChannel } from './event-channel.ts';
import { findingEvent, type PipelineEvent } from './events.ts';
import { isEmptyFolder } from './identify.ts';
import { openSources } from './open-sources.ts';
import { followSource } from './source-notes.ts';
import { isUnreadable } from './unreadable.ts';

/** One file to be converted, for a worker. */
export interface ConvertTask {
  readonly kind: 'medium';
  readonly medium: MediumTask;
}

/** What a conversion works with. */
export interface ConvertTools {
  readonly createPool: (signal: AbortSignal) => WorkerPool;
  readonly temporary: string;
  /** True for entries that are worth a try; others are skipped with a count. */
  readonly isAudioName: (path: string) => boolean;
}

/** What became of a conversion. */
export interface ConvertOutcome {
  readonly converted: number;
  /** There from an earlier run. */
  readonly kept: number;
  readonly notConverted: number;
  readonly skipped: number;
  /** Parts of the sources that could not be read, each with a finding. */
  readonly unread: number;
  readonly audioMs: number;
  readonly bytes: number;
}

/**
 * Batch conversion without an archive: a mirrored tree below `out`, with `manifest-sha256.txt` and `conversions.jsonl` beside it. Run
 * again, it keeps what it made of the same files and makes what is missing.
 */
export async function* convert(
  paths: readonly string[],
  out: string,
  access: AccessOptions,
  tools: ConvertTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ConvertOutcome> {
  await using opened = await openSources(paths, tools.temporary, signal);
  const { source } = opened;
  mkdirSync(out, { recursive: true });
  const manifestFile = join(out, 'manifest-sha256.txt');
  if (!isEmptyFolder(out) && !existsSync(manifestFile)) {
    throw new LongplayError('usage', 'U120', `${out} holds files that no conversion made`, 'name an empty or new folder with --out');
  }
  const manifest = readChecksums(manifestFile);
  const recordFile = join(out, recordName);
  const record = readConversions(recordFile);
  // Written before the first file: a crash leaves a folder that a second run knows as its own.
  await writeChecksums(manifestFile, manifest);
  const channel = createEventChannel<PipelineEvent>();
  const counts = { converted: 0, kept: 0, notConverted: 0, skipped: 0, audioMs: 0, bytes: 0 };
  const names = new Map<string, string>();
  const entries: Entry[] = [];
  for await (const entry of source.entries(signal)) {
    if (tools.isAudioName(entry.path)) entries.push(entry);
    else counts.skipped++;
  }
  const notes = followSource(source);
  for (const found of notes.take()) yield findingEvent(found);
  const bytesTotal = entries.reduce((sum, entry) => sum + entry.size, 0);
  const stop = new AbortController();
  const stopping = AbortSignal.any([signal, stop.signal]);
  const pool = tools.createPool(signal);
  const limit = pLimit(pool.size * 2);
  let done = 0;

  const one = async (entry: Entry, target: string): Promise<void> => {
    stopping.throwIfAborted();
    const location = await source.locate(entry, stopping);
    const partial = join(out, `.partial-${done}-${names.size}-${target.replaceAll('/', '_').slice(-80)}`);
    try {
      const task: ConvertTask = {
        kind: 'medium',
        medium: { location, name: baseName(entry.path), place: entry.path, originalBase: null, accessBase: partial, access },
      };
      const result = await pool.run<MediumResult>(task);
      for (const found of result.findings) channel.push(findingEvent(found));
      counts.bytes += entry.size;
      counts.audioMs += result.measurement?.durationMs ?? 0;
      if (result.accessReason === 'original is open') {
        counts.skipped++;
      } else if (result.access === null) {
        counts.notConverted++;
        channel.push(findingEvent(finding('P160', entry.path, `was not converted: ${result.accessReason ?? 'no copy was made'}`)));
      } else {
        const name = `${target}.${result.access.format}`;
        const full = join(out, name);
        mkdirSync(dirname(full), { recursive: true });
        renameSync(`${partial}.${result.access.format}`, full);
        manifest.set(name, result.access.sha256);
        record.add(entry, access.format, name);
        counts.converted++;
        const { path: _path, ...copy } = result.access;
        channel.push({ type: 'result', of: 'converted', value: { from: entry.path, to: name, sourceSha256: result.original.sha256, ...copy } });
      }
    } catch (error) {
      if (!(error instanceof WorkerCrash) && !isUnreadable(error)) throw error;
      counts.notConverted++;
      channel.push(findingEvent(finding('P160', entry.path, `was not converted: ${errorText(error)}`)));
    } finally {
      for (const ending of ['opus', 'wav']) rmSync(`${partial}.${ending}`, { force: true });
      await source.release(location);
    }
  };

  const work = (async (): Promise<void> => {
    const all = entries.map((entry) => {
      const earlier = record.find(entry, access.format);
      const target = earlier === null ? targetName(entry.path, names, record) : earlier.to.slice(0, earlier.to.lastIndexOf('.'));
      return limit(async () => {
        try {
          const isThere = earlier !== null && manifest.has(earlier.to) && existsSync(join(out, earlier.to));
          if (!isThere) await one(entry, target);
          else if (earlier.is === 'same') counts.kept++;
          else {
            counts.notConverted++;
            channel.push(findingEvent(finding('P161', entry.path, `${earlier.to} was made of a file of this name with another size or date`)));
          }
          done++;
          channel.push({
            type: 'progress',
            phase: 'converting',
            done,
            total: entries.length,
            unit: 'files',
            bytes: counts.bytes,
            bytesTotal,
            audioMs: counts.audioMs,
          });
        } catch (error) {
          stop.abort(error);
          throw error;
        }
      });
    });
    await Promise.allSettled(all);
    signal.throwIfAborted();
    if (stop.signal.aborted) throw stop.signal.reason;
  })();
  try {
    yield* channel.during(work);
  } finally {
    await pool.close();
    // Also after a failure: what is done is done, and listed.
    await syncTree(out);
    manifest.set(recordName, await record.write(recordFile));
    await writeChecksums(manifestFile, manifest);
  }
  for (const found of notes.take()) yield findingEvent(found);
  return { ...counts, unread: notes.unread };
}

/** Folders as in the source, the extension replaced; names that would be one file on some disk get a number. */
function targetName(path: string, taken: Map<string, string>, record: ConversionRecord): string {
  const plain = path.replaceAll('!', '/');
  const stem = plain.slice(0, plain.length - extension(plain).length);
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    const folded = foldedName(name);
    if (taken.has(folded) || !record.isFree(name, path)) continue;
    taken.set(folded, path);
    return name;
  }
}
