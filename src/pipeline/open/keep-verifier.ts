import { join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { archiveCheck } from '../../archive/documents/archive-check.ts';
import { writeDurable } from '../../archive/files/durable.ts';
import { type Archive, verifierName } from '../../archive/layout.ts';
import { systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import type { ArchiveLog } from '../../log/log.ts';

/**
 * Puts this version's verifier into an archive that has none, or an older one, and enters its digest. An altered one stays: a
 * verification reports it. One of a later version stays as well.
 * @throws LongplayError A107 if the system refuses
 */
export async function keepVerifier(archive: Archive, log: ArchiveLog): Promise<void> {
  const own = sha256Hex(archiveCheck);
  const entered = log.verifiers();
  const there = digestThere(archive.dir);
  const isNewer = entered.includes(own) && entered.at(-1) !== own;
  const mayBeReplaced = there === 'none' || (entered.includes(there) && !isNewer);
  if (there !== own && !mayBeReplaced) return;
  // The file first: verification accepts this version's file even without an entry.
  if (there !== own) await writeDurable(join(archive.dir, verifierName), archiveCheck);
  if (!entered.includes(own)) await log.append('verifier-written', { file: verifierName, verifierSha256: own });
}

/** Returns the digest of the existing file; `none`; or `other` if it is not a readable file. */
function digestThere(dir: string): string {
  try {
    return sha256Hex(readTagFile(join(dir, verifierName)));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return systemCode(error) === 'ENOENT' ? 'none' : 'other';
  }
}
