import { type Finding, finding } from '../../core/findings/finding.ts';
import type { LoggedStep } from './logged-step.ts';

/** Type of the entry written once a replica no longer has anything that was erased so far. */
export const erasureCarried = 'erasure-carried';

/** A replica that may still hold what was erased from the archive. */
export interface ErasureDebt {
  readonly replica: string;
  /**
   * ISO time since when the replica owes the erasure: that of the first erasure that it has not carried out, or of its registration if that is later.
   */
  readonly since: string;
  /** Day until which nothing can be deleted from the replica's medium, `YYYY-MM-DD`; null: none was declared. */
  readonly lockedUntil: string | null;
}

/** Erasures that replicas still owe, collected from the entries of a log in order. */
export interface ErasureDebts {
  take(entry: LoggedStep): void;
  clear(): void;
  /** Debts by name of the replica. */
  readonly of: ReadonlyMap<string, ErasureDebt>;
  /** Declared lock dates of the replicas that have one, `YYYY-MM-DD`, by name. */
  readonly locks: ReadonlyMap<string, string>;
  /** Returns the replicas that have not carried out the erasure of the entry with this number. */
  owing(seq: number): readonly string[];
}

/** Creates an empty list. A replica owes every erasure before its registration, because its folder may already have held a copy. */
export function createErasureDebts(): ErasureDebts {
  const debts = new Map<string, ErasureDebt>();
  /** Number of the last entry up to which each replica has carried out all erasures. */
  const followed = new Map<string, number>();
  const locks = new Map<string, string>();
  const requests = new Set<unknown>();
  let erasures = 0;
  /**
   * Returns true for an entry after which every replica has something to delete. Entries about recordings of sealed bags name pages of the keyring:
   * these recordings are unreadable everywhere, so nothing has to be deleted.
   */
  const isErasing = (type: string, { request, bag, pages }: LoggedStep['detail']): boolean => {
    if ((type === 'recordings-erased' || type === 'rows-erased' || type === 'files-erased') && pages === undefined && bag !== undefined)
      requests.add(request);
    else if (type !== 'report-erased' && type !== 'quarantine-erased' && (type !== 'erasure-executed' || !requests.has(request))) return false;
    return true;
  };
  return {
    of: debts,
    locks,
    owing: (seq) => [...followed].flatMap(([replica, upTo]) => (upTo < seq ? [replica] : [])).sort(),
    clear: () => {
      erasures = 0;
      debts.clear();
      followed.clear();
      locks.clear();
      requests.clear();
    },
    take: ({ seq, type, time, detail }) => {
      const { replica } = detail;
      if (isErasing(type, detail)) {
        erasures++;
        for (const name of followed.keys())
          if (!debts.has(name)) debts.set(name, { replica: name, since: time, lockedUntil: locks.get(name) ?? null });
      } else if (typeof replica !== 'string') return;
      else if (type === 'replica-added') {
        followed.set(replica, 0);
        debts.delete(replica);
        if (typeof detail.lockedUntil === 'string') locks.set(replica, detail.lockedUntil);
        if (erasures > 0) debts.set(replica, { replica, since: time, lockedUntil: locks.get(replica) ?? null });
      } else if (type === 'replica-removed') {
        followed.delete(replica);
        locks.delete(replica);
        debts.delete(replica);
      } else if (type === erasureCarried && followed.has(replica)) {
        followed.set(replica, seq);
        debts.delete(replica);
      }
    },
  };
}

/** Returns the finding on a replica that owes an erasure. */
export function debtFinding({ replica, since, lockedUntil }: ErasureDebt): Finding {
  const lock = lockedUntil === null ? '' : `; nothing can be deleted from it before ${lockedUntil} is over`;
  return finding('E120', replica, `owes the erasure of recordings since ${since.slice(0, 10)}: it may still hold them${lock}`);
}

/** Yields E125 for each replica whose lock has not ended. @param now ISO time */
export function* lockFindings({ locks }: Pick<ErasureDebts, 'locks'>, now: string): Generator<Finding> {
  for (const [replica, until] of locks)
    if (now.slice(0, 10) <= until)
      yield finding('E125', replica, `is locked until ${until}: what is erased in the archive stays in it until then, unless it was sealed`);
}
