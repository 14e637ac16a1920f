import { join } from 'node:path';
import type { Finding } from '../../core/findings/finding.ts';
import { type LogEntry, logFolder, parseEntry } from '../entries/log-entry.ts';
import { readBundle } from '../files/files.ts';
import type { LogPlace } from '../files/walk-log.ts';
import { tileWidth } from '../tree/tile-tree.ts';
import { inspectEntries, inspectLog, type LogInspection } from './inspect-log.ts';

/**
 * Yields the faults of a log as in `inspectLog`, then every unaltered entry, in order.
 * @param memory folder of this machine's keys and memory; null: no memory
 */
export async function* readLog(archive: LogPlace, signal: AbortSignal, memory: string | null = null): AsyncGenerator<LogEntry | Finding> {
  const found = await inspectLog(archive, memory, signal);
  yield* found.findings;
  yield* readEntries(archive, found, signal);
}

/**
 * Yields every unaltered entry of a log, in order, for callers that do not report the faults of the log.
 * @param memory folder of this machine's keys and memory; null: no memory
 */
export async function* loggedEntries(archive: LogPlace, memory: string | null, signal: AbortSignal): AsyncGenerator<LogEntry> {
  yield* readEntries(archive, await inspectEntries(archive, memory, signal), signal);
}

/** Yields the entries of an inspected log, without altered ones. */
export async function* readEntries(
  archive: LogPlace,
  { size, bad }: Pick<LogInspection, 'size' | 'bad'>,
  signal: AbortSignal,
): AsyncGenerator<LogEntry> {
  const log = join(archive.dir, logFolder);
  for (let index = 0; index * tileWidth < size; index++) {
    signal.throwIfAborted();
    const bundle = await readBundle(log, index);
    for (const [at, bytes] of (bundle?.entries ?? []).entries()) {
      const seq = index * tileWidth + at;
      if (seq >= size) return;
      const entry = bad.has(seq) ? null : parseEntry(bytes, seq + 1);
      if (entry !== null) yield entry;
    }
  }
}
