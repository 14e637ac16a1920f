import { readStoredCase } from '../../archive/documents/stored-case.ts';
import { LongplayError } from '../../core/base/error.ts';

/**
 * Says whether a case cannot be opened because two persons acknowledged that its pages of the keyring are lost.
 * @param error what opening it has thrown
 * @param lostPages acknowledged pages; a page that was found since opens again, and throws nothing
 * @returns `whole`: nobody can open its document; `part`: nobody can open some of its files; null: the error has another cause
 */
export function lossOfCase(folder: string, error: unknown, lostPages: ReadonlySet<string>): 'whole' | 'part' | null {
  if (lostPages.size === 0 || !(error instanceof LongplayError) || error.code !== 'K103') return null;
  const stored = readStoredCase(folder);
  if (stored.version !== 2) return null;
  if (lostPages.has(stored.document.page)) return 'whole';
  return [...stored.messages, ...stored.comparisons].some(({ page }) => lostPages.has(page)) ? 'part' : null;
}
