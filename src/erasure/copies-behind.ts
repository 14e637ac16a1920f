import type { Archive } from '../archive/layout.ts';
import { agree } from '../core/base/agree.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import type { KnownErasures } from '../log/erasure/known-erasures.ts';
import { owedCopies } from '../log/history/destructions.ts';
import { createKeyringCheck, type KeyringPlaces } from '../pipeline/log/archive-keyring.ts';
import { type CopyState, copyState, readLists } from '../sealing/keyring/lists.ts';
import { awayBecause, type KeyringSession } from '../sealing/keyring/session.ts';

/** Copies of the keyring that are in an older state than the log records. */
export interface CopiesBehind {
  /** Names of the copies. */
  readonly copies: ReadonlySet<string>;
  /** Finding E116 for each copy. */
  readonly findings: readonly Finding[];
}

/** What the log says of destroyed secrets. */
type Destroyed = Pick<KnownErasures, 'destructions' | 'pages'>;

/**
 * Compares the copies of the keyring with the destructions that the log says they made: a copy that was restored to an older state can open erased recordings
 * again. Leaves out copies that cannot be reached. Opens no root and writes nothing.
 */
export async function findCopiesBehind(archive: Archive, known: Destroyed, places: KeyringPlaces, signal: AbortSignal): Promise<CopiesBehind> {
  const status = known.destructions.length === 0 ? null : ((await createKeyringCheck(places).look(archive, signal))?.status ?? null);
  const lists = status === null || archive.page === null ? null : readLists(status.folder, archive.page, signal);
  return behindAmong(lists?.states ?? [], status?.id ?? null, known);
}

/** Compares the copies of an open keyring in the same way. */
export function copiesBehindIn({ description, domains }: KeyringSession, known: Destroyed): CopiesBehind {
  const reachable = domains.filter((domain) => awayBecause(domain) === null);
  return behindAmong(reachable.map(copyState), description.id, known);
}

function behindAmong(states: readonly CopyState[], keyring: string | null, { destructions, pages }: Destroyed): CopiesBehind {
  const copies = new Set<string>();
  const behind: { readonly copy: string; readonly path: string; readonly state: string }[] = [];
  const owing = new Set([...owedCopies({ destructions }).values()].flat());
  for (const { copy, path, root, generationOf } of states) {
    const roots = destructions.flatMap((one) => (one.keyring === keyring ? (one.done.get(copy)?.root ?? []) : []));
    // The last one counts: a copy that was restored and has followed since has a root with a lower number than before.
    const logged = roots.at(-1) ?? 0;
    // A rotation after the restoration gives a root with a higher number, but the pages stay as they were. Those of a copy that was away are older, too.
    const older = owing.has(copy) ? 0 : [...pages].filter(([page, generation]) => (generationOf(page) ?? generation) < generation).length;
    if (root >= logged && older === 0) continue;
    copies.add(copy);
    const state =
      root < logged
        ? `has root ${root}, but according to the log root ${logged} replaced it`
        : agree`has ${older} page[s] in a generation from before an erasure`;
    behind.push({ copy, path, state });
  }
  // A synchronisation brings a copy to the state of the newest copy, so it needs one that is not behind.
  const next =
    copies.size < states.length
      ? 'to bring it up to date: longplay keyring sync'
      : 'no copy that can be reached is newer; to destroy the secrets again: longplay erase run ARCHIVE';
  const findings = behind.map(({ copy, path, state }) =>
    finding('E116', path, `copy ${copy} of the keyring ${state}: an older state of the copy was restored, which opens what was erased; ${next}`),
  );
  return { copies, findings };
}
