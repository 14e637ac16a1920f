import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeDurable } from '../../archive/files/durable.ts';
import { destroyFile } from './destroy.ts';
import { checkOf, type Domain, type StoredPage, writePage } from './domain.ts';
import { type DomainDescription, keysFile, pageFile, pagesFolder, writeDomain } from './domain-files.ts';
import { holdNewRoot } from './held.ts';
import { keyBytes } from './page.ts';
import { type Root, unwrapPageKey, wrapPageKey } from './page-keys.ts';
import { writeRecovery } from './recovery-file.ts';
import { destroyRoot, noAccess, type RootKind, writeRoot } from './root.ts';
import type { KeyringSession } from './session.ts';

/** Settings of a change of root. */
export interface RootChange {
  /** How the new root is kept; absent: like the old one. */
  readonly kind?: RootKind;
  /** Pages that were written again, by id: their new keys replace the old ones. */
  readonly pages?: ReadonlyMap<string, StoredPage>;
  /** Number of lines of the domain's list of erased cells that the pages now reflect. */
  readonly erasures: number;
  /** ISO time. */
  readonly now: string;
}

/**
 * Gives a domain a new root that wraps the keys of all live pages, and destroys the old root. The keyring must be locked and the domain open.
 * The new root is in force when `domain.json` names it. Until then the old state counts; after that, `cleanUp` destroys what was replaced.
 * @returns why the destruction of the old root is not certain; null: it is
 * @throws LongplayError K102, K106, K107, A107: the domain has its old root, or the new one and `cleanUp` is due
 */
export async function putNewRoot(session: KeyringSession, domain: Domain, change: RootChange): Promise<string | null> {
  const before = domain.root();
  if (before === null) throw noAccess(domain.name, 'it was not opened');
  const { folder, name } = domain;
  const { kind: oldKind, root: number, retired } = domain.describe();
  const keyring = session.description.id;
  const key = randomBytes(keyBytes);
  const place = { keyring, domain: name, number: number + 1, folder };
  const { kind, recipient } = await writeRoot(place, change.kind ?? oldKind, { key, recipient: before.recipient }, session.access, session.signal);
  const after: Root = { ...place, key, recipient };
  const changed = change.pages ?? new Map<string, StoredPage>();
  for (const page of changed.values()) await writePage(folder, page);
  await syncFolder(pagesFolder(folder));
  await writeDurable(keysFile(folder, after.number), rewrapped(domain, before, after, changed), 0o600);
  await writeRecovery(folder, after, session.description.recovery);
  await holdNewRoot(session.domains, domain, { ...after, kind });
  const description: DomainDescription = {
    keyring,
    domain: name,
    root: after.number,
    kind,
    check: checkOf(after),
    rotatedAt: change.now,
    erasures: change.erasures,
    retired: [...retired, { number, kind: oldKind }],
  };
  // From here on the new root is in force.
  await writeDomain(folder, description);
  domain.unlockBy({ key, recipient });
  key.fill(0);
  return await cleanUp(session, domain);
}

/** Wraps the keys of all live pages with another root. Leaves out a damaged record: another domain restores its page. */
function rewrapped(domain: Domain, before: Root, after: Root, changed: ReadonlyMap<string, StoredPage>): Uint8Array {
  const records: Uint8Array[] = [];
  for (const [page, wrapped] of domain.keys()) {
    if (changed.has(page)) continue;
    const key = unwrapPageKey(before, page, wrapped);
    if (key === null) continue;
    records.push(wrapPageKey(after, page, wrapped.generation, key));
    key.fill(0);
  }
  for (const { page, generation, key } of changed.values()) records.push(wrapPageKey(after, page, generation, key));
  return Buffer.concat(records);
}

/**
 * Destroys everything in a domain that the root in force does not use: earlier roots, the keys that they wrapped, replaced pages, and leftovers of stopped
 * runs. The keyring must be locked and the domain open.
 * @returns why the destruction is not certain; null: it is
 */
export async function cleanUp(session: KeyringSession, domain: Domain): Promise<string | null> {
  const { folder, name } = domain;
  const description = domain.describe();
  const doubts: string[] = [];
  for (const { number, kind } of description.retired) {
    const place = { keyring: session.description.id, domain: name, number, folder };
    const doubt = await destroyRoot(place, kind, description.kind, session.signal);
    if (doubt !== null) doubts.push(doubt);
  }
  const { kind, root } = description;
  const identity = kind.kind === 'passphrase' ? kind.identity : null;
  const recovery = session.description.recovery;
  for (const file of await readdir(folder)) {
    const [, of, number, epoch] = /^(root|keys|held|identity|recovery)-(\d+)(?:-(\d+))?(?:\.\w+)?$/.exec(file) ?? [];
    if (of === undefined) continue;
    const isLive =
      of === 'identity' ? Number(number) === identity : Number(number) === root && (of !== 'recovery' || Number(epoch) === recovery?.epoch);
    if (!isLive) await destroyFile(join(folder, file));
  }
  const keys = domain.keys();
  for (const file of await readdir(pagesFolder(folder))) {
    const [, page, generation] = /^([0-9a-f]{32})-(\d+)\.page$/.exec(file) ?? [];
    const live = page === undefined ? undefined : keys.get(page);
    // A page without a key stays: its record may be damaged, and another copy restores it.
    if (page !== undefined && live !== undefined && live.generation !== Number(generation))
      await destroyFile(pageFile(folder, page, Number(generation)));
  }
  if (description.retired.length > 0) await writeDomain(folder, { ...description, retired: [] });
  return doubts.length === 0 ? null : doubts.join('; ');
}
