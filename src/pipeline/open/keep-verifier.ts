import { join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { archiveCheck } from '../../archive/documents/archive-check.ts';
import { writeDurable } from '../../archive/files/durable.ts';
import { type Archive, verifierName } from '../../archive/layout.ts';
import { systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import type { ArchiveLog } from '../../log/log.ts';

/**
 * Adds this version's verifier to an archive that has none or an older one, and logs its digest. Leaves an altered verifier, which a verification
 * reports, and one of a later version as they are.
 * @throws LongplayError A107 if the system refuses
 */
export async function keepVerifier(archive: Archive, log: ArchiveLog): Promise<void> {
  const own = sha256Hex(archiveCheck);
  const entered = log.verifiers();
  const there = digestThere(archive.dir);
  const isNewer = entered.includes(own) && entered.at(-1) !== own;
  const mayBeReplaced = there === 'none' || (entered.includes(there) && !isNewer);
  if (there !== own && !mayBeReplaced) return;
  // The file is written before the entry: verification accepts this version's file even without an entry.
  if (there !== own) await writeDurable(join(archive.dir, verifierName), archiveCheck);
  if (!entered.includes(own)) await log.append('verifier-written', { file: verifierName, verifierSha256: own });
}

/** Returns the digest of the existing file; `none` if there is none; `other` if it is not a readable file. */
function digestThere(dir: string): string {
  try {
    return sha256Hex(readTagFile(join(dir, verifierName)));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return systemCode(error) === 'ENOENT' ? 'none' : 'other';
  }
}
