import { setTimeout as sleep } from 'node:timers/promises';
import { openArchive } from '../../archive/layout.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { continueLog, endOf } from '../../log/read/continue-log.ts';
import { inspectLog, type LogInspection } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { judgeLog } from '../../log/read/replica-behind.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import { type EntryFormat, entryLine } from '../../log/who/entry-formats.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';

/** Part of a log to export. */
export interface LogExportRequest {
  readonly format: EntryFormat;
  /** Number of the first entry, from 1. */
  readonly fromSeq: number;
  /** True: continue with later entries until the export is stopped. */
  readonly follow: boolean;
  /** True: existing details (who and why) are exported as well; false: pseudonyms only. */
  readonly withDetails: boolean;
}

/** Result of an export. */
export interface LogExport {
  readonly entries: number;
  /** Number of the last entry; the next export begins after it. */
  readonly lastSeq: number;
  /** Errors of the log. */
  readonly errors: number;
}

/** Polling interval of a followed log. */
const followMs = 1_000;

/**
 * Prints the entries of a log as lines for other programs; each is a `result` of `line`. Reports problems of the log first; while following, they end
 * the export.
 */
export async function* exportLog(
  archiveDir: string,
  { format, fromSeq, follow, withDetails }: LogExportRequest,
  keys: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, LogExport> {
  const archive = await openArchive(archiveDir, 'any-stage');
  const beside = createDetailsReader(archive.dir);
  let [entries, lastSeq] = [0, fromSeq - 1];
  const told = async function* (all: AsyncIterable<LogEntry> | Iterable<LogEntry>): AsyncGenerator<PipelineEvent> {
    for await (const entry of all) {
      if (entry.seq <= lastSeq) continue;
      const line = entryLine(format, { archive: archive.id, entry, details: withDetails ? await beside.of(entry) : null });
      [entries, lastSeq] = [entries + 1, entry.seq];
      yield { type: 'result', of: 'line', value: { seq: entry.seq, line } };
    }
  };
  let errors = 0;
  const whole = async function* (): AsyncGenerator<PipelineEvent, LogInspection> {
    const found = await inspectLog(archive, keys, signal);
    // That a replica is behind is told at the start of the run (L135).
    const { findings } = await judgeLog(archive, found, keys, signal);
    for (const one of findings) yield findingEvent(one);
    errors = findings.filter(({ code }) => findingTable.get(code)?.severity === 'error').length;
    yield* told(readEntries(archive, found, signal));
    return found;
  };
  let found = yield* whole();
  if (!follow) return { entries, lastSeq, errors };
  let end = endOf(found);
  try {
    while (errors === 0) {
      await sleep(followMs, undefined, { signal });
      const more = end === null ? null : await continueLog(archive, end, signal);
      if (more === null) {
        // If new entries do not continue the log, checking the whole log gives the reason.
        found = yield* whole();
        end = endOf(found);
      } else {
        end = more.end;
        yield* told(more.entries);
      }
    }
  } catch (error) {
    // Stopping is the normal end of an export that follows the log.
    if (!signal.aborted) throw error;
  }
  return { entries, lastSeq, errors };
}
