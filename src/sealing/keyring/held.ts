import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { replaceDestroying } from './destroy.ts';
import type { Domain } from './domain.ts';
import { nonceBytes, openGcm, sealGcm } from './page.ts';
import type { Root } from './page-keys.ts';
import type { RootKind } from './root.ts';

// Each copy holds the roots of the other copies, wrapped by its own root. With these, pages can be added to all copies after one root was opened, whichever it is,
// and a copy whose own passphrase or root file is lost still gets a new root.

/** The root of another copy, and how that copy keeps it. */
export interface HeldRoot extends Root {
  readonly kind: RootKind;
}

/** Returns the path of the file with the held roots. @param root number of the root that wraps them */
function heldFile(folder: string, root: number): string {
  return join(folder, `held-${root}`);
}

function additionalOf({ keyring, domain, number }: Root): string {
  return `longplay-keyring-held-v1\n${keyring}\n${domain}\n${number}`;
}

/** Writes the roots of other domains, wrapped; writes nothing if they are held already. @throws LongplayError A107 */
export async function writeHeld(folder: string, by: Root, roots: readonly HeldRoot[]): Promise<void> {
  const before = readHeld(folder, by);
  const text = textOf(roots);
  const isHeld = before !== null && textOf(before) === text;
  for (const { key } of before ?? []) key.fill(0);
  if (isHeld) return;
  const plain = Buffer.from(text, 'utf8');
  const nonce = randomBytes(nonceBytes);
  await replaceDestroying(heldFile(folder, by.number), Buffer.concat([nonce, sealGcm(by.key, nonce, additionalOf(by), plain)]), 0o600);
  plain.fill(0);
}

function textOf(roots: readonly HeldRoot[]): string {
  return canonicalJson(roots.map(({ domain, number, key, recipient, kind }) => [domain, number, Buffer.from(key).toString('hex'), recipient, kind]));
}

/** Reads the roots of other domains. Returns null if the file is absent or damaged: each domain then opens its root in its own way. */
export function readHeld(folder: string, by: Root): readonly HeldRoot[] | null {
  let stored: Buffer;
  try {
    stored = readFileSync(heldFile(folder, by.number));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
  const plain = openGcm(by.key, stored.subarray(0, nonceBytes), additionalOf(by), stored.subarray(nonceBytes));
  if (plain === null) return null;
  // The text is authenticated: longplay has written it.
  const roots = JSON.parse(plain.toString('utf8')) as readonly (readonly [string, number, string, string | null, RootKind])[];
  plain.fill(0);
  return roots.map(([domain, number, key, recipient, kind]) => ({
    keyring: by.keyring,
    domain,
    number,
    key: Buffer.from(key, 'hex'),
    recipient,
    kind,
  }));
}

/** Writes the roots that a domain holds: those of the other domains that are open, and those that it held of the others. Does nothing if the domain is closed. */
export async function holdRoots(domains: readonly Domain[], holder: Domain): Promise<void> {
  const by = openRoot(holder);
  if (by !== null) await writeHeld(holder.folder, by, heldBy(domains, holder));
}

/**
 * Writes the held roots for a new root of a domain, before it is in force. The domain gets the roots of all others, wrapped by the new root. Every other open domain
 * holds its old and its new root, because either may be in force if the run is stopped.
 * @throws LongplayError A107: the domain itself cannot be written; another one is reported when its own turn comes
 */
export async function holdNewRoot(domains: readonly Domain[], domain: Domain, after: HeldRoot): Promise<void> {
  await writeHeld(domain.folder, after, heldBy(domains, domain));
  for (const holder of domains) {
    const by = holder === domain ? null : openRoot(holder);
    if (by === null) continue;
    try {
      await writeHeld(holder.folder, by, [...heldBy(domains, holder), after]);
    } catch (error) {
      // Without it, the domain opens its new root in its own way.
      if (!(error instanceof LongplayError)) throw error;
    }
  }
}

/** Returns the roots of other domains that are open, and those that were held of domains that are not. */
function heldBy(domains: readonly Domain[], holder: Domain): readonly HeldRoot[] {
  const by = openRoot(holder);
  const before = by === null ? [] : (readHeld(holder.folder, by) ?? []);
  return domains.flatMap((domain) => {
    if (domain === holder) return [];
    const open = openRoot(domain);
    return open === null ? before.filter((held) => held.domain === domain.name) : [{ ...open, kind: domain.describe().kind }];
  });
}

function openRoot(domain: Domain): Root | null {
  try {
    return domain.root();
  } catch (error) {
    // This domain is away: its held roots stay as they are.
    if (error instanceof LongplayError) return null;
    throw error;
  }
}
