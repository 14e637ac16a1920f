import { LongplayError } from '../../core/base/error.ts';
import { intact } from './domain.ts';
import { secretsIn } from './keyring.ts';
import { type ErasedNames, withoutErased } from './ledger.ts';
import type { OpenPage } from './page.ts';
import { type KeyringSession, openQuietly } from './session.ts';

/** A cell of a keyring. */
export interface KeyringCell {
  readonly page: string;
  readonly cell: string;
  /** Names of the files whose secrets remain, taking all copies together; empty: all were erased. */
  readonly names: readonly string[];
  /** Names of files whose secrets were erased individually. */
  readonly erased: readonly string[];
}

/** Finds the cells with matching names in all pages, whatever the pages belong to. Leaves out a page that no open copy decrypts. The keyring must be open. */
export function cellsNamed(session: KeyringSession, isMeant: (cell: string) => boolean): KeyringCell[] {
  const open = openQuietly(session);
  const found: KeyringCell[] = [];
  for (const page of new Set(open.flatMap((domain) => [...domain.keys().keys()]))) {
    let opened: OpenPage | null = null;
    for (const domain of open) opened ??= intact(() => domain.page(page));
    for (const [cell] of opened?.head.cells ?? []) {
      if (!isMeant(cell)) continue;
      const secrets = open.reduce(
        (left, domain) => withoutErased(left, domain.erasedOf(page, cell)),
        intact(() => opened?.secretsOf(cell) ?? null) ?? ('erased' as const),
      );
      const erased = new Set(open.flatMap((domain) => namesIn(domain.erasedOf(page, cell))));
      found.push({ page, cell, names: secrets === 'erased' ? [] : Object.keys(secrets), erased: [...erased] });
    }
  }
  return found;
}

/** Returns the cells of pages. A page that no open copy decrypts has none. The keyring must be open. */
export function cellsOfPages(session: KeyringSession, pages: Iterable<string>): { readonly page: string; readonly cell: string }[] {
  const open = openQuietly(session);
  return [...pages].flatMap((page) => {
    let opened: OpenPage | null = null;
    for (const domain of open) opened ??= intact(() => domain.page(page));
    return (opened?.head.cells ?? []).map(([cell]) => ({ page, cell }));
  });
}

/** Returns true if the keyring has secrets in a cell. A page that no open copy decrypts has none. The keyring is open. */
export function isLive(session: KeyringSession, page: string, cell: string): boolean {
  const secrets = secretsHere(session, page, cell);
  return secrets !== null && secrets !== 'erased';
}

/** Returns true if the keyring has a cell, erased or not, in a page that an open copy decrypts. The keyring is open. */
export function isKnown(session: KeyringSession, page: string, cell: string): boolean {
  return secretsHere(session, page, cell) !== null;
}

function secretsHere(session: KeyringSession, page: string, cell: string): ReturnType<typeof secretsIn> {
  try {
    return secretsIn(session, page, cell);
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'K103') return null;
    throw error;
  }
}

function namesIn(erased: ErasedNames | undefined): string[] {
  return erased === undefined || erased === 'all' ? [] : [...erased];
}

/** Returns the newest generation of each of these pages among all copies. */
export function generationsOf(session: KeyringSession, pages: Iterable<string>): ReadonlyMap<string, number> {
  const open = openQuietly(session);
  return new Map([...pages].map((page) => [page, Math.max(0, ...open.map((domain) => domain.keys().get(page)?.generation ?? 0))]));
}
