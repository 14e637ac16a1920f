import { accessSync, constants } from 'node:fs';
import { LongplayError, systemCode } from '../core/base/error.ts';
import type { FindingCode } from '../core/findings/finding-table.ts';
import type { EntryType } from '../log/entries/entry-types.ts';
import type { LogDetail, NewEntry } from '../log/entries/log-entry.ts';
import { type ArchiveLog, type LogTools, openLog } from '../log/log.ts';
import { isReplicaHere } from '../log/read/replica-here.ts';

/** Adds the log entries of a verification. Later runs learn only from these entries what this run read. */
export interface VerificationEntries extends AsyncDisposable {
  /** Null: entries are written; otherwise why they cannot be. */
  readonly reason: { readonly code: FindingCode; readonly message: string } | null;
  /** Adds an entry. It may be buffered until the next signature; a buffered entry is lost only if the process dies within seconds. */
  add(type: EntryType, detail: LogDetail): Promise<void>;
  /** Writes buffered entries. */
  flush(): Promise<void>;
}

/** Largest number of buffered entries. A signature costs several disk syncs; this number of bags, or the bags of this time, share one signature. */
const mostKept = 64;
const keptMs = 10_000;

/**
 * Opens the log for a verification's entries. If the archive is read-only or this machine has no key, writes no entries, and `reason` says why.
 * @param closed why no entries may be written, or null
 * @param archive the archive; its id is null if its longplay.json cannot be read
 */
export async function enterVerification(
  archive: { readonly dir: string; readonly id: string | null },
  closed: string | null,
  { keys, now, actor }: Pick<LogTools, 'now'> & Partial<LogTools>,
): Promise<VerificationEntries> {
  // Without a folder of keys the caller wants no entries.
  if (keys === undefined) return { reason: null, add: nothing, flush: nothing, [Symbol.asyncDispose]: nothing };
  const opened =
    closed === null
      ? await tryOpen(archive, { keys, now, anyPlace: true, ...(actor === undefined ? {} : { actor }) })
      : { code: 'W150' as const, message: closed };
  if (!('log' in opened)) return { reason: opened, add: nothing, flush: nothing, [Symbol.asyncDispose]: nothing };
  const { log } = opened;
  let kept: NewEntry[] = [];
  let since = performance.now();
  const flush = async (): Promise<void> => {
    const entries = kept;
    kept = [];
    since = performance.now();
    if (entries.length > 0) await log.appendAll(entries);
  };
  return {
    reason: null,
    add: async (type, detail) => {
      kept.push({ type, detail });
      if (kept.length >= mostKept || performance.now() - since > keptMs) await flush();
    },
    flush,
    [Symbol.asyncDispose]: () => log.close(),
  };
}

async function nothing(): Promise<void> {
  // The error was reported once, as `reason`.
}

async function tryOpen(
  archive: { readonly dir: string; readonly id: string | null },
  tools: LogTools,
): Promise<{ readonly log: ArchiveLog } | { readonly code: FindingCode; readonly message: string }> {
  const { dir, id } = archive;
  if (id === null) return { code: 'W150', message: 'longplay.json cannot be read, so nothing is known of the key of this archive' };
  try {
    accessSync(dir, constants.W_OK);
    return { log: await openLog({ dir, id }, tools) };
  } catch (error) {
    if (isReplicaHere(error) || (error instanceof LongplayError && error.kind === 'incomplete')) return { code: 'W150', message: error.message };
    const code = systemCode(error);
    if (code === null) throw error;
    return { code: 'W150', message: `the archive cannot be written: ${code}` };
  }
}
