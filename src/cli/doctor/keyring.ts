import { lstatSync } from 'node:fs';
import type { Archive } from '../../archive/layout.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { counted } from '../../core/words/quantity.ts';
import { type KeyringCheck, keyringFactsOf } from '../../pipeline/log/archive-keyring.ts';
import { checkedText } from '../../sealing/keyring/check-pages.ts';
import type { EnvironmentCheck } from './environment-check.ts';

/**
 * Checks the keyring of a sealed archive: whether it has the secrets, and whether copies, drills and recovery need attention. Returns null for an
 * open archive.
 * @param agentSocket socket of a key agent that runs by itself; undefined: none is named
 */
export async function checkKeyring(
  check: KeyringCheck,
  archive: Archive,
  agentSocket: string | undefined,
  signal: AbortSignal,
): Promise<EnvironmentCheck | null> {
  const watched = await check.look(archive, signal);
  if (watched === null) return null;
  const { status, findings, pages } = watched;
  const reachable = status?.copies.filter(({ away }) => away === null).length ?? 0;
  return {
    name: 'keyring',
    said:
      status === null
        ? 'it cannot be read here'
        : `${status.folder}: ${counted(status.copies.length, 'copy', 'copies')}, ${reachable} reachable; ${counted(status.pages, 'page')}${pages === undefined ? '' : `; of the archive's pages: ${checkedText(pages)}`}`,
    findings: [...findings, ...agentFindings(agentSocket)],
    facts: { folder: status?.folder ?? null, ...keyringFactsOf(watched) },
  };
}

/** Reports an agent that runs as the user of this process. */
function agentFindings(socket: string | undefined): Finding[] {
  if (socket === undefined || process.getuid === undefined) return [];
  const isOwn = lstatSync(socket, { throwIfNoEntry: false })?.uid === process.getuid();
  return isOwn ? [finding('K221', socket, 'belongs to the user who runs this command')] : [];
}
