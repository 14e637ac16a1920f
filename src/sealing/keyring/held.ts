import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurable } from '../../archive/files/durable.ts';
import { systemCode } from '../../core/base/error.ts';
import { nonceBytes, openGcm, sealGcm } from './page.ts';
import type { Root } from './page-keys.ts';

// The main copy holds the roots of the other copies, wrapped by its own root. With these, pages can be added to all copies after one root was opened, and a
// copy whose own passphrase is lost still gets a new root.

/** Returns the path of the file with the held roots. @param root number of the root that wraps them */
export function heldFile(folder: string, root: number): string {
  return join(folder, `held-${root}`);
}

function additionalOf({ keyring, domain, number }: Root): string {
  return `longplay-keyring-held-v1\n${keyring}\n${domain}\n${number}`;
}

/** Writes the roots of other domains, wrapped. @throws LongplayError A107 */
export async function writeHeld(folder: string, by: Root, roots: readonly Root[]): Promise<void> {
  const plain = Buffer.from(
    JSON.stringify(roots.map(({ domain, number, key, recipient }) => [domain, number, Buffer.from(key).toString('hex'), recipient])),
    'utf8',
  );
  const nonce = randomBytes(nonceBytes);
  await writeDurable(heldFile(folder, by.number), Buffer.concat([nonce, sealGcm(by.key, nonce, additionalOf(by), plain)]), 0o600);
  plain.fill(0);
}

/** Reads the roots of other domains. Returns none if the file is absent or damaged: each domain then opens its root in its own way. */
export function readHeld(folder: string, by: Root): readonly Root[] {
  let stored: Buffer;
  try {
    stored = readFileSync(heldFile(folder, by.number));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
  const plain = openGcm(by.key, stored.subarray(0, nonceBytes), additionalOf(by), stored.subarray(nonceBytes));
  if (plain === null) return [];
  // The text is authenticated: longplay has written it.
  const roots = JSON.parse(plain.toString('utf8')) as readonly (readonly [domain: string, number: number, key: string, recipient: string | null])[];
  plain.fill(0);
  return roots.map(([domain, number, key, recipient]) => ({ keyring: by.keyring, domain, number, key: Buffer.from(key, 'hex'), recipient }));
}
