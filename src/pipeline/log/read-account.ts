import { LongplayError, systemCode } from '../../core/base/error.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import type { LogPlace } from '../../log/files/walk-log.ts';
import type { PlayedStratum } from '../../log/history/strata.ts';
import { inspectLog, type LogInspection } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { type JudgedLog, judgeLog } from '../../log/read/replica-behind.ts';
import { treeRoot } from '../../log/tree/tile-tree.ts';
import { createLogAccount } from '../../report/statement/log-account.ts';
import type { LogAccount, LogFacts } from '../../report/statement/statement.ts';

/** The result of inspecting a log, and the account made from its entries. */
export interface ReadAccount {
  readonly found: LogInspection;
  readonly judged: JudgedLog;
  readonly account: LogAccount;
  /** Strata of each bag of the primary archive that the last valid decoding of the bag covered. */
  readonly decodedBags: ReadonlyMap<string, readonly PlayedStratum[]>;
  readonly facts: LogFacts;
}

/**
 * Reads the log of an archive once; reads nothing else of the archive.
 * @param memory folder of this machine's keys and memory of logs; null: no memory
 * @param now ISO time
 * @param also receives each entry as well
 */
export async function readAccount(
  archive: LogPlace,
  memory: string | null,
  now: string,
  signal: AbortSignal,
  also: (entry: LogEntry) => void = () => undefined,
): Promise<ReadAccount> {
  const found = await inspectLog(archive, memory, signal);
  const accounting = createLogAccount(Date.parse(now));
  for await (const entry of readEntries(archive, found, signal)) {
    accounting.add(entry);
    also(entry);
  }
  const root = found.tree === null || found.size === 0 ? null : Buffer.from(treeRoot(found.tree)).toString('base64');
  const judged = await judgeLog(archive, found, memory, signal);
  const findings = judged.findings.map(({ code, message }) => ({ code, message }));
  const behind = judged.replica === null ? {} : { behind: judged.replica };
  const decodedBags = accounting.decodedBags();
  return {
    found,
    judged,
    account: accounting.account(),
    decodedBags,
    facts: { size: found.size, root, findings, ...behind, key: found.keys.inForce(found.size)?.id ?? null },
  };
}

/** Returns true if the system could not read the log or the archive, so that nothing is known. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof LongplayError || systemCode(error) !== null;
}
