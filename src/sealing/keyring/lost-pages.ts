import { byCodePoint } from '../../core/base/order.ts';
import type { Domain } from './domain.ts';
import { openQuietly } from './keyring.ts';
import { describeKeyring } from './manage.ts';
import { awayBecause, type KeyringSession, locked, openSession, unlock } from './session.ts';
import { intactPage } from './sync.ts';

/**
 * Returns those of these pages that no copy of the keyring has intact. Opens every copy, and reads each page until a copy has it.
 * @throws LongplayError K104, K102: a copy, which may have them, is out of reach or cannot be opened; K103
 */
export async function lostPages(session: KeyringSession, pages: Iterable<string>): Promise<string[]> {
  for (const domain of session.domains) {
    const away = awayBecause(domain);
    if (away !== null) throw away;
    await unlock(session, domain);
  }
  return [...pages].filter((page) => {
    session.signal.throwIfAborted();
    return !session.domains.some((domain) => hasPage(domain, page));
  });
}

/** Largest number of pages in the description: it is a small file that every command reads. */
const mostNoted = 20_000;

/**
 * Notes in the description of the keyring that the loss of pages was acknowledged, so that status, drills and synchronisations do not miss them. What an archive
 * has lost is decided by its log alone.
 * @throws LongplayError A105, A107
 */
export async function noteLostPages(session: KeyringSession, pages: Iterable<string>): Promise<void> {
  await locked(session, async () => {
    const { description } = openSession(session);
    const lost = new Set([...(description.lost ?? []), ...pages]);
    await describeKeyring({ ...session, description }, { ...description, lost: [...lost].sort(byCodePoint).slice(0, mostNoted) });
  });
}

/** Returns those of these pages that a copy has intact whose root opens without asking a person. */
export function presentPages(session: KeyringSession, pages: Iterable<string>): string[] {
  const open = openQuietly(session);
  return [...pages].filter((page) => open.some((domain) => hasPage(domain, page)));
}

function hasPage(domain: Domain, page: string): boolean {
  const stored = intactPage(domain, page);
  stored?.key.fill(0);
  return stored !== null;
}
