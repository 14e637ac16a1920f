import { setTimeout as sleep } from 'node:timers/promises';
import { openArchive } from '../../archive/layout.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { continueLog, endOf } from '../../log/read/continue-log.ts';
import { inspectLog, type LogInspection } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import { type EntryFormat, entryLine } from '../../log/who/entry-formats.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';

/** What of a log is exported. */
export interface LogExportRequest {
  readonly format: EntryFormat;
  /** The first entry, from 1. */
  readonly fromSeq: number;
  /** Goes on with what is entered later, until it is told to stop. */
  readonly follow: boolean;
  /** Who and why leave as well, as far as they are there; false: pseudonyms alone. */
  readonly withDetails: boolean;
}

/** What was exported. */
export interface LogExport {
  readonly entries: number;
  /** Number of the last entry; an export behind it begins with the next. */
  readonly lastSeq: number;
  /** Errors of the log. */
  readonly errors: number;
}

/** How often a log that is followed is looked at. */
const followMs = 1_000;

/** Prints the entries of a log as lines for other programs; each is a `result` of `line`. What is wrong with the log is told first, and ends a following. */
export async function* exportLog(
  archiveDir: string,
  { format, fromSeq, follow, withDetails }: LogExportRequest,
  keys: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, LogExport> {
  const archive = await openArchive(archiveDir);
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
  const whole = async function* (): AsyncGenerator<PipelineEvent, LogInspection> {
    const found = await inspectLog(archive, keys, signal);
    for (const one of found.findings) yield findingEvent(one);
    yield* told(readEntries(archive, found, signal));
    return found;
  };
  let found = yield* whole();
  const errors = (): number => found.findings.filter(({ code }) => findingTable.get(code)?.severity === 'error').length;
  if (!follow) return { entries, lastSeq, errors: errors() };
  let end = endOf(found);
  try {
    while (errors() === 0) {
      await sleep(followMs, undefined, { signal });
      const more = end === null ? null : await continueLog(archive, end, signal);
      if (more === null) {
        // It does not simply go on: looked at as a whole, it says why.
        found = yield* whole();
        end = endOf(found);
      } else {
        end = more.end;
        yield* told(more.entries);
      }
    }
  } catch (error) {
    // To be stopped is the good end of a following.
    if (!signal.aborted) throw error;
  }
  return { entries, lastSeq, errors: errors() };
}
