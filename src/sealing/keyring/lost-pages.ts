import { byCodePoint } from '../../core/base/order.ts';
import type { Domain } from './domain.ts';
import { gonePages } from './lacked-pages.ts';
import { describeKeyring } from './manage.ts';
import { awayBecause, type KeyringSession, locked, openQuietly, openSession, unlock } from './session.ts';
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
 * Notes in the description of the keyring which pages nobody misses, so that status, drills and synchronisations do not report them: their loss was acknowledged,
 * or nothing needs them any more. What an archive has lost is decided by its log alone. Writes nothing if this is noted already. No root is needed.
 * @param missed pages that are missed from now on: their loss is no longer acknowledged, or something needs them again
 * @throws LongplayError K100, K103, A105, A107
 */
export async function noteLostPages(session: KeyringSession, pages: Iterable<string>, missed: Iterable<string> = []): Promise<void> {
  const added = new Set(pages);
  const removed = new Set(missed);
  const noted = (lost: readonly string[] = []): string[] => [...new Set([...lost, ...added])].filter((page) => added.has(page) || !removed.has(page));
  const isNoted = (lost: readonly string[] = []): boolean => noted(lost).length === lost.length && [...added].every((page) => lost.includes(page));
  if (isNoted(openSession(session).description.lost)) return;
  await locked(session, async () => {
    const { description } = openSession(session);
    await describeKeyring({ ...session, description }, { ...description, lost: noted(description.lost).sort(byCodePoint).slice(0, mostNoted) });
  });
}

/** Returns those of these pages that no reachable copy has. No root is needed. @throws LongplayError K104, K103 */
export function absentPages({ domains }: Pick<KeyringSession, 'domains'>, pages: Iterable<string>): string[] {
  return [
    ...gonePages(
      { lost: [...pages] },
      domains.filter((domain) => awayBecause(domain) === null),
    ),
  ];
}

/** Returns those of these pages that a copy has intact whose root opens without asking a person. */
export function presentPages(session: KeyringSession, pages: Iterable<string>): string[] {
  const open = openQuietly(session);
  return [...pages].filter((page) => open.some((domain) => hasPage(domain, page)));
}

/** Returns true if a domain has a page of which every cell decrypts. Its root must be open. */
export function hasPage(domain: Domain, page: string): boolean {
  const stored = intactPage(domain, page);
  stored?.key.fill(0);
  return stored !== null;
}
