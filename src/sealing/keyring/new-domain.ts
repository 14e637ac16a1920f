import { randomBytes } from 'node:crypto';
import { makeFolderDurable, syncFolder, writeDurable } from '../../archive/files/durable.ts';
import { checkOf } from './domain.ts';
import { type DomainDescription, keysFile, pagesFolder, writeDomain } from './domain-files.ts';
import type { HeldRoot } from './held.ts';
import { keyBytes } from './page.ts';
import { type RootAccess, type RootKind, writeRoot } from './root.ts';

/** A domain to be created. */
export interface NewDomain {
  readonly keyring: string;
  readonly name: string;
  readonly folder: string;
  readonly kind: RootKind;
}

/**
 * Creates an empty domain with root 1 in a folder. Replaces the leftovers of an interrupted attempt.
 * @returns its root
 * @throws LongplayError K102, K106, K107, A107
 */
export async function makeDomain(
  { keyring, name, folder, kind }: NewDomain,
  now: string,
  access: RootAccess,
  signal: AbortSignal,
): Promise<HeldRoot> {
  await makeFolderDurable(folder, 0o700);
  await makeFolderDurable(pagesFolder(folder), 0o700);
  const key = randomBytes(keyBytes);
  const written = await writeRoot({ keyring, domain: name, number: 1, folder }, kind, { key, recipient: null }, access, signal);
  await writeDurable(keysFile(folder, 1), '', 0o600);
  const root: HeldRoot = { keyring, domain: name, number: 1, key, ...written };
  const description: DomainDescription = {
    keyring,
    domain: name,
    root: 1,
    kind: written.kind,
    check: checkOf(root),
    rotatedAt: now,
    erasures: 0,
    retired: [],
  };
  await writeDomain(folder, description);
  await syncFolder(folder);
  return root;
}
