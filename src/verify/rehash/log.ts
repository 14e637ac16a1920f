import type { Archive } from '../../archive/layout.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { checkLogDigests } from '../../log/files/digests.ts';
import type { ArchiveLog } from '../../log/log.ts';
import { readLog } from '../../log/read/read-log.ts';
import { type Counts, counted } from './outcome.ts';

/**
 * Findings that do not prevent a digest of the log: permanent losses, and entries that are being written now. Any other finding means that entries may differ
 * from those that were entered.
 */
const bearable: ReadonlySet<string> = new Set(['A113', 'A114', 'A116', 'L103']);

/** An archive's log, open for entries. */
interface KeptLog {
  readonly archive: Archive;
  readonly log: ArchiveLog;
  /** Folder of this machine's signing keys. */
  readonly keys: string;
}

/** Adds a digest of all entries to the log, unless the log has such a digest and only digest entries follow it. */
export async function* rehashLog({ archive, log, keys }: KeptLog, algorithm: string, counts: Counts, signal: AbortSignal): AsyncGenerator<Finding> {
  const digests = checkLogDigests();
  const faults: Finding[] = [];
  for await (const item of readLog(archive, signal, keys)) {
    if (item.kind === 'log-entry') faults.push(...digests.take(item));
    else if (!bearable.has(item.code)) faults.push(item);
  }
  const digest = digests.digest(algorithm);
  if (faults.length > 0 || digest === null) {
    for (const fault of faults) yield counted(counts, fault);
    yield counted(counts, finding('H103', 'log', 'has faults, and gets no new digest before they are repaired'));
    return;
  }
  counts.logEntries = digests.coveredSize(algorithm);
  if (counts.logEntries !== null) return;
  await log.append('log-rehashed', { algorithm, size: digests.size, digest });
  counts.logEntries = digests.size;
  counts.logRehashed = true;
}
