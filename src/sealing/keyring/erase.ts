import { LongplayError } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { secretsIn } from './keyring.ts';
import type { Erased } from './ledger.ts';
import { awayBecause, type KeyringSession, locked, unlock } from './session.ts';
import { type CopyOutcome, syncCopies } from './sync.ts';

/** Secrets that are to be erased. */
export interface SecretsToErase {
  readonly page: string;
  readonly cell: string;
  /** Names of files; null: all of the cell. */
  readonly names: readonly string[] | null;
}

/** What an erasure has done in each copy. It is complete if none of them owes it. */
export interface Erasure {
  readonly copies: readonly CopyOutcome[];
}

/**
 * Erases secrets in every reachable copy: they leave their pages, which get new keys, and each copy gets a new root; the old one is destroyed. Copies that are away owe the erasure
 * and follow at the next contact; until then they are readable. Erasing again what was erased continues an erasure that was stopped.
 * @param now ISO time
 * @throws LongplayError usage K111 before anything is changed: there is no such cell, or file of a cell; K102, K104: no copy can be opened; A105, A107
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
  // `syncCopies` reports it with the copy.
  if (!(error instanceof LongplayError)) throw error;
}

/** Refuses names that the cell never had: their erasure would be certified although nothing was erased. */
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
