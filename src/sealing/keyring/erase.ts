import { LongplayError } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { secretsIn } from './keyring.ts';
import type { Erased } from './ledger.ts';
import { awayBecause, type KeyringSession, locked, unlock } from './session.ts';
import { type CopyOutcome, syncCopies } from './sync.ts';

/** Secrets to be erased. */
export interface SecretsToErase {
  readonly page: string;
  readonly cell: string;
  /** Names of files; null: the whole cell. */
  readonly names: readonly string[] | null;
}

/** Result of an erasure in each copy. The erasure is complete if no copy owes it. */
export interface Erasure {
  readonly copies: readonly CopyOutcome[];
}

/**
 * Erases secrets in every reachable copy: removes them from their pages, gives the pages new keys and each copy a new root, and destroys the old root. Copies
 * that cannot be reached owe the erasure and follow at the next contact; until then the secrets are readable there. Erasing the same secrets again continues an
 * erasure that was stopped.
 * @param now ISO time
 * @throws LongplayError usage K111 before anything is changed: the cell, or the file of a cell, does not exist; K102, K104: no copy can be opened; A105, A107
 */
export async function eraseSecrets(session: KeyringSession, secrets: readonly SecretsToErase[], now: string): Promise<Erasure> {
  return await locked(session, async () => {
    for (const domain of session.domains) if (awayBecause(domain) === null) await unlock(session, domain).catch(unlessTrouble);
    const erase = secrets.map(
      ({ page, cell, names }): Erased => ({ page, cell, names: names === null ? null : [...names].sort(byCodePoint), at: now }),
    );
    for (const one of erase) refuseUnknown(session, one);
    return { copies: await syncCopies(session, { now, erase }) };
  });
}

function unlessTrouble(error: unknown): void {
  // `syncCopies` reports the error with the copy.
  if (!(error instanceof LongplayError)) throw error;
}

/** Refuses names that the cell never had: otherwise their erasure would be certified although nothing was erased. */
function refuseUnknown(session: KeyringSession, { page, cell, names }: Erased): void {
  const gone = session.domains.filter((domain) => awayBecause(domain) === null).map((domain) => domain.erasedOf(page, cell));
  const left = secretsIn(session, page, cell);
  if (left === 'erased' || gone.includes('all')) return;
  const isGone = (name: string): boolean => gone.some((set) => set !== undefined && set !== 'all' && set.has(name));
  const [unknown] = left === null ? [cell] : (names ?? []).filter((name) => !Object.hasOwn(left, name) && !isGone(name));
  if (unknown === undefined) return;
  throw new LongplayError(
    'usage',
    'K111',
    left === null ? `page ${page} of the keyring has no cell ${cell}` : `cell ${cell} of page ${page} has no secret of ${unknown}`,
    'nothing was erased; check the names, then run again',
  );
}
