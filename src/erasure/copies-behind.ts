import type { Archive } from '../archive/layout.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import type { Destruction } from '../log/history/destructions.ts';
import { createKeyringCheck, type KeyringPlaces } from '../pipeline/log/archive-keyring.ts';

/** Copies of the keyring that are in an older state than the log records. */
export interface CopiesBehind {
  /** Names of the copies. */
  readonly copies: ReadonlySet<string>;
  /** Finding E116 for each copy. */
  readonly findings: readonly Finding[];
}

/**
 * Compares the copies of the keyring with the destructions that the log says they made: a copy that was restored to an older state can open erased recordings
 * again. Leaves out copies that cannot be reached. Writes nothing.
 */
export async function findCopiesBehind(
  archive: Archive,
  destructions: readonly Destruction[],
  places: KeyringPlaces,
  signal: AbortSignal,
): Promise<CopiesBehind> {
  const status = destructions.length === 0 ? null : ((await createKeyringCheck(places).look(archive, signal))?.status ?? null);
  const copies = new Set<string>();
  const findings: Finding[] = [];
  for (const { copy, path, facts } of status?.copies ?? []) {
    if (facts === null) continue;
    const roots = destructions.flatMap(({ keyring, done }) => (keyring === status?.id ? (done.get(copy)?.root ?? []) : []));
    const logged = Math.max(0, ...roots);
    if (facts.root >= logged) continue;
    copies.add(copy);
    const state = `has root ${facts.root}, and the log says that root ${logged} replaced it: an older state of the copy was restored`;
    findings.push(
      finding('E116', path, `copy ${copy} of the keyring ${state}, which opens what was erased; to bring it up to date: longplay keyring sync`),
    );
  }
  return { copies, findings };
}
