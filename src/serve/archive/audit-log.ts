import { setTimeout as sleep } from 'node:timers/promises';
import { agree } from '../../core/base/agree.ts';
import { errorText, firstError, LongplayError, systemCode } from '../../core/base/error.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';
import type { ArchiveLog } from '../../log/log.ts';

/** Writes the actions of users to the archive's log. Many entries share one signature. */
export interface AuditLog {
  /** Appends an entry. Returns null when the entry is signed and on disk; otherwise the reason why not, and nothing may be served. */
  enter(entry: NewEntry): Promise<string | null>;
  /** Waits for pending entries. Later entries are refused. */
  close(): Promise<void>;
}

/** Limits of an audit log. */
export interface AuditLogLimits {
  /** Largest number of waiting entries. */
  readonly waiting: number;
  /** Longest wait of one entry, because a person is waiting for the page. */
  readonly patienceMs: number;
  /** Largest number of entries per signature. */
  readonly together: number;
}

/** Default limits. A signature on a busy disk takes seconds, and after half a minute the user has left. */
export const auditLogLimits: AuditLogLimits = { waiting: 2_000, patienceMs: 20_000, together: 250 };

interface Waiting {
  readonly entry: NewEntry;
  /** Ends the wait; null: the entry was written. Later calls change nothing. */
  readonly answer: (refusal: string | null) => void;
  /** True after the wait has expired. Nothing was served for the entry, so it is not written. */
  isGone: boolean;
}

/**
 * Creates an audit log that batches entries. Entries that arrive while a signature is being made wait for the next one, so 200 simultaneous entries cost two
 * signatures instead of 200. The log is locked only during each batch, so that imports and verifications can write in between.
 */
export function createAuditLog(log: Pick<ArchiveLog, 'appendAll'>, limits: AuditLogLimits = auditLogLimits): AuditLog {
  const waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  let closed = false;
  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, limits.together).filter((one) => !one.isGone);
      if (batch.length === 0) continue;
      const refusal = await appended(log, batch);
      for (const one of batch) one.answer(refusal);
    }
  };
  return {
    enter: (entry) => {
      if (closed) return Promise.resolve('the server is stopping');
      if (waiting.length >= limits.waiting) return Promise.resolve(agree`${waiting.length} entr[y|ies] [waits|wait] for the log`);
      return new Promise((resolve) => {
        const patience = new AbortController();
        const one: Waiting = {
          entry,
          isGone: false,
          answer: (refusal) => {
            patience.abort();
            resolve(refusal);
          },
        };
        void sleep(limits.patienceMs, undefined, { signal: patience.signal, ref: false }).then(
          () => {
            one.isGone = true;
            resolve(`the log could not be written within ${limits.patienceMs} ms`);
          },
          // The entry was written before the wait expired.
          () => undefined,
        );
        waiting.push(one);
        running ??= run().finally(() => {
          running = null;
        });
      });
    },
    close: async () => {
      closed = true;
      await running;
    },
  };
}

/** Appends a batch. Returns null if it was written; otherwise the reason why not, even after a bug, which must not lead to serving. */
async function appended(log: Pick<ArchiveLog, 'appendAll'>, batch: readonly Waiting[]): Promise<string | null> {
  try {
    await log.appendAll(batch.map(({ entry }) => entry));
    return null;
  } catch (thrown) {
    const error = firstError(thrown);
    if (error instanceof LongplayError) return `${error.code} ${error.message}`;
    return systemCode(error) ?? errorText(error);
  }
}
