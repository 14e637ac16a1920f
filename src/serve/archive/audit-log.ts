import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, firstError, LongplayError, systemCode } from '../../core/base/error.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';
import type { ArchiveLog } from '../../log/log.ts';

/** Writes the actions of users to the archive log; many entries share one signature. */
export interface AuditLog {
  /** Null: the entry is on the disk, signed. Else why it is not: then nothing may be handed out. */
  enter(entry: NewEntry): Promise<string | null>;
  /** Waits for what was begun; what comes later is refused. */
  close(): Promise<void>;
}

/** Limits of an audit log. */
export interface AuditLogLimits {
  /** Entries that may wait at once. */
  readonly waiting: number;
  /** How long one may wait: somebody sits before a page. */
  readonly patienceMs: number;
  /** Entries of one signature. */
  readonly together: number;
}

/** As the server takes them. A signature on a disk that is busy with others takes seconds; who waits half a minute has gone. */
export const auditLogLimits: AuditLogLimits = { waiting: 2_000, patienceMs: 20_000, together: 250 };

interface Waiting {
  readonly entry: NewEntry;
  /** Null: entered. Once answered, further calls change nothing. */
  readonly answer: (refusal: string | null) => void;
  /** True once its patience is over: nobody gets what it was about, so it is not entered. */
  isGone: boolean;
}

/**
 * What comes while a signature is made waits for the next one: 200 that begin at once cost two signatures, not 200. The log's lock is held for
 * each of them only, so that imports and verifications write between.
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
      if (waiting.length >= limits.waiting) return Promise.resolve(`${waiting.length} entries wait for the log`);
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
          // Answered before.
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

/** Null: they are entered. A bug is no reason to hand anything out either. */
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
