import type { Verdict } from '../../core/model/verdict.ts';
import type { TimedEntry } from '../../log/entries/log-entry.ts';
import type { LogPlace } from '../../log/files/walk-log.ts';
import { createCaseHistories, readCaseHistories } from '../../log/read/case-digests.ts';
import { replicaHere } from '../../log/read/replica-here.ts';
import { createRegister } from '../../log/read/replica-register.ts';
import { checkCaseDigests } from './cases.ts';

/** Compares the cases of an archive with its log. */
export interface CaseCheck {
  /** Processes each entry of the log, in order. */
  take(entry: TimedEntry): void;
  /** @param whole false: entries of the log are damaged or lost */
  look(archive: LogPlace, whole: boolean, signal: AbortSignal): AsyncGenerator<Verdict>;
  /** Returns true if the log so far records that a case was deleted. */
  isDeleted(id: string): boolean;
}

/** Creates this check. @param memory folder of this machine's keys and memory of logs; null: no memory */
export function createCaseCheck(memory: string | null): CaseCheck {
  const cases = createCaseHistories();
  const register = createRegister();
  return {
    take: (entry) => {
      cases.take(entry);
      register.take(entry);
    },
    look: async function* (archive, whole, signal) {
      // In a replica deleted cases may remain.
      const isReplica = (await replicaHere(archive.dir, register.replicas)).length > 0;
      yield* checkCaseDigests({ dir: archive.dir, isReplica }, cases.of, whole, () => readCaseHistories(archive, memory, signal));
    },
    isDeleted: (id) => cases.of.get(id)?.deleted === true,
  };
}
