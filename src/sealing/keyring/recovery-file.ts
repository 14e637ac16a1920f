import { join } from 'node:path';
import { writeDurable } from '../../archive/files/durable.ts';
import type { Recovery } from './description.ts';
import type { Root } from './page-keys.ts';
import { ageFileOf, ageRecipient } from './root.ts';

// The root of a domain, encrypted for the recovery epoch: an age file whose identity exists only in shares.

/** Returns the path of a recovery file. */
export function recoveryFile(folder: string, root: number, epoch: number): string {
  return join(folder, `recovery-${root}-${epoch}.age`);
}

/** Writes the recovery file; does nothing if no recovery was made. @throws LongplayError A107 */
export async function writeRecovery(folder: string, root: Root, recovery: Recovery | null): Promise<void> {
  if (recovery === null) return;
  const text = Buffer.from(`${Buffer.from(root.key).toString('hex')}\n`, 'latin1');
  await writeDurable(recoveryFile(folder, root.number, recovery.epoch), ageFileOf(text, ageRecipient(recovery.recipient)), 0o600);
  text.fill(0);
}
