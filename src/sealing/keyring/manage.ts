import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { makeApart, refuseNested } from './copies-apart.ts';
import { refuseUsed } from './create.ts';
import { type KeyringDescription, type ListedDomain, writeDescription } from './description.ts';
import { destroyFile } from './destroy.ts';
import type { Domain } from './domain.ts';
import { pagesFolder } from './domain-files.ts';
import { makeDomain } from './new-domain.ts';
import { destroyRoot, type RootKind } from './root.ts';
import { awayBecause, type KeyringSession, locked, openSession, unlock } from './session.ts';
import { type CopyOutcome, type SyncPlan, syncCopies } from './sync.ts';

/** Brings every reachable copy to the same state. @throws LongplayError K102, K104, A105 */
export async function syncKeyring(session: KeyringSession, plan: Omit<SyncPlan, 'now'>): Promise<readonly CopyOutcome[]> {
  return await locked(session, () => syncCopies(session, { ...plan, now: session.now() }));
}

/** Returns the named copy. @throws LongplayError usage K110 */
export function copyNamed({ domains }: KeyringSession, name: string): Domain {
  const found = domains.find((domain) => domain.name === name);
  if (found !== undefined) return found;
  throw new LongplayError('usage', 'K110', `the keyring has no copy ${name}`, `its copies are ${domains.map((domain) => domain.name).join(', ')}`);
}

/**
 * Gives copies new roots and stops using the old ones.
 * @param names names of copies; empty: all
 * @param kind how the roots are kept from now on; null: as before
 */
export async function rotateRoots(session: KeyringSession, names: readonly string[], kind: RootKind | null): Promise<readonly CopyOutcome[]> {
  const chosen = names.length === 0 ? session.domains : names.map((name) => copyNamed(session, name));
  const rotate = new Map(chosen.map((domain) => [domain.name, kind] as const));
  return (await syncKeyring(session, { rotate })).filter(({ copy }) => rotate.has(copy));
}

/** Adds a copy and fills it. @returns a session with the new copy, and what was done @throws LongplayError usage K101; K102, K106, K107, A105, A107 */
export async function addCopy(
  session: KeyringSession,
  copy: { readonly folder: string; readonly kind: RootKind },
): Promise<{ readonly session: KeyringSession; readonly name: string; readonly copies: readonly CopyOutcome[] }> {
  const { description } = session;
  const folder = resolve(copy.folder);
  const others = session.domains.map((domain) => domain.folder);
  refuseNested([...others, folder]);
  if (description.domains.length >= limits.keyringCopies)
    throw new LongplayError(
      'usage',
      'K110',
      `the keyring has ${limits.keyringCopies} copies already`,
      'remove one first: longplay keyring remove-copy NAME',
    );
  await refuseUsed(folder, null);
  return await locked(session, async () => {
    await unlock(session, session.main);
    await makeApart([folder], others);
    // A name is not used again: what was bound to it belongs to a removed copy.
    const name = `copy-${description.nextCopy}`;
    const root = await makeDomain({ keyring: description.id, name, folder, kind: copy.kind }, session.now(), session.access, session.signal);
    const next = await describeKeyring(session, {
      ...description,
      nextCopy: description.nextCopy + 1,
      domains: [...description.domains, { name, path: folder }],
    });
    // Its root is known here: a person who has just chosen its passphrase is not asked for it.
    copyNamed(next, name).unlockBy(root);
    root.key.fill(0);
    return { session: next, name, copies: await syncCopies(next, { now: session.now() }) };
  });
}

/** Result of removing a copy. */
export interface RemovedCopy {
  readonly path: string;
  /** Why its files could not be destroyed: a person who has them and can open their root can read their secrets. Null: they are destroyed. */
  readonly left: LongplayError | null;
}

/**
 * Removes a copy from the keyring and destroys its files if the copy can be reached.
 * @throws LongplayError usage K110: the copy does not exist, or the keyring is opened in it
 */
export async function removeCopy(session: KeyringSession, name: string): Promise<RemovedCopy> {
  const domain = copyNamed(session, name);
  if (domain === session.main)
    throw new LongplayError(
      'usage',
      'K110',
      `${name} is the copy in ${domain.folder}, which was opened`,
      'open another copy with --keyring, then run again',
    );
  return await locked(session, async () => {
    await unlock(session, session.main);
    const away = awayBecause(domain);
    const { description } = session;
    const next = await describeKeyring(session, {
      ...description,
      domains: description.domains.filter((listed: ListedDomain) => listed.name !== name),
    });
    await syncCopies(next, { now: session.now() });
    if (away === null) await destroyDomain(session, domain);
    return { path: domain.folder, left: away };
  });
}

/** Destroys the files of a domain, beginning with those that open it. */
async function destroyDomain(session: KeyringSession, domain: Domain): Promise<void> {
  const { folder, name } = domain;
  const { root, kind, retired } = domain.describe();
  for (const { number, kind: kept } of [...retired, { number: root, kind }])
    await destroyRoot({ keyring: session.description.id, domain: name, number, folder }, kept, noKind, session.signal);
  domain.close();
  for (const within of [folder, pagesFolder(folder)])
    for (const entry of await readdir(within, { withFileTypes: true })) if (entry.isFile()) await destroyFile(join(within, entry.name));
}

/** Passed as the kind in force after the last root: nothing of the old root is used any longer. */
const noKind: RootKind = { kind: 'file', folder: null };

/** Puts a description in force and reopens the keyring with it. The keyring must be locked. */
export async function describeKeyring(session: KeyringSession, description: KeyringDescription): Promise<KeyringSession> {
  await writeDescription(session.folder, { ...description, revision: (session.description.revision ?? 0) + 1 });
  const next = openSession(session);
  for (const domain of next.domains) {
    const open = session.domains.find((before) => before.name === domain.name && awayBecause(before) === null)?.root() ?? null;
    if (open !== null) domain.unlockBy(open);
  }
  return next;
}
