import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { KnownErasures } from '../../log/erasure/known-erasures.ts';
import { owedCopies } from '../../log/history/destructions.ts';
import { type CopyState, copyState, readLists } from '../../sealing/keyring/lists.ts';
import { awayBecause, type KeyringSession } from '../../sealing/keyring/session.ts';
import type { KeyringStatus } from '../../sealing/keyring/status.ts';

/** Copies of the keyring that are in an older state than the log records. */
export interface CopiesBehind {
  /** By name of the copy: number of erased cells or pages that it may open again, at least 1. */
  readonly copies: ReadonlyMap<string, number>;
  /** True if every copy that can be reached is behind: the keyring opens again what was erased. */
  readonly isEvery: boolean;
  /** Finding K128 for each copy. */
  readonly findings: readonly Finding[];
}

/** What the log says of destroyed secrets. */
type Destroyed = Pick<KnownErasures, 'destructions' | 'pages'>;

/** The result if no copy is behind, or nothing is known of the copies. */
export const noneBehind: CopiesBehind = { copies: new Map(), isEvery: false, findings: [] };

/**
 * Compares the copies of a keyring with the destructions that the log says they made: a copy that was restored to an older state can open erased recordings
 * again. Leaves out copies that cannot be reached. Opens no root and writes nothing.
 * @param page page of the archive's own secrets
 */
export function findCopiesBehind(
  keyring: { readonly folder: string; readonly id: string },
  page: string,
  known: Destroyed,
  signal: AbortSignal,
): CopiesBehind {
  const lists = known.destructions.length === 0 ? null : readLists(keyring.folder, page, signal);
  return behindAmong(lists?.states ?? [], keyring.id, known);
}

/** Compares the copies of an open keyring in the same way. */
export function copiesBehindIn({ description, domains }: KeyringSession, known: Destroyed): CopiesBehind {
  const reachable = domains.filter((domain) => awayBecause(domain) === null);
  return behindAmong(reachable.map(copyState), description.id, known);
}

function behindAmong(states: readonly CopyState[], keyring: string, { destructions, pages }: Destroyed): CopiesBehind {
  const copies = new Map<string, number>();
  const behind: { readonly copy: string; readonly path: string; readonly state: string }[] = [];
  const owing = new Set([...owedCopies({ destructions }).values()].flat());
  for (const { copy, path, root, generationOf } of states) {
    const own = destructions.flatMap(({ keyring: of, cells, done }) => (of === keyring ? [{ cells, root: done.get(copy)?.root ?? null }] : []));
    // The last one counts: a copy that was restored and has followed since has a root with a lower number than before.
    const logged = own.findLast((one) => one.root !== null)?.root ?? 0;
    // A rotation after the restoration gives a root with a higher number, but the pages stay as they were. Those of a copy that was away are older, too.
    const older = owing.has(copy) ? 0 : [...pages].filter(([page, generation]) => (generationOf(page) ?? generation) < generation).length;
    if (root >= logged && older === 0) continue;
    const cells = own.reduce((sum, one) => sum + (one.root !== null && one.root > root ? one.cells : 0), 0);
    copies.set(copy, Math.max(1, cells, older));
    const state =
      root < logged
        ? `has root ${root}, but according to the log root ${logged} replaced it`
        : agree`has ${older} page[s] in a generation from before an erasure`;
    behind.push({ copy, path, state });
  }
  const isEvery = copies.size > 0 && copies.size === states.length;
  // A synchronisation brings a copy to the state of the newest copy, so it needs one that is not behind.
  const next = isEvery
    ? 'no copy that can be reached is newer; to destroy the secrets again: longplay erase run ARCHIVE'
    : 'to bring it up to date: longplay keyring sync';
  const findings = behind.map(({ copy, path, state }) =>
    finding('K128', path, `copy ${copy} of the keyring ${state}: an older state of the copy was restored, which opens what was erased; ${next}`),
  );
  return { copies, isEvery, findings };
}

/** Joins the results for several archives of one keyring. */
export function joinBehind(all: readonly CopiesBehind[]): CopiesBehind {
  const copies = new Map<string, number>();
  for (const one of all) for (const [copy, owed] of one.copies) copies.set(copy, (copies.get(copy) ?? 0) + owed);
  return { copies, isEvery: all.some(({ isEvery }) => isEvery), findings: all.flatMap(({ findings }) => findings) };
}

/** Adds copies that are behind to the state of a keyring: such a copy owes the erasures again that the log says it made. */
export function withCopiesBehind(
  status: KeyringStatus,
  findings: readonly Finding[],
  behind: CopiesBehind,
): { readonly status: KeyringStatus; readonly findings: readonly Finding[] } {
  const copies = status.copies.map((one) => {
    const owed = behind.copies.get(one.copy);
    return owed === undefined || one.facts === null ? one : { ...one, facts: { ...one.facts, owed: Math.max(owed, one.facts.owed) } };
  });
  const places = new Set(behind.findings.map(({ place }) => place));
  // The keyring's own memory may show the same of a copy.
  const others = findings.filter(({ code, place }) => code !== 'K128' || !places.has(place));
  return { status: { ...status, copies }, findings: [...behind.findings, ...others] };
}
