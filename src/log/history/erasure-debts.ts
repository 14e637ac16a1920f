import { type Finding, finding } from '../../core/findings/finding.ts';
import { detailsSealed, sealingBegun, sealingFinished } from '../../core/model/sealing.ts';
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
  /** What it owes: erasures, or that it holds sealed bags and files instead of open ones. At least one is true. */
  readonly erases: boolean;
  readonly seals: boolean;
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

/** Types of entries after which every replica holds something in clear that is sealed in the archive. */
const sealing: ReadonlySet<string> = new Set([sealingBegun, detailsSealed, sealingFinished]);

function isSealing(type: string, detail: LoggedStep['detail']): boolean {
  return sealing.has(type) || (type === 'bag-landed' && detail.seals === true);
}

/** Changes of a case that erase something from it. */
const caseErasures: ReadonlySet<unknown> = new Set(['recordings-erased', 'messages-erased']);

/**
 * Returns true for an erasure that wrote a sealed case again: the secrets of its earlier states are destroyed, and a replica that has only those keeps a case
 * that nobody can open.
 */
function isSealedRewriting(type: string, detail: LoggedStep['detail']): boolean {
  return type === 'case-changed' && typeof detail.page === 'string' && caseErasures.has(detail.deed);
}

/** Creates an empty list. A replica owes every erasure before its registration, because its folder may already have held a copy. One function: all entries change one state. */
export function createErasureDebts(): ErasureDebts {
  const debts = new Map<string, ErasureDebt>();
  /** For each replica that owes something, the number of the first entry that it has not followed; 0: it may hold whatever was erased before its registration. */
  const unfollowed = new Map<string, number>();
  const replicas = new Set<string>();
  const locks = new Map<string, string>();
  const requests = new Set<unknown>();
  let erasures = 0;
  let isSealed = false;
  let sealings = 0;
  /** Adds to what a replica owes. */
  const owe = (replica: string, since: string, seq: number, what: { readonly erases: boolean; readonly seals: boolean }): void => {
    const before = debts.get(replica);
    const { erases = false, seals = false } = before ?? {};
    if (before !== undefined && (erases || !what.erases) && (seals || !what.seals)) return;
    debts.set(replica, {
      replica,
      since: before?.since ?? since,
      lockedUntil: locks.get(replica) ?? null,
      erases: erases || what.erases,
      seals: seals || what.seals,
    });
    if (before === undefined) unfollowed.set(replica, seq);
  };
  const settle = (replica: string): void => {
    debts.delete(replica);
    unfollowed.delete(replica);
  };
  /**
   * Returns true for an entry after which every replica has something to delete or to replace. Entries about recordings of sealed bags name pages of the
   * keyring: these recordings are unreadable everywhere, so nothing has to be deleted.
   */
  const isErasing = (type: string, detail: LoggedStep['detail']): boolean => {
    const { request, bag, pages } = detail;
    if (isSealedRewriting(type, detail)) return true;
    if (
      (type === 'recordings-erased' || type === 'rows-erased' || type === 'files-erased') &&
      pages === undefined &&
      (bag !== undefined || !isSealed)
    )
      requests.add(request);
    else if (type === 'messages-erased') requests.add(request);
    else if (type !== 'report-erased' && type !== 'quarantine-erased' && (type !== 'erasure-executed' || !requests.has(request))) return false;
    return true;
  };
  return {
    of: debts,
    locks,
    // A request of a sealed archive may have later entries that concern no replica: of secrets that were destroyed again.
    owing: (seq) => [...unfollowed].flatMap(([replica, first]) => (first <= seq ? [replica] : [])).sort(),
    clear: () => {
      erasures = 0;
      isSealed = false;
      sealings = 0;
      debts.clear();
      unfollowed.clear();
      replicas.clear();
      locks.clear();
      requests.clear();
    },
    take: ({ seq, type, time, detail }) => {
      const { replica } = detail;
      if (isErasing(type, detail)) {
        erasures++;
        for (const name of replicas) owe(name, time, seq, { erases: true, seals: false });
        return;
      }
      if (type === 'bag-landed' && typeof detail.making === 'string') isSealed = true;
      if (isSealing(type, detail)) {
        sealings++;
        for (const name of replicas) owe(name, time, seq, { erases: false, seals: true });
      } else if (typeof replica !== 'string') return;
      else if (type === 'replica-added') {
        replicas.add(replica);
        settle(replica);
        if (typeof detail.lockedUntil === 'string') locks.set(replica, detail.lockedUntil);
        if (erasures + sealings > 0) owe(replica, time, 0, { erases: erasures > 0, seals: sealings > 0 });
      } else if (type === 'replica-removed') {
        replicas.delete(replica);
        locks.delete(replica);
        settle(replica);
      } else if (type === erasureCarried) settle(replica);
    },
  };
}

/** Yields the findings on a replica that owes an erasure, or the sealing of the archive. */
export function* debtFindings({ replica, since, lockedUntil, erases, seals }: ErasureDebt): Generator<Finding> {
  const lock = lockedUntil === null ? '' : `; nothing can be deleted from it before ${lockedUntil} is over`;
  if (erases) yield finding('E120', replica, `owes the erasure of recordings or messages since ${since.slice(0, 10)}: it may still hold them${lock}`);
  if (seals) yield finding('K218', replica, `owes the sealing of the archive since ${since.slice(0, 10)}: it still holds calls in clear${lock}`);
}

/** Yields K218 for each replica that owes the sealing of the archive. @param only name of the one replica that is asked about; absent: all */
export function* sealingDebts({ debts }: { readonly debts: ReadonlyMap<string, ErasureDebt> }, only?: string): Generator<Finding> {
  for (const debt of debts.values()) if (debt.seals && (only ?? debt.replica) === debt.replica) yield* debtFindings({ ...debt, erases: false });
}

/** Yields E125 for each replica whose lock has not ended. @param now ISO time */
export function* lockFindings({ locks }: Pick<ErasureDebts, 'locks'>, now: string): Generator<Finding> {
  for (const [replica, until] of locks)
    if (now.slice(0, 10) <= until)
      yield finding('E125', replica, `is locked until ${until}, and keeps erased recordings until then, unless they are sealed`);
}
