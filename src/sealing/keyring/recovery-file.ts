import { createHmac } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurable } from '../../archive/files/durable.ts';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { AgeError } from '../age/age-error.ts';
import { plainSizeOf } from '../age/form.ts';
import type { RandomSource } from '../age/primitives.ts';
import type { Recovery } from './description.ts';
import type { Domain } from './domain.ts';
import { damaged } from './domain-files.ts';
import type { Root } from './page-keys.ts';
import { ageFileOf, ageRecipient, rootTextBytes } from './root.ts';

// The root of a domain, encrypted for the recovery epoch: an age file whose identity exists only in shares.

/** Returns the path of a recovery file. */
export function recoveryFile(folder: string, root: number, epoch: number): string {
  return join(folder, `recovery-${root}-${epoch}.age`);
}

/** Writes the recovery file and reads it back; does nothing if no recovery was made. @throws LongplayError A107, K103 */
export async function writeRecovery(folder: string, root: Root, recovery: Recovery | null): Promise<void> {
  if (recovery === null) return;
  const file = recoveryFile(folder, root.number, recovery.epoch);
  const bytes = recoveryBytes(root, recovery);
  await writeDurable(file, bytes, 0o600);
  if (Buffer.compare(readFileSync(file), bytes) !== 0) throw damaged(file);
}

/**
 * Returns the bytes of a recovery file. Without the shares nobody can decrypt it; but whoever has the root can make the same bytes again, and so compare them: what
 * age draws at random is derived from the root, which is as random and as secret as what it protects.
 */
function recoveryBytes(root: Root, recovery: Recovery): Uint8Array {
  const text = Buffer.from(`${Buffer.from(root.key).toString('hex')}\n`, 'latin1');
  const bytes = ageFileOf(text, ageRecipient(recovery.recipient), derivedFrom(root, recovery));
  text.fill(0);
  return bytes;
}

/** Returns a source of bytes that only the root determines. It yields at most 32 bytes at once; age draws 16 and 32. */
function derivedFrom({ keyring, domain, number, key }: Root, { epoch, recipient }: Recovery): RandomSource {
  let drawn = 0;
  return (size) => {
    drawn++;
    const context = `longplay-keyring-recovery-v1\n${keyring}\n${domain}\n${number}\n${epoch}\n${recipient}\n${drawn}`;
    return createHmac('sha256', key).update(context).digest().subarray(0, size);
  };
}

/**
 * State of a copy's recovery file. `whole`: it is what the root gives; `closed`: it has the form of one, and the root is not open, so that nothing was compared;
 * `damaged`: the shares do not open it.
 */
export type RecoveryState = 'whole' | 'closed' | 'missing' | 'damaged';

/** Examines the recovery file of a copy that can be reached. @returns null: no recovery was made @throws LongplayError K103, K104 */
export function recoveryState(domain: Domain, recovery: Recovery | null): RecoveryState | null {
  if (recovery === null) return null;
  const file = recoveryFile(domain.folder, domain.describe().root, recovery.epoch);
  const root = domain.root();
  try {
    if (statSync(file).size > limits.keyringRootBytes) return 'damaged';
    const bytes = readFileSync(file);
    if (root !== null) return Buffer.compare(bytes, recoveryBytes(root, recovery)) === 0 ? 'whole' : 'damaged';
    return plainSizeOf(bytes) === rootTextBytes ? 'closed' : 'damaged';
  } catch (error) {
    if (error instanceof AgeError) return 'damaged';
    const code = systemCode(error);
    if (code === null) throw error;
    return code === 'ENOENT' ? 'missing' : 'damaged';
  }
}

/**
 * Returns what an operator must do about the recovery file of a copy.
 * @param isAlone true if no other copy has a file that the shares may open
 */
export function recoveryFindings(
  { name, folder }: Pick<Domain, 'name' | 'folder'>,
  epoch: number,
  state: RecoveryState | null,
  isAlone: boolean,
): readonly Finding[] {
  if (state === null || state === 'whole' || state === 'closed') return [];
  const what =
    state === 'missing'
      ? `copy ${name} has no file for epoch ${epoch} of the recovery`
      : `the file of copy ${name} for epoch ${epoch} of the recovery is damaged`;
  const effect = isAlone ? 'the shares open no copy that can be reached' : 'the shares do not open this copy';
  const code = state === 'damaged' || isAlone ? 'K137' : 'K129';
  return [finding(code, folder, `${what}: ${effect}; to make it again, with what opens the copy: longplay keyring sync`)];
}
