import type { Archive } from '../../archive/layout.ts';
import { counted } from '../../core/words/quantity.ts';
import { type KeyringCheck, keyringFactsOf } from '../../pipeline/log/archive-keyring.ts';
import type { EnvironmentCheck } from './environment-check.ts';

/**
 * Checks the keyring of a sealed archive: whether it has the secrets, and whether copies, drills and recovery need attention. Returns null for an
 * open archive.
 */
export async function checkKeyring(check: KeyringCheck, archive: Archive, signal: AbortSignal): Promise<EnvironmentCheck | null> {
  const watched = await check.look(archive, signal);
  if (watched === null) return null;
  const { status, findings } = watched;
  const reachable = status?.copies.filter(({ away }) => away === null).length ?? 0;
  return {
    name: 'keyring',
    said:
      status === null
        ? 'it cannot be read here'
        : `${status.folder}: ${counted(status.copies.length, 'copy', 'copies')}, ${reachable} reachable; ${counted(status.pages, 'page')}`,
    findings,
    facts: { folder: status?.folder ?? null, ...keyringFactsOf(watched) },
  };
}
